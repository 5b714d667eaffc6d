import { expect, it } from 'vitest';

import { entrySentence } from '../../../../src/app/views/journal-line.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import { tidyMail } from '../../../../src/engine/bus/tidy-mail.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { note } from '../../../contract/bus.contract.ts';
import { createWorld } from '../../../fakes/fake-world.ts';

const hourMs = 3_600_000;

async function scene() {
  const world = await createWorld();
  const ledger = world.ledgers.open();
  await ledger.acquire();
  const engine = { ...world.context, ledger } as unknown as Engine;
  const sentences = (): string[] =>
    ledger.read({ kinds: ['bus.undelivered', 'bus.refused'] }).map((entry) => entrySentence(entry));
  return { world, engine, bus: world.context.bus, ledger, sentences };
}

it('tells once what expired, and once what nobody has a mailbox for', async () => {
  const { world, engine, bus, sentences } = await scene();
  await bus.send(note({ expiresAtMs: world.clock.nowMs() + hourMs }), ['tree:env-setup']);
  await bus.send(note({ to: 'topic:unheard' }), []);
  await tidyMail(engine);
  await tidyMail(engine);
  expect(sentences()).toEqual([
    'm2 for topic:unheard is undeliverable: no tree listens to unheard, and no playbook starts on it',
  ]);
  await world.clock.advance(hourMs);
  await tidyMail(engine);
  await tidyMail(engine);
  expect(sentences()[1]).toBe('m1 for tree:env-setup is expired: nobody had taken it when its time was over');
  expect(sentences()).toHaveLength(2);
});

it('delivers late to a mailbox that is there by now', async () => {
  const { engine, bus } = await scene();
  await bus.send(note({ to: 'tree:env-setup' }), []);
  await tidyMail(engine);
  expect(bus.deliveriesOf(1)).toMatchObject([{ mailbox: 'tree:env-setup', state: 'waiting' }]);
});

it('tells what was refused (A36)', async () => {
  const { world, engine, bus, ledger, sentences } = await scene();
  await ledger.append([row('supervisor.started', { pid: 1, version: '0' })]);
  const [forged] = [note({ body: { type: 'approval', change: 'c1' }, from: 'agent:log-analyst' })];
  // Sent by another process than the supervisor's.
  world.ledgers.mail.refuse(forged, { code: 'BUS_TYPE_RESERVED', claim: 'it is of the type approval' });
  await tidyMail(engine);
  await tidyMail(engine);
  expect(sentences()).toEqual([
    'a message from agent:log-analyst to tree:env-setup was refused: BUS_TYPE_RESERVED it is of the type approval (numpy 2.4 is out)',
  ]);
  expect(bus.newest(10)).toEqual([]);
});
