import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parsePlaybook } from '../../../../src/domain/definitions/playbook.ts';
import { answerCommand, repairPlaybooks } from '../../../../src/domain/diagnosis/repair-playbooks.ts';
import { understandGoal } from '../../../../src/domain/plans/understand.ts';

const folder = new URL('../../../../playbooks/', import.meta.url);
const playbooks = readdirSync(folder)
  .filter((name) => /^[a-z-]+\.yaml$/.test(name))
  .map((name) =>
    parsePlaybook({
      file: `built-in:playbooks/${name}`,
      text: readFileSync(new URL(name, folder), 'utf8'),
      origin: 'built-in',
    }),
  );

function told(goal: string): string {
  const answer = understandGoal(goal, playbooks);
  if (answer.kind === 'unknown') return 'unknown';
  const { package: name, version } = answer.inputs;
  return [answer.playbook.id, name, version].filter((text) => text !== undefined && text !== '').join(' ');
}

/** A trigger as somebody would type it; a person's word for each input. */
const typed = (trigger: string): string =>
  trigger.replaceAll(/\{([a-z-]+)\}/g, (_, name: string) => (name === 'pack' ? 'rgthree-comfy' : 'einops'));

/** What has to be given beside the trigger, as `--set`: an input without a default that it does not name. */
const besideOf = (id: string, trigger: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(playbooks.find((one) => one.id === id)?.inputs ?? {})
      .filter(([name, input]) => input.default === null && !trigger.includes(`{${name}}`))
      .map(([name]) => [name, 'given']),
  );

describe('the built-in triggers', () => {
  it.each(playbooks.flatMap(({ id, triggers }) => triggers.map((trigger) => [trigger, id] as const)))(
    '%s means %s and nothing else',
    (trigger, id) => {
      const answer = understandGoal(typed(trigger), playbooks, besideOf(id, trigger));
      expect(answer).toMatchObject({ kind: 'understood', playbook: { id } });
      const others = understandGoal(
        typed(trigger),
        playbooks.filter((one) => one.id !== id),
      );
      const score = (one: typeof answer): number => (one.kind === 'understood' ? one.score : 0);
      expect(score(others)).toBeLessThan(score(answer));
    },
  );

  it.each(repairPlaybooks)('answer a failure: %s is there, starts by its words, and is what is told to type', (id) => {
    expect(told(id.replaceAll('-', ' '))).toBe(id);
    expect(answerCommand(id)).toBe(`orchestrate respond --playbook ${id}`);
  });

  it.each([
    ['add package einops', 'add-package einops'],
    ['add einops 0.8.0', 'add-package einops 0.8.0'],
    ['please install the einops package', 'add-package einops'],
    ['add einops==0.8.0', 'add-package einops 0.8.0'],
    ['remove package einops', 'remove-package einops'],
    ['uninstall einops', 'remove-package einops'],
    ['pin package numpy', 'pin-package numpy'],
    ['pin numpy to 2.1.0', 'pin-package numpy 2.1.0'],
    ['pin numpy 2.1.0', 'pin-package numpy 2.1.0'],
    ['unpin package numpy', 'unpin-package numpy'],
    ['rebuild environment', 'rebuild-environment'],
    ['rebuild the environment', 'rebuild-environment'],
    ['relock environment', 'relock-environment'],
    ['upgrade numpy', 'upgrade-package numpy'],
    ['upgrade pytorch', 'upgrade-pytorch'],
    ['do not add einops', 'unknown'],
    ['undo add einops', 'unknown'],
    ['never remove einops', 'unknown'],
    ['add everything', 'unknown'],
    ['remove all packages', 'unknown'],
    ['remove the environment and einops', 'unknown'],
    ['pin all', 'unknown'],
  ])('%s: %s', (goal, meaning) => {
    expect(told(goal)).toBe(meaning);
  });
});
