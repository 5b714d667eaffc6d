import { expect, it } from 'vitest';

import { row } from '../../../../src/domain/journal/kinds.ts';
import { createSecretBook } from '../../../../src/domain/secrets/secret-book.ts';
import { guardBus, guardLedger, guardMemory } from '../../../../src/engine/secrets/guard.ts';
import { anna, createWorld } from '../../../fakes/fake-world.ts';

const canary = 'canary-7f3a9c1e5b';

/** What is written of an agent that says the canary everywhere, with these values known. */
async function written(known: readonly string[]): Promise<string> {
  const world = await createWorld();
  const secrets = createSecretBook(known);
  const ledger = guardLedger(world.ledgers.open(), secrets);
  const [bus, memory] = [guardBus(world.context.bus, secrets), guardMemory(world.context.memory, secrets)];
  const held = await ledger.acquire();
  const id = await ledger.request('condition.set', { name: canary });
  await ledger.append(
    [row('condition.cleared', { name: 'x', by: anna, reason: `because of ${canary}` } as never, { keys: ['x'] })],
    [{ id, answer: { kind: 'accepted', sentence: canary } }],
  );
  const encoded = Buffer.from(`a${canary}b`).toString('base64');
  await bus.send(
    {
      from: 'person:anna',
      to: 'agent:x',
      kind: 'note',
      subject: canary,
      body: { [canary]: [encoded] },
      dedup: null,
      expiresAtMs: null,
      inReplyTo: null,
      run: null,
    },
    ['agent:x'],
  );
  await memory.put({
    key: 'swarm/x/a.md',
    kind: 'state',
    text: `the key is ${canary}\n`,
    by: anna,
    evidence: [canary],
  });
  await held?.release();
  const entry = await memory.get('swarm/x/a.md');
  return JSON.stringify([ledger.read(), ledger.findRequest(id), bus.newest(10), entry]);
}

it('no row, answer, request, message or entry holds what is known to be a secret', async () => {
  const text = await written([canary]);
  expect(text).not.toContain(canary);
  expect(text).not.toContain(Buffer.from(`a${canary}`).toString('base64').slice(2, -2));
  expect(text.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(6);
});

it('the same is written whole where nobody knows that it is one', async () => {
  expect((await written([])).split(canary).length).toBeGreaterThan(5);
});

it('refuses a plan that holds one: it would be carried out with a word less', async () => {
  const world = await createWorld();
  const ledger = guardLedger(world.ledgers.open(), createSecretBook([canary]));
  await ledger.acquire();
  expect(() => ledger.append([row('plan.made', { plan: { goal: canary } } as never)])).toThrow(
    expect.objectContaining({ code: 'SECRET_FOUND' }) as Error,
  );
});
