import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

const names = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/**
 * Makes devices of its own for one sandbox, where we are root: what is inside is root outside, owns the devices of the host, and could
 * change their mode for everybody. Anybody else owns none. Empty where the folder's file system takes no devices.
 */
export function ownDevices(dir: string): readonly { readonly from: string; readonly at: string }[] {
  if (process.geteuid?.() !== 0) return [];
  const folder = join(dir, 'dev');
  mkdirSync(folder);
  const { status } = spawnSync('/bin/cp', ['-a', ...names.map((name) => `/dev/${name}`), folder], {
    env: {},
    stdio: 'pipe',
  });
  if (status !== 0 || !isDevice(join(folder, 'null'))) return [];
  return names.map((name) => ({ from: join(folder, name), at: `/dev/${name}` }));
}

function isDevice(path: string): boolean {
  try {
    closeSync(openSync(path, 'r'));
    return true;
  } catch {
    return false; // Mounted without devices.
  }
}
