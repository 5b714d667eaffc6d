import { stringify } from 'yaml';

import { Fault } from '../../base/fault.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import { attempt } from '../definitions/faults.ts';
import type { KnownNames } from '../definitions/known-names.ts';
import type { Located } from '../definitions/locator.ts';
import { parseYaml } from '../definitions/parse-yaml.ts';
import { readPlaybook } from '../definitions/playbook.ts';
import { noneBroken, playbookFaults } from '../definitions/reference-faults.ts';
import type { Definitions, Playbook } from '../definitions/types.ts';
import { wordsOfGoal } from './trigger.ts';

/** A playbook that a model wrote, with the text that was checked. */
export interface WrittenPlan {
  readonly playbook: Playbook;
  /** As a file of `playbooks/` would be. */
  readonly text: string;
}

export interface WrittenFor {
  readonly run: string;
  readonly goal: string;
  /** Inputs that the person gave by name; the plan has to take them. */
  readonly given: Readonly<Record<string, string>>;
  readonly definitions: Definitions;
  readonly known: KnownNames;
}

/**
 * Reads what a model answered as a playbook and checks it as the files of people are. Its id and where it stands are not the model's to
 * say. What is wrong is data for the model, one sentence each; nothing is thrown.
 */
export function readWrittenPlan(
  answer: string,
  options: WrittenFor,
):
  | { readonly kind: 'fits'; readonly value: WrittenPlan }
  | { readonly kind: 'faults'; readonly faults: readonly string[] } {
  const faults: Fault[] = [];
  const written = attempt(faults, () => fieldsOf(answer));
  const text = written === undefined ? '' : stringify(completed(written, options), { lineWidth: 100 });
  const file = `plan of ${options.run}`;
  const located = written && attempt(faults, () => readPlaybook({ file, text, origin: 'installation' }));
  if (located !== undefined)
    faults.push(...playbookFaults(located, placesOf(options)), ...inputFaults(located, options));
  if (located === undefined || faults.length > 0) return { kind: 'faults', faults: faults.map(sentenceOf) };
  return { kind: 'fits', value: { playbook: located.value, text } };
}

/** A fence around the answer is passed over; JSON is YAML. */
function fieldsOf(answer: string): JsonObject {
  const text = /```(?:json|ya?ml)?\s*\n([\s\S]*?)\n```/.exec(answer)?.[1] ?? answer;
  const { value } = parseYaml({ file: 'answer', text: text.trim() });
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new Fault('DEFINITION_INVALID', 'The answer is no object with the fields of a playbook.');
}

/** Fields that are left empty are left out: a model that has to write every field of a schema writes null for those. */
function completed(written: JsonObject, { run, goal }: WrittenFor): JsonObject {
  const { id: _id, on: _on, ...fields } = withoutNulls(written) as JsonObject;
  return { id: `plan-${run}`, ...fields, triggers: fields['triggers'] ?? [triggerOf(goal)] };
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutNulls(one ?? null)]));
}

/** Most of a goal that becomes a trigger, in words. */
const maxWords = 12;

const triggerOf = (goal: string): string =>
  wordsOfGoal(goal)
    .slice(0, maxWords)
    .map(({ text }) => text)
    .join(' ')
    .slice(0, 120)
    .trim();

function placesOf({ definitions, known }: WrittenFor) {
  const located = <T>(all: ReadonlyMap<string, T>): ReadonlyMap<string, Located<T>> =>
    new Map([...all].map(([id, value]) => [id, { value, locate: nowhere }]));
  const { agents, trees, playbooks } = definitions;
  return { agents: located(agents), trees: located(trees), playbooks: located(playbooks), known, broken: noneBroken };
}

const nowhere: Located<unknown>['locate'] = {
  value: () => ({ file: '', line: 1, column: 1 }),
  key: () => ({ file: '', line: 1, column: 1 }),
};

/** Nobody is there to fill in an input later. */
function* inputFaults({ value: { inputs }, locate }: Located<Playbook>, { given }: WrittenFor): Generator<Fault> {
  for (const [name, input] of Object.entries(inputs))
    if (input.default === null && given[name] === undefined)
      yield new Fault(
        'DEFINITION_INVALID',
        `The input ${name} has no value: write it into the steps, or give it a default.`,
        {
          at: locate.value(['inputs', name]),
        },
      );
  for (const name of Object.keys(given))
    if (inputs[name] === undefined)
      yield new Fault('DEFINITION_INVALID', `The person gave ${name}: the plan has to take it as an input.`);
}

/** A sentence with the line that it is about and what would be right. */
function sentenceOf({ message, at, hints }: Fault): string {
  const line = at?.text === undefined ? '' : ` [${at.text.trim()}]`;
  const hint = hints.find((one) => !one.startsWith('orchestrate '));
  return `${message}${line}${hint === undefined ? '' : ` ${hint}`}`;
}
