import type { serviceLogs } from '../../../app/operations/service-logs.ts';
import type { serviceStatus } from '../../../app/operations/service-status.ts';
import { countText, shortId, spanText, timeText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, good, strong, warn, type Line } from '../line.ts';
import { rowsText, stateSpan } from './words.ts';

type Found = Awaited<ReturnType<(typeof serviceStatus)['run']>>;
type Logs = Awaited<ReturnType<(typeof serviceLogs)['run']>>;

/** Renders `service status`, `service start`, `service stop` and `service restart`. */
export function renderService(found: Found): readonly Line[] {
  const { instance, mode, lastSwitch, gitTree, environment } = found;
  if (instance === null)
    return [
      [strong('production'), notOurs(mode), dim(rowsText(found.rows))],
      ...(mode === 'none' ? [answerLine(found), ...toldLines(found), ...swarmLines(found.swarm)] : []),
      ...outsideLines(found.outside),
      ...switchLines(lastSwitch),
      ...savedLines(found.saved),
      ...(mode === 'none' ? [] : [nextLine('orchestrate service start')]),
    ];
  return [
    [
      strong(found.shown === null ? 'production ' : `${found.shown.slot} `),
      stateSpan(found.state),
      ` · ${instance}${found.url === null ? '' : ` · ${found.url}`}`,
      dim(rowsText(found.rows)),
    ],
    startedLine(found),
    ...(found.shown === null ? [] : [[dim(`stops by itself at ${timeText(found.shown.untilMs)}`)]]),
    ...(found.problem === null ? [] : [[bad('! '), found.problem]]),
    processLine(found),
    answerLine(found),
    ...toldLines(found),
    ...capLines(found.memory),
    ...outsideLines(found.outside),
    [
      dim(
        `tree ${gitTree === null ? 'not recorded' : shortId(gitTree)}, environment ${environment?.slice(0, 12) ?? 'not recorded'}`,
      ),
    ],
    ...switchLines(lastSwitch),
    ...savedLines(found.saved),
  ];
}

const notOurs = (mode: Found['mode']): string =>
  mode === 'none' ? ' is started by nobody here (service.mode is none)' : ' is not running under orchestrate';

function startedLine({ mode, startedBy, sinceMs }: Found): Line {
  const who = startedBy === 'command' ? 'started by another program, by the start command' : 'started by orchestrate';
  return `${mode} · ${who}${sinceMs === null ? '' : ` · since ${timeText(sinceMs)}`}`;
}

function processLine({ isAlive, pid, startedBy }: Found): Line {
  if (startedBy === 'command') {
    if (pid === null) return 'process: belongs to another user; not ours';
    return `process ${pid}${isAlive === true ? '' : ' (gone)'} held the port when it answered first; not ours`;
  }
  if (isAlive === null) return [bad('✗ '), 'process: not proven, none is recorded'];
  return [isAlive ? good('✓ ') : bad('✗ '), `process ${pid ?? ''} is ${isAlive ? 'alive' : 'gone'}`];
}

function answerLine({ answers, queue }: Found): Line {
  if (answers === null) return [bad('✗ '), 'answer: not proven, no port is recorded'];
  if (!answers) return [bad('✗ '), 'nothing answers on its port'];
  const waiting = queue === null ? '' : ` · ${queue.running} running, ${queue.pending} waiting`;
  return [good('✓ '), `it answers${waiting}`];
}

function capLines(memory: Found['memory']): readonly Line[] {
  if (memory === null) return [];
  const cap = `${gigabytes(memory.maxBytes)} GB`;
  return memory.why === null
    ? [[good('✓ '), `its memory is capped at ${cap}`]]
    : [[warn('! '), `its memory is not capped at ${cap}: ${memory.why}`]];
}

function swarmLines(swarm: Found['swarm']): readonly Line[] {
  if (swarm === null) return [];
  if (!swarm.answers) return [[bad('✗ '), `SwarmUI, which starts and stops it, does not answer on ${swarm.url}`]];
  return swarm.backends.map(({ id, type, title, status, isEnabled }) => [
    status === 'running' || status === 'idle' ? good('✓ ') : warn('! '),
    `SwarmUI: backend ${id} (${title === '' ? type : title}) is ${isEnabled ? status : 'disabled'}`,
  ]);
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

function toldLines({ versions, device }: Found): readonly Line[] {
  const memory =
    device === null || device.memoryBytes === 0 || device.type === 'cpu'
      ? ''
      : ` · ${device.name}, ${gigabytes(device.freeBytes)} of ${gigabytes(device.memoryBytes)} GB free`;
  if (versions === null) return memory === '' ? [] : [memory.slice(3)];
  return [`ComfyUI ${versions.comfyui} · torch ${versions.pytorch} on ${versions.device}${memory}`];
}

function switchLines(last: Found['lastSwitch']): readonly Line[] {
  if (last === null) return [];
  const down = last.downMs === null ? '' : `, down ${spanText(last.downMs)}`;
  return [[dim(`last merge ${last.change}: ${last.outcome}${down} · ${timeText(last.atMs)}`)]];
}

const savedLines = (saved: Found['saved']): readonly Line[] =>
  saved.flatMap(({ instance, nPrompts, path, refused }): Line[] => [
    [
      warn('! '),
      `${countText(nPrompts, 'prompt')} of ${instance} ${nPrompts === 1 ? 'waits' : 'wait'} in ${path} ; the next start queues ${nPrompts === 1 ? 'it' : 'them'} again`,
    ],
    ...refused.slice(0, 3).map((reason): Line => `  refused last time: ${reason}`),
  ]);

/** Renders `service logs`: the lines, and nothing else. */
export const renderServiceLogs = ({ lines }: Logs): readonly Line[] => lines;

const outsideLines = (outside: string | null): readonly Line[] => (outside === null ? [] : [[warn('! '), outside]]);
