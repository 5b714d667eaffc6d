import type { serviceCancel } from '../../../app/operations/service-cancel.ts';
import type { serviceFree } from '../../../app/operations/service-free.ts';
import type { serviceHistory } from '../../../app/operations/service-history.ts';
import type { serviceQueue } from '../../../app/operations/service-queue.ts';
import type { PromptView } from '../../../app/views/prompt-view.ts';
import { countText, spanText, timeText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { table } from './table.ts';
import { rowsText } from './words.ts';

type Output<Operation extends { run(...args: never): Promise<unknown> }> = Awaited<ReturnType<Operation['run']>>;

/** Kinds of nodes that a line has room for. */
const shownClasses = 4;

/** Renders `service queue`. */
export function renderServiceQueue({ url, running, waiting }: Output<typeof serviceQueue>): readonly Line[] {
  if (running.length + waiting.length === 0) return [[good('✓ '), `${url} is idle: no prompt runs, none waits`]];
  const first = running[0] ?? waiting[0];
  return [
    ...running.map((one): Line => [strong('runs '), ...promptSpans(one)]),
    ...waiting.map((one, at): Line => [dim(`${String(at + 1).padStart(4)} `), ...promptSpans(one)]),
    dimLine(`${countText(running.length, 'prompt')} running, ${waiting.length} waiting on ${url}`),
    nextLine(`orchestrate service cancel ${first?.promptId ?? ''}`),
  ];
}

/** Renders `service history`. */
export function renderServiceHistory({ url, by, prompts }: Output<typeof serviceHistory>): readonly Line[] {
  const told = by === 'jobs' ? 'by /api/jobs' : 'by /history';
  if (prompts.length === 0) return [`No prompt has ended on ${url} since it was started (${told}).`];
  const rows = prompts.map(({ promptId, state, startedAtMs, durationMs, nOutputs, picture, reason }): Span[] => [
    promptId,
    state === 'finished' ? good(state) : state === 'failed' ? bad(state) : warn(state),
    startedAtMs === null ? '' : timeText(startedAtMs),
    durationMs === null ? '' : spanText(durationMs),
    String(nOutputs),
    reason ?? picture ?? '',
  ]);
  return [...table(['prompt', 'state', 'began', 'took', 'made', ''], rows), dimLine(`on ${url}, ${told}`)];
}

/** Renders `service cancel`. */
export const renderServiceCancel = ({ state, prompt, sentence }: Output<typeof serviceCancel>): readonly Line[] => [
  ...(state === 'planned' ? [[strong('would be cancelled: '), ...promptSpans(prompt)]] : []),
  sentence,
];

/** Renders `service free`. */
export function renderServiceFree({
  url,
  device,
  beforeBytes,
  afterBytes,
  nBusy,
  row,
}: Output<typeof serviceFree>): readonly Line[] {
  const told =
    beforeBytes === null || afterBytes === null
      ? 'it does not say how much is free'
      : `${gigabytes(beforeBytes)} GB were free, ${gigabytes(afterBytes)} GB are${device === null ? '' : ` on ${device}`}`;
  return [
    [`${url} was asked to take its models out of memory: ${told} `, dim(rowsText([row]))],
    ...(nBusy === 0 ? [] : [[warn('! '), `${countText(nBusy, 'prompt')} first: it does so when it is idle`]]),
  ];
}

function promptSpans({ promptId, nNodes, classes, outputs }: PromptView): Span[] {
  const shown = classes.slice(0, shownClasses).map(({ name, n }) => (n === 1 ? name : `${n}× ${name}`));
  const more = classes.length > shownClasses ? ', …' : '';
  const made = outputs.length === 0 ? '' : ` → ${outputs.slice(0, shownClasses).join(', ')}`;
  return [promptId, dim(` ${countText(nNodes, 'node')}: ${shown.join(', ')}${more}${made}`)];
}

const dimLine = (text: string): Line => [dim(text)];
const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
