import { describe, expect, it } from 'vitest';

import type { GitTreeId } from '../../../../src/base/ids.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import { draftChange } from '../../../../src/engine/changes/draft.ts';
import { gateChange } from '../../../../src/engine/changes/gate.ts';
import { createInFlight } from '../../../../src/engine/proofs/in-flight.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { settled } from '../../../fakes/fake-life.ts';
import { changeScene, type ChangeScene, passing } from '../changes/change-scene.ts';

/** Work that goes on until it is told to end. */
function open(log: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const work = (): Promise<string> => {
    log.push(`${name} begins`);
    return promise;
  };
  return { work, end: (error?: Error) => (error ? reject(error) : resolve(name)) };
}

describe('what is proven now', () => {
  it('is not begun a second time before it is over, even when it fails', async () => {
    const inFlight = createInFlight(createFakeClock());
    const log: string[] = [];
    const [first, second] = [open(log, 'first'), open(log, 'second')];
    const one = inFlight.alone('key', { owner: 'gate:c1' }, first.work);
    const two = inFlight.alone('key', { owner: 'gate:c2' }, second.work);
    const other = inFlight.alone('other', { owner: 'gate:c3' }, async () => 'other');
    expect(await other).toBe('other');
    await settled();
    expect(log).toEqual(['first begins']);
    first.end(new Error('it did not boot'));
    await expect(one).rejects.toThrow('it did not boot');
    await settled();
    expect(log).toEqual(['first begins', 'second begins']);
    second.end();
    expect(await two).toBe('second');
  });

  it('is entered again by its owner, and let go by whoever must not wait or is called off', async () => {
    const clock = createFakeClock();
    const inFlight = createInFlight(clock);
    const log: string[] = [];
    const first = open(log, 'first');
    let hasCard = false;
    const calledOff = new AbortController();
    const one = inFlight.alone('key', { owner: 'gate:c1' }, () =>
      inFlight.alone('key', { owner: 'gate:c1' }, first.work),
    );
    const two = inFlight.alone('key', { owner: 'gate:c2', mayWait: () => !hasCard }, async () => 'beside it');
    const three = inFlight.alone('key', { owner: 'gate:c3', signal: calledOff.signal }, async () => 'never');
    three.catch(() => undefined);
    await settled();
    expect(log).toEqual(['first begins']);
    hasCard = true;
    await clock.advance(500);
    expect(await two).toBe('beside it');
    calledOff.abort();
    await expect(three).rejects.toMatchObject({ code: 'INTERRUPTED' });
    first.end();
    expect(await one).toBe('first');
  });
});

const onCpu = { service: ['mode: managed', 'watch-time: 200ms', 'args: [--cpu]'] };
const never = new AbortController().signal;

/** Two changes of two runs that propose the same tree, about to be gated. */
async function twins(): Promise<ChangeScene> {
  // On the CPU: who has the graphics card would be alone anyway.
  const scene = await changeScene(onCpu);
  const { engine } = scene;
  const again = (data: object): never => ({ ...data, run: 'r2' }) as never;
  await engine.ledger.append([
    row('run.created', again(scene.latest('run.created') ?? {}), { run: 'r2', keys: ['run:r2'] }),
    row('plan.made', again(scene.latest('plan.made') ?? {}), { run: 'r2', keys: ['plan:r2'] }),
  ]);
  await engine.leases.takePort('r2');
  await draftChange(engine, 'r2', scene.drafted.proposed as GitTreeId);
  const { service, clock } = scene.world;
  const { nodeSources } = service;
  service.nodeSources = async (...given) => {
    await clock.sleep(20_000);
    return nodeSources(...given);
  };
  return scene;
}

describe('two gates that want the same evidence at the same time', () => {
  it('boot it once, and both are proven', async () => {
    const scene = await twins();
    const gate = (change: string) => gateChange(scene.engine, change, never);
    const both = Promise.all([gate('c1'), gate('c2')]);
    expect(await passing(scene.world, both)).toEqual([{ kind: 'proven' }, { kind: 'proven' }]);
    expect(scene.rows('instance.composed')).toHaveLength(1);
    expect(scene.rows('evidence.recorded').map(({ evidence }) => evidence.part)).toEqual([
      'imports',
      'checks',
      'boot',
      'smoke',
    ]);
    expect(scene.rows('change.gated').map(({ change, reused }) => [change, reused])).toEqual([
      ['c1', []],
      ['c2', ['boot', 'smoke']],
    ]);
  });

  it('goes on with the second when the first is called off', async () => {
    const scene = await twins();
    const calledOff = new AbortController();
    const first = gateChange(scene.engine, 'c1', calledOff.signal);
    first.catch(() => undefined);
    const second = gateChange(scene.engine, 'c2', never);
    await scene.world.clock.advance(1_000);
    calledOff.abort();
    expect(await passing(scene.world, second)).toEqual({ kind: 'proven' });
    expect(scene.rows('evidence.recorded').filter(({ evidence }) => evidence.part === 'boot')).toHaveLength(1);
  });
});
