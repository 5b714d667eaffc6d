import { estimateText, type QueueView } from '../../../app/views/queue-view.ts';
import { timeText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { dim, good, type Line, type Span, strong, warn } from '../line.ts';
import { table } from './table.ts';

type Listed = QueueView['changes'][number];

/** Renders `queue`. */
export function renderQueue({ changes, estimateNote }: QueueView): readonly Line[] {
  const [first] = changes;
  if (first === undefined) return ['Nothing waits for the branch.'];
  const rows = changes.map((one): Span[] => [
    one.place === null ? '–' : String(one.place),
    strong(one.change),
    one.run,
    one.tree,
    one.priority === 'normal' ? '' : one.priority,
    timeText(one.sinceMs),
    estimateText(one.estimate),
    reasonSpan(one),
  ]);
  const aheads = changes.flatMap(({ change, ahead }): Line[] =>
    ahead === null ? [] : [[strong(change), ' ', ahead.outcome === 'proven' ? good(ahead.sentence) : ahead.sentence]],
  );
  const asked = changes.find(({ waitsFor }) => waitsFor === 'review');
  return [
    ...table(['', 'change', 'run', 'tree', '', 'since', 'in production', 'why it waits'], rows),
    ...(aheads.length === 0 ? [] : ['', ...aheads]),
    '',
    [dim(estimateNote)],
    nextLine(asked === undefined ? `orchestrate runs show ${first.run}` : `orchestrate review show ${asked.change}`),
  ];
}

const reasonSpan = ({ waitsFor, reason }: Listed): Span =>
  ['nothing', 'turn', 'proof'].includes(waitsFor) ? reason : warn(reason);
