import { z } from 'zod';

import { personOf } from '../operations/_run-output.ts';
import { runsCancel } from '../operations/runs-cancel.ts';
import { runHeads } from '../views/run-view.ts';
import { requireSwarm, swarmIdField } from './_swarm.ts';
import { defineSwarmName, notTaken } from './swarm-name.ts';

const input = z.strictObject({
  swarmId: swarmIdField,
  graceful: z
    .literal(true, { error: 'a run always ends in order, what it made is kept' })
    .default(true)
    .describe('Each run ends in order.'),
  yes: z.boolean().default(false).describe('Do it; without it, what would be called off is the answer.'),
  force: notTaken('nothing is killed without order'),
});

const named = (name: string) =>
  defineSwarmName({
    name,
    summary:
      'Call off every run that programs like this one began and that has not ended. Runs of persons, slots and the installation stay; `orchestrate eject` is what takes those away, and a person types it.',
    effect: 'destroy',
    input,
    async run(app, { swarmId, yes }) {
      const id = await requireSwarm(app, swarmId);
      const { ledger } = await app.installation();
      const us = personOf(app).name;
      const ours = runHeads(ledger).filter(({ isFinal, by }) => !isFinal && by === us);
      const runs = ours.map(({ run, goal, state }) => ({ run, goal, state }));
      if (!yes) return { isPlan: true, output: { swarmId: id, state: 'planned', runs } };
      for (const { run } of ours) await runsCancel.run(app, { run, detach: true });
      return { output: { swarmId: id, state: 'calledOff', runs, record: { head: ledger.head().seq } } };
    },
  });

/** `swarm_destroy`, and `swarm_shutdown` as it is called since. */
export const [swarmDestroy, swarmShutdown] = [named('swarm_destroy'), named('swarm_shutdown')];
