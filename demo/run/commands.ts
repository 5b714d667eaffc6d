/** Where everything is that the command lines name. All absolute. */
export interface Place {
  readonly folder: string;
  readonly home: string;
  readonly comfyui: string;
  readonly index: string;
  readonly smokeWorkflow: string;
  /** Port of production. */
  readonly port: number;
}

/** What torch the installation starts with, and what the newest good one is. */
export const START_TORCH = '2.10.0';
export const NEWEST_TORCH = '2.11.0';
export const NEWEST_TORCH_WHEN_BROKEN = '2.12.0';

/**
 * Every command line of the demonstration, in the order of their use. `init`
 * runs in the folder that holds everything, the others in the new home.
 */
export const commands = {
  init: (place: Place) => [
    'init',
    place.home,
    '--comfyui',
    place.comfyui,
    '--index',
    place.index,
    '--require',
    `torch==${START_TORCH}`,
    '--workflow',
    place.smokeWorkflow,
    '--port',
    String(place.port),
    '--cpu',
    '--yes',
    '--json',
  ],
  start: () => ['service', 'start', '--json'],
  run: () => ['run', 'upgrade pytorch', '--yes', '--json'],
  reviewShow: (change: string) => ['review', 'show', change, '--json'],
  reviewShown: (change: string) => ['review', 'show', change],
  restoresShown: () => ['restore', 'list'],
  restoreList: () => ['restore', 'list', '--json'],
  undo: () => ['undo', '--yes', '--json'],
  journalVerify: () => ['journal', 'verify', '--json'],
  status: () => ['status', '--json'],
  /** All are tried; each may fail, what is left is found and stopped by the demonstration. */
  stop: () => [
    ['service', 'stop', '--json'],
    ['supervisor', 'stop', '--json'],
  ],
};
