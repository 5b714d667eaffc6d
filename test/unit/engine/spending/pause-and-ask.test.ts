import { describe, expect, it } from 'vitest';

import type { Agent, Playbook } from '../../../../src/domain/definitions/types.ts';
import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { createFakeLanguageModels } from '../../../fakes/fake-language-models.ts';
import { upgrade as upgradePlaybook, type World } from '../../../fakes/fake-world.ts';
import { programAgent } from '../../../support/agents.ts';
import { by, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

const looker: Agent = {
  ...{ ...programAgent, id: 'looker', title: 'Looker', tree: 'env-setup', tools: ['agent.work'] },
  ...{ runner: 'model', otherTools: ['Read'], maxMinutes: 30, instructions: 'You look.', file: 'agents/looker.md' },
};
const [record] = upgradePlaybook.steps;

/** A run whose second step is a model's, which only has to look. */
async function thinking(): Promise<{ scene: Scene; models: ReturnType<typeof createFakeLanguageModels> }> {
  let models: ReturnType<typeof createFakeLanguageModels> | undefined;
  const prepare = (world: World): World => {
    models = createFakeLanguageModels(world.clock);
    models.otherwise(() => ({
      text: 'I looked: numpy is the newest that fits.',
      usage: { inputUncached: 900, output: 40 },
    }));
    if (record === undefined) throw new Error('the playbook has no steps');
    const fix: Playbook['steps'][number] = {
      ...{ ...record, id: 'look', action: 'agent.work', agent: 'looker', needs: ['record'] },
      with: { task: 'Say what is there.', expects: 'answer' },
    };
    const { definitions, outside } = world.context;
    return {
      ...world,
      context: {
        ...world.context,
        outside: { ...outside, models },
        definitions: {
          ...definitions,
          agents: new Map([[looker.id, looker]]),
          playbooks: new Map([[upgradePlaybook.id, { ...upgradePlaybook, steps: [record, fix] }]]),
        },
      },
    };
  };
  const scene = await supervised(
    { config: 'compute: { providers: { anthropic: { key: env:ANTHROPIC_API_KEY } } }\n' },
    prepare,
  );
  if (models === undefined) throw new Error('nothing was prepared');
  return { scene, models };
}

describe('a run whose money is used up', () => {
  it('pauses before anything is sent, says how it goes on, and goes on with what a person gives it', async () => {
    const { scene, models } = await thinking();
    await upgrade(scene, { budgetMicroUsd: 1_000 });
    await scene.until('r1', 'paused');
    const moved = dataOf('machine.moved', scene.world.ledgers.open().latest('machine:r1'));
    expect(moved?.event).toMatchObject({
      type: 'TASK_PARKED',
      fault: {
        code: 'BUDGET_REACHED',
        hints: ['orchestrate runs resume r1 --budget <usd>', 'orchestrate cost --run r1'],
        data: { scope: 'run', name: 'r1', limit: 1_000, spent: 0 },
      },
    });
    expect(models.asked).toEqual([]);

    // Going on without more money pauses again, and nothing is sent.
    await scene.ask('run.resume', { run: 'r1', by });
    await scene.until('r1', 'paused');
    expect(models.asked).toEqual([]);

    await scene.ask('run.resume', { run: 'r1', budgetMicroUsd: 5_000_000, by });
    await scene.until('r1', 'done');
    expect(models.asked).toHaveLength(1);
    expect(scene.latest('model.answered')).toMatchObject({ provider: 'anthropic', costIs: 'paid' });
    expect(scene.latest('conversation.ended')).toMatchObject({ runner: 'model', outcome: 'done' });
  });

  it('is given to a cheaper model as long as that has room', async () => {
    const { scene } = await thinking();
    await upgrade(scene, { budgetMicroUsd: 10_000 });
    await scene.until('r1', 'done');
    const reserved = scene.latest('model.reserved');
    expect(reserved?.reserved.microUsd).toBeLessThanOrEqual(10_000);
    expect(reserved?.rejected).toContainEqual(expect.objectContaining({ reason: 'budget' }));
  });
});
