import { Fault, type Position } from '../../base/fault.ts';
import { didYouMean } from './did-you-mean.ts';

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
  return new Fault('PLAYBOOK_UNKNOWN_REFERENCE', `There is no ${kind} ${name}.${didYouMean(name, known) || list}`, {
    at,
    data: { kind, name, known },
  });
}
