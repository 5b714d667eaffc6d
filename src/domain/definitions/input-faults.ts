import { Fault } from '../../base/fault.ts';
import { pathsIn, type ReadPath } from '../expressions/paths.ts';
import { didYouMean } from './did-you-mean.ts';
import { type KnownAction, neededBy, takenBy } from './known-names.ts';
import type { Located } from './locator.ts';
import { expressionsOf } from './report-faults.ts';
import type { Playbook } from './types.ts';

/** Returns the inputs that the plan of a playbook cannot do without and is not given, and those that nothing of the playbook reads. */
export function* inputFaults({ value, locate }: Located<Playbook>, plan: KnownAction): Generator<Fault> {
  const given = Object.keys(value.inputs);
  const taken = takenBy(plan);
  for (const name of neededBy(plan)) {
    if (given.includes(name)) continue;
    yield new Fault('DEFINITION_INVALID', `${value.plan} needs the input ${name}, which this playbook does not have.`, {
      at: locate.value(['plan']),
      hints: [`Add it below "inputs": ${name}: { description: What it is. }`],
    });
  }
  const read = new Set([...taken, ...inputsRead(value)]);
  const free = taken.filter((name) => !given.includes(name));
  for (const name of given) {
    if (read.has(name)) continue;
    const near = didYouMean(name, free) || ` ${value.plan} takes: ${taken.join(', ') || 'none'}.`;
    yield new Fault('PLAYBOOK_UNKNOWN_REFERENCE', `Nothing reads the input ${name}.${near}`, {
      at: locate.key(['inputs', name]),
      data: { name, known: [...taken] },
      hints: [`Write the name that is meant, read it in a step as \${inputs.${name}}, or take it out.`],
    });
  }
}

/** Names of the inputs that the steps read. */
const inputsRead = ({ steps }: Playbook): readonly string[] =>
  steps
    .flatMap((step, index) => [...expressionsOf(step, ['steps', index])])
    .flatMap(({ text, input }) => (input === undefined ? pathsIn(text).flatMap(inputOf) : [input]));

const inputOf = ({ root, names: [first] }: ReadPath): readonly string[] =>
  root === 'inputs' && first?.name !== undefined ? [first.name] : [];
