import { expect, it } from 'vitest';

import type { Address } from '../../../../src/domain/bus/address.ts';
import { takeMine } from '../../../../src/engine/bus/take-mine.ts';
import { takeQuestions } from '../../../../src/engine/bus/take-questions.ts';
import { note } from '../../../contract/bus.contract.ts';
import { createWorld } from '../../../fakes/fake-world.ts';

const mailbox: Address = 'tree:env-setup';
const options = { holder: 'r1.answer#1', leaseMs: 1_000, limit: 5 };

it('takes what a holder has already once, also when its time with it is over', async () => {
  const { context, clock } = await createWorld();
  await context.bus.send(note(), [mailbox]);
  await context.bus.send(note({ from: 'person:ben' }), [mailbox]);
  const take = async () => (await takeMine(context.bus, mailbox, options)).map(({ message }) => message.id);
  expect(await take()).toEqual([1, 2]);
  expect(await take()).toEqual([1, 2]);
  await clock.advance(1_000);
  expect(await take()).toEqual([1, 2]);
});

it('finds a question behind any number of notes, and leaves them', async () => {
  const { context } = await createWorld();
  for (let n = 0; n < 1_001; n += 1) await context.bus.send(note(), [mailbox]);
  await context.bus.send(note({ kind: 'ask' }), [mailbox]);
  const take = async () => (await takeQuestions(context.bus, mailbox, options)).map(({ id }) => id);
  expect(await take()).toEqual([1_002]);
  expect(await take()).toEqual([1_002]);
  expect(context.bus.counts()).toMatchObject([
    { state: 'taken', n: 1 },
    { state: 'waiting', n: 1_001 },
  ]);
});
