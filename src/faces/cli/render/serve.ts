import type { serveInstall } from '../../../app/operations/serve-install.ts';
import type { serveStatus } from '../../../app/operations/serve-status.ts';
import type { serveStop } from '../../../app/operations/serve-stop.ts';
import type { serveUninstall } from '../../../app/operations/serve-uninstall.ts';
import type { serve } from '../../../app/operations/serve.ts';
import { listText, timeText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { dim, good, type Line, strong, warn } from '../line.ts';

type Of<Operation extends { run: (...given: never[]) => unknown }> = Awaited<ReturnType<Operation['run']>>;

/** Renders the end of `serve`. */
export const renderServe = ({ reason, ...drained }: Of<typeof serve>): readonly Line[] => [
  [strong('ended'), `: ${reason}`],
  ...drainedLines(drained),
];

/** Renders `serve stop`. */
export function renderServeStop({ state, ...drained }: Of<typeof serveStop>): readonly Line[] {
  if (state === 'none') return ['`orchestrate serve` is not running.', nextLine('orchestrate serve status')];
  if (state === 'busy')
    return [
      [warn('It has not ended yet: something does not let itself be called off.')],
      nextLine('orchestrate doctor'),
    ];
  return [[strong('stopped')], ...drainedLines(drained)];
}

/** Renders `serve status`. */
export function renderServeStatus(found: Of<typeof serveStatus>): readonly Line[] {
  const { watch, pid, version, sinceMs, socket, http, isFrozen, next, last } = found;
  const since = sinceMs === null ? '' : dim(` · pid ${pid}, version ${version}, since ${timeText(sinceMs)}`);
  const head: Readonly<Record<typeof watch, Line>> = {
    stays: [good('serving'), since],
    'while-busy': [warn('not kept alive'), since, ': it ends when nothing is to be done'],
    nobody: [warn('nobody looks after it'), last === null ? '' : dim(` · the last one ended: ${last}`)],
  };
  return [
    head[watch],
    ...(isFrozen ? [[warn('frozen'), ': nothing is worked on until `orchestrate thaw`'] satisfies Line] : []),
    ...(socket === null ? [] : [['listens at ', socket, dim('  GET /healthz, /metrics')] satisfies Line]),
    ...httpLines(http),
    next === null ? [dim('no schedule fires')] : ['next ', strong(next.schedule), ` ${next.text}`],
    ...(watch === 'stays' ? [] : [nextLine('orchestrate serve'), nextLine('orchestrate serve install --dry-run')]),
  ];
}

function httpLines(http: Of<typeof serveStatus>['http']): readonly Line[] {
  if (http === null) return [];
  const { at, otherMachines, tokenFile, token } = http;
  return [
    ['listens at ', `http://${at}`, otherMachines ? warn('  other machines reach it') : dim('  this machine only')],
    token === null ? ['token in ', tokenFile] : ['token ', token],
  ];
}

/** Renders `serve install`: the file as it is, then what to type. */
export function renderServeInstall({ state, path, text, next }: Of<typeof serveInstall>): readonly Line[] {
  const told = { planned: 'would be written', written: 'is written', replaced: 'is written anew', same: 'is there' }[
    state
  ];
  return [
    ...(state === 'planned' ? [...text.trimEnd().split('\n'), ''] : []),
    [strong(path), ` ${told}`],
    ...next.map((one) => nextLine(one)),
  ];
}

/** Renders `serve uninstall`. */
export function renderServeUninstall({ state, path, first }: Of<typeof serveUninstall>): readonly Line[] {
  if (state === 'none') return [`There is no ${path}`];
  return [[strong(path), state === 'removed' ? ' is gone' : ' would go'], ...first.map((one) => nextLine(one))];
}

function drainedLines({ finished, parked }: { finished: string[]; parked: string[] }): readonly Line[] {
  return [
    ...(finished.length === 0 ? [] : [`${listText(finished)} went to its end`]),
    ...parked.map((one): Line => [warn('parked '), `${one}: the next supervisor begins it again`]),
  ];
}
