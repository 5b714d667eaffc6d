import type { ServiceView } from '../../../app/views/service-view.ts';
import { shortId } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, good, strong, warn, type Line } from '../line.ts';
import { rowsText, stateSpan } from './words.ts';

type Found = ServiceView & {
  readonly isAlive: boolean | null;
  readonly answers: boolean | null;
  readonly url: string | null;
};

/** Renders `service status`, `service start` and `service stop`. */
export function renderService({
  instance,
  state,
  pid,
  gitTree,
  environment,
  versions,
  outside,
  rows,
  isAlive,
  answers,
  url,
}: Found): readonly Line[] {
  if (instance === null)
    return [
      [strong('production'), ' is not running under orchestrate', dim(rowsText(rows))],
      ...outsideLines(outside),
      nextLine('orchestrate service start'),
    ];
  return [
    [strong('production '), stateSpan(state), ` · ${instance}${url === null ? '' : ` · ${url}`}`, dim(rowsText(rows))],
    [
      isAlive === true ? good('✓ ') : bad('✗ '),
      isAlive === null
        ? 'process: not proven, none is recorded'
        : `process ${pid ?? ''} is ${isAlive ? 'alive' : 'gone'}`,
    ],
    [
      answers === true ? good('✓ ') : bad('✗ '),
      answers === null
        ? 'answer: not proven, no port is recorded'
        : answers
          ? 'it answers'
          : 'nothing answers on its port',
    ],
    ...(versions === null ? [] : [`ComfyUI ${versions.comfyui} · torch ${versions.pytorch} on ${versions.device}`]),
    ...outsideLines(outside),
    [
      dim(
        `tree ${gitTree === null ? 'not recorded' : shortId(gitTree)}, environment ${environment?.slice(0, 12) ?? 'not recorded'}`,
      ),
    ],
  ];
}

const outsideLines = (outside: string | null): readonly Line[] => (outside === null ? [] : [[warn('! '), outside]]);
