import { expect, it } from 'vitest';

import { type JournalKinds, row } from '../../../../src/domain/journal/kinds.ts';
import { liveInstances, openRuns } from '../../../../src/engine/space/needed.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createMemoryLedgers } from '../../../fakes/memory-ledger.ts';

const composed = (instance: string): JournalKinds['instance.composed'] => ({
  instance,
  purpose: 'production',
  tree: 't',
  environment: `env-of-${instance}`,
  components: 'c',
  dir: `/instances/${instance}`,
  port: 8188,
  run: null,
  python: '/python',
  args: [],
  seal: 'read-only bind',
});
const created = (machine: 'run' | 'instance', subject: string) =>
  row('machine.created', { machine, version: 1, subject, input: {}, to: 'begun' }, { keys: [`machine:${subject}`] });
const stopped = (subject: string) =>
  row(
    'machine.moved',
    {
      machine: 'instance',
      version: 1,
      subject,
      from: 'a',
      to: 'stopped',
      event: { type: 'x' },
      isFinal: true,
    } as never,
    { keys: [`machine:${subject}`] },
  );
const nLater = 600;

it('production and runs are alive however much was composed and closed since they began', async () => {
  const ledger = createMemoryLedgers({ clock: createFakeClock() }).open();
  await ledger.acquire();
  const asked = { previewOnly: false, yes: false, until: null, playbook: null, inputs: {} };
  const run = (id: string) =>
    row(
      'run.created',
      {
        run: id,
        goal: 'g',
        kind: 'work',
        options: asked,
        by: { kind: 'person', name: 'anna' },
        request: 1,
        restore: null,
      },
      { run: id, keys: [`run:${id}`] },
    );
  await ledger.append([
    row('instance.composed', composed('i1'), { keys: ['instance:i1'] }),
    row('instance.composed', composed('i2'), { keys: ['instance:i2'] }),
    created('instance', 'i2'),
    row('production.set', { instance: 'i1', saved: null }, { keys: ['production'] }),
    run('r1'),
    created('run', 'r1'),
  ]);
  for (let n = 3; n < nLater; n += 1)
    await ledger.append([
      row('instance.composed', composed(`i${n}`), { keys: [`instance:i${n}`] }),
      stopped(`i${n}`),
      run(`r${n}`),
      row('run.closed', { run: `r${n}` } as never, { run: `r${n}`, keys: [`close:r${n}`] }),
    ]);
  expect(liveInstances({ ledger }).map(({ instance }) => instance)).toEqual(['i2', 'i1']);
  expect(openRuns({ ledger })).toEqual(['r1']);
});
