import { describe, expect, it } from 'vitest';

import type { JournalKind } from '../../../../src/domain/journal/kinds.ts';
import { closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { offered, type World } from '../../../fakes/fake-world.ts';
import { by, options, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

/** Every server computes on a card of 12 GB; production holds what is left of it. */
function onCard(world: World, freeBytes: number): void {
  world.service.boot = () => ({ device: 'cuda', memory: { bytes: 12e9, freeBytes } });
}

const workflow = { 'a.json': JSON.stringify({ 1: { class_type: 'EmptyImage', inputs: {} } }) };
const index = { ...offered, pillow: { '11.0.0': {}, '11.1.0': {} } };

async function scene(policy: 'ask' | 'yes' | 'no', freeBytes = 3e9): Promise<Scene> {
  const made = await supervised({ config: `policy: { borrow-vram: ${policy} }\n`, index }, (world) =>
    onCard(world, freeBytes),
  );
  await made.ask('service.start', { by });
  return made;
}

const rows = (made: Scene, kind: JournalKind) =>
  made.world.ledgers
    .open()
    .read({ kinds: [kind], limit: 1_000 })
    .map((one) => one.data);
const proofs = (made: Scene) => made.world.processes.services.filter((one) => !one.spec.args.includes('8188'));
const reviewed = (made: Scene, change: string) => made.until(change, 'reviewing.deciding');

describe('the memory of the graphics card', () => {
  it('is borrowed after a person was asked, and given back before the review', async () => {
    const made = await scene('ask');
    await upgrade(made);
    await made.until('r1', 'paused');
    expect(made.world.service.freed).toEqual([]);
    expect(rows(made, 'machine.moved').at(-1)).toMatchObject({
      event: {
        fault: {
          code: 'WAITING_FOR_PERSON',
          message: expect.stringContaining('3.0 GB of 12 GB of cuda are free: production on :8188') as string,
          hints: ['orchestrate runs resume r1', expect.stringContaining('policy.borrow-vram') as string],
        },
      },
    });
    await made.ask('run.resume', { run: 'r1', by: { kind: 'program', name: 'api' } });
    await passUntil(made.world, () => rows(made, 'graphics.asked').length === 2);
    await made.until('r1', 'paused');
    expect(made.world.service.freed).toEqual([]);
    await made.ask('run.resume', { run: 'r1', by });
    await reviewed(made, 'c1');
    expect(made.world.service.freed).toEqual([8188]);
    expect(made.latest('graphics.lent')).toMatchObject({ run: 'r1', freed: { port: 8188, freeBytes: 12e9 } });
    expect(rows(made, 'graphics.asked')).toHaveLength(2);
    expect(made.latest('graphics.returned')).toMatchObject({ run: 'r1' });
    expect(proofs(made).every((one) => !one.isAlive)).toBe(true);
    expect(proofs(made).some((one) => one.spec.args.includes('--cpu'))).toBe(false);
  });

  it('is borrowed without a question where the policy says yes', async () => {
    const made = await scene('yes');
    await upgrade(made);
    await reviewed(made, 'c1');
    expect(made.world.service.freed).toEqual([8188]);
    expect(rows(made, 'graphics.asked')).toEqual([]);
  });

  it('is left alone where the policy says no: the proof runs on the CPU, and the card is told as not proven', async () => {
    const made = await scene('no');
    await upgrade(made);
    await reviewed(made, 'c1');
    expect(made.world.service.freed).toEqual([]);
    expect(proofs(made).every((one) => one.spec.args.includes('--cpu'))).toBe(true);
    expect(made.latest('change.gated')?.notProven).toContain('GPU kernels: the proof ran on the CPU');
    expect(rows(made, 'graphics.lent')).toEqual([]);
  });

  it('is tried when the policy changes, whatever was proven on the CPU before, and the review finds all parts', async () => {
    const made = await scene('no');
    made.world.accelerators.found = {
      kind: 'nvidia',
      driver: '570.1',
      cudaVersion: '12.8',
      gpus: [{ name: 'RTX 3060', computeCapability: '8.6', memoryBytes: 12e9 }],
    };
    await upgrade(made);
    await reviewed(made, 'c1');
    const evidence = () =>
      rows(made, 'evidence.recorded').map((one) => one['evidence'] as { part: string; key: string; device?: string });
    const exact = made.latest('change.gated')?.exact;
    const parts = evidence().flatMap(({ key, part }) => (key.endsWith('RTX-3060@570.1') ? [part] : []));
    expect(parts.filter((part) => part !== 'imports')).toEqual([]);
    expect(evidence().flatMap(({ key, device }) => (device === 'cpu' ? [key.split('/').at(-1)] : []))).toContain('cpu');
    const questions = rows(made, 'review.answered').flatMap((one) => one['questions'] as { facts: string[] }[]);
    expect(questions).not.toEqual([]);
    expect(JSON.stringify(questions)).not.toContain('is on record.');
    const before = proofs(made).length;
    // The card is free by now, and the same goal gives the same tree: its proof on the CPU does not answer for the card.
    onCard(made.world, 11.6e9);
    await upgrade(made);
    await reviewed(made, 'c2');
    const since = proofs(made).slice(before);
    expect(since.length).toBeGreaterThan(0);
    expect(since.some((one) => one.spec.args.includes('--cpu'))).toBe(false);
    expect(made.latest('change.gated')?.exact).toBe(exact);
  });

  it('needs nobody where production holds no more than its context', async () => {
    const made = await scene('ask', 11.6e9);
    await upgrade(made);
    await reviewed(made, 'c1');
    expect(made.world.service.freed).toEqual([]);
    expect(made.latest('graphics.lent')).toMatchObject({ freed: null, device: { freeBytes: 11.6e9 } });
  });

  it('is not asked for before the queue of production is idle', async () => {
    const made = await scene('yes');
    made.world.service.begin(8188, { prompt_id: 'a' });
    await upgrade(made);
    await made.world.clock.advance(60_000);
    expect(made.world.service.freed).toEqual([]);
    made.world.service.finish(8188, 'a');
    await reviewed(made, 'c1');
    expect(made.world.service.freed).toEqual([8188]);
  });

  it('is a question again when production stays busy', async () => {
    const made = await scene('yes');
    made.world.service.begin(8188, { prompt_id: 'a' });
    await upgrade(made);
    await passUntil(made.world, () => stateOfSubject(made.world, 'r1') === 'paused', 1_000);
    expect(rows(made, 'machine.moved').at(-1)).toMatchObject({
      event: {
        fault: { code: 'WAITING_FOR_PERSON', message: expect.stringContaining('still has 1 prompts') as string },
      },
    });
  });

  it('is had by one run at a time, also after a kill, and by nobody when they have ended', async () => {
    const made = await scene('yes');
    let isSlow = true;
    const { boot } = made.world.service;
    made.world.service.boot = (one) => (isSlow && !one.spec.args.includes('8188') ? { ends: 'silent' } : boot(one));
    await upgrade(made);
    await made.ask('run.start', { goal: 'upgrade pillow', options, by });
    await passUntil(made.world, () => rows(made, 'graphics.lent').length === 1);
    await made.world.clock.advance(2_000);
    expect(rows(made, 'graphics.lent')).toHaveLength(1);
    await made.supervisor.kill();
    isSlow = false;
    startSupervisor(made.world);
    await reviewed(made, 'c1');
    await reviewed(made, 'c2');
    // Whoever has it has given it back before anybody else is lent it.
    const turns = made.world.ledgers
      .open()
      .read({ kinds: ['graphics.lent', 'graphics.returned'], limit: 1_000 })
      .map(({ kind, data }) => [kind, data['run']]);
    const [first, ...others] = turns;
    expect(first?.[0]).toBe('graphics.lent');
    expect(turns.length % 2).toBe(0);
    expect(others.every(([kind, run], n) => kind !== 'graphics.returned' || run === turns[n]?.[1])).toBe(true);
    expect(others.every(([kind], n) => kind !== turns[n]?.[0])).toBe(true);
    // Nothing that is proven ahead of its turn has it.
    expect(new Set(rows(made, 'graphics.lent').map((one) => one['run']))).toEqual(new Set(['r1', 'r2']));
  });

  it('is given back when the run is called off', async () => {
    const made = await scene('yes');
    await upgrade(made);
    await passUntil(made.world, () => rows(made, 'graphics.lent').length === 1);
    await made.ask('run.cancel', { run: 'r1', by });
    await passUntil(made.world, () => closedAs(made.world, 'r1') !== undefined);
    expect(made.latest('graphics.returned')).toMatchObject({ run: 'r1' });
  });

  it('waits for the prompt of production also where its memory is free, unless the policy lets both draw', async () => {
    for (const isOne of [true, false]) {
      const made = await supervised({ config: `policy: { one-generator: ${isOne} }\n`, index }, (world) =>
        onCard(world, 11.9e9),
      );
      await made.ask('service.start', { by });
      made.world.service.begin(8188, { prompt_id: 'a' });
      await upgrade(made);
      await made.world.clock.advance(60_000);
      expect(proofs(made).length > 0).toBe(!isOne);
      made.world.service.finish(8188, 'a');
      await reviewed(made, 'c1');
      await made.supervisor.kill();
    }
  });

  it('is given back to production in the middle of a drawing, and drawn on again when it is idle', async () => {
    const made = await supervised({ config: 'policy: { borrow-vram: yes }\n', index, workflows: workflow }, (world) =>
      onCard(world, 11.9e9),
    );
    const { service } = made.world;
    let isSlow = true;
    const { boot } = service;
    service.boot = (one) => ({
      ...boot(one),
      nodeClasses: ['EmptyImage'],
      runs: () => (isSlow ? 'never' : { kind: 'ran' }),
    });
    await made.ask('service.start', { by });
    await upgrade(made);
    await passUntil(made.world, () => service.ran.length === 1);
    await made.world.clock.advance(10_000);
    expect(service.takenBack).toEqual([]);
    service.begin(8188, { prompt_id: 'a' });
    await passUntil(made.world, () => service.takenBack.length === 1);
    isSlow = false;
    await made.world.clock.advance(20_000);
    expect(service.ran).toHaveLength(1);
    expect(made.latest('graphics.yielded')).toMatchObject({ run: 'r1', nth: 1, nPrompts: 1 });
    expect(service.freed).toEqual([service.ran[0]?.port]);
    service.finish(8188, 'a');
    await reviewed(made, 'c1');
    expect(service.ran.length).toBeGreaterThan(1);
    expect(new Set(service.ran.map(({ nonce }) => nonce)).size).toBe(service.ran.length);
  });

  it('of a proof is asked to be freed when production starts', async () => {
    const made = await supervised({ config: 'policy: { borrow-vram: yes }\n', index, workflows: workflow }, (world) =>
      onCard(world, 11.9e9),
    );
    const { service } = made.world;
    const { boot } = service;
    service.boot = (one) => ({ ...boot(one), nodeClasses: ['EmptyImage'], runs: () => 'never' });
    await upgrade(made);
    await passUntil(made.world, () => service.ran.length === 1);
    expect(service.freed).toEqual([]);
    await made.ask('service.start', { by });
    expect(made.latest('graphics.freed')).toMatchObject({ run: 'r1', proofs: ['i1'] });
    expect(service.freed).toEqual([service.ran[0]?.port]);
  });
});
