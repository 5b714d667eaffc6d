import { Fault } from '../../base/fault.ts';
import { didYouMean } from '../definitions/did-you-mean.ts';
import type { Located, ValuePath } from '../definitions/locator.ts';
import type { Playbook } from '../definitions/types.ts';
import type { PlaybookTest } from './playbook-test.ts';

/**
 * Checks that a test speaks of its playbook: steps and inputs that there are, inputs that have to come from somewhere, fields that the
 * actions report. `fieldsOf` gives those of an action. Fault with the place: `PLAYBOOK_TEST_INVALID`.
 */
export function checkGiven(
  { value: test, locate }: Located<PlaybookTest>,
  { steps, inputs }: Playbook,
  fieldsOf: (action: string) => readonly string[],
): void {
  const ids = steps.map(({ id }) => id);
  const known = (what: string, name: string, among: readonly string[], path: ValuePath): void => {
    if (among.includes(name)) return;
    const list = among.length === 0 ? ' There is none.' : ` There are: ${among.join(', ')}.`;
    throw invalid(`The playbook has no ${what} ${name}.${didYouMean(name, among) || list}`, path);
  };
  const invalid = (message: string, path: ValuePath): Fault =>
    new Fault('PLAYBOOK_TEST_INVALID', message, { at: locate.key(path) });

  for (const [index, { given, expect }] of test.cases.entries()) {
    const path = ['cases', index, 'given'];
    for (const name of Object.keys(given.inputs)) known('input', name, Object.keys(inputs), [...path, 'inputs', name]);
    const missing = Object.keys(inputs).find(
      (name) => inputs[name]?.default === null && given.inputs[name] === undefined,
    );
    if (missing !== undefined)
      throw invalid(`The input ${missing} has no default: a case has to give it.`, [...path, 'inputs']);
    for (const field of ['outputs', 'fails', 'answers'] as const)
      for (const name of Object.keys(given[field])) known('step', stepOf(name), ids, [...path, field, name]);
    for (const [name, output] of Object.entries(given.outputs)) {
      const action = steps.find(({ id }) => id === name)?.action ?? '';
      for (const [at, one] of [output].flat().entries()) {
        const place = [...path, 'outputs', name, ...(Array.isArray(output) ? [at] : [])];
        for (const key of Object.keys(one)) {
          const fields = fieldsOf(action);
          if (!fields.includes(key))
            throw invalid(
              `${action} reports no ${key}.${didYouMean(key, fields) || ` It reports: ${fields.join(', ')}.`}`,
              [...place, key],
            );
        }
      }
    }
    const expecting = ['cases', index, 'expect'];
    for (const field of ['arguments', 'attempts', 'waits'] as const)
      for (const name of Object.keys(expect[field] ?? {}))
        known('step', stepOf(name), ids, [...expecting, field, name]);
    for (const field of ['order', 'skipped', 'asks'] as const)
      for (const [at, name] of (expect[field] ?? []).entries())
        known('step', stepOf(name), ids, [...expecting, field, at]);
    for (const [at, name] of (expect.takenBack ?? []).entries())
      known('step', stepOf(name), ids, [...expecting, 'taken-back', at]);
  }
}

/** `smoke.2` is one of what `smoke` became. */
const stepOf = (name: string): string => name.replace(/\.\d+$/, '');
