import { Fault, type Position } from '../../base/fault.ts';
import { nearestWord } from './did-you-mean.ts';

/** Returns the fault for a name that stands for nothing: `PLAYBOOK_UNKNOWN_REFERENCE` with the nearest known name. */
export function unknownReference(options: {
  readonly kind: 'step' | 'action' | 'agent' | 'tree' | 'input' | 'question';
  readonly name: string;
  readonly known: Iterable<string>;
  readonly at: Position;
}): Fault {
  const { kind, name, at } = options;
  const known = [...options.known].sort();
  const list = known.length === 0 ? ` There is no ${kind} at all.` : ` Known: ${known.join(', ')}.`;
  const near = nearestWord(name, known);
  const guess = near === undefined ? list : ` Did you mean ${near}?`;
  return new Fault('PLAYBOOK_UNKNOWN_REFERENCE', `There is no ${kind} ${name}.${guess}`, {
    at,
    data: { kind, name, known },
    hints: [near === undefined ? `Name one that is there${wayToAdd(kind)}.` : `Write ${near} in its place.`],
  });
}

function wayToAdd(kind: string): string {
  if (kind === 'agent' || kind === 'tree') return `, or add it: orchestrate ${kind}s new`;
  return kind === 'input' || kind === 'step' ? ', or add it' : '';
}
