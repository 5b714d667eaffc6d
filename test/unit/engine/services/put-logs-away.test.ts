import { describe, expect, it } from 'vitest';

import { openLogTail } from '../../../../src/app/log-tail.ts';
import { dataOf, row } from '../../../../src/domain/journal/kinds.ts';
import { createLogWatch } from '../../../../src/engine/diagnosis/watch-logs.ts';
import type { ServiceNow } from '../../../../src/engine/health/answer.ts';
import { lookAtNodes } from '../../../../src/engine/health/looks/nodes.ts';
import { cuttingPath, logPieces, piecePath } from '../../../../src/engine/instances/log-pieces.ts';
import { readServiceLog } from '../../../../src/engine/instances/read-service-log.ts';
import { logPathOf } from '../../../../src/engine/instances/start.ts';
import { createLogKeeper } from '../../../../src/engine/services/put-logs-away.ts';
import { nothingHappens, startEngine } from '../../../fakes/fake-life.ts';
import { createWorld, type World } from '../../../fakes/fake-world.ts';

const limitBytes = 64 * 1024;
const oom = 'torch.OutOfMemoryError: Allocation on device\n';
const start = `Import times for custom nodes:
   0.1 seconds (IMPORT FAILED): /c/custom_nodes/broken

Starting server
To see the GUI go to: http://127.0.0.1:8188
`;
/** Numbered lines of more than the limit, from the number on. */
const lines = (from: number, n = 2_000): string =>
  Array.from({ length: n }, (_, index) => `line ${from + index} ${'.'.repeat(30)}\n`).join('');

/** Production whose service writes, and what looks at its log. */
async function writing({ isUp = true } = {}) {
  const world = await createWorld({ config: 'logs: { size: 64 KiB, keep: 3 }' });
  const life = await startEngine(world, { effects: nothingHappens });
  const composed = {
    ...{ instance: 'i1', purpose: 'production' as const, tree: 't', environment: 'e', components: 'c', dir: '/i/i1' },
    ...{ port: 8188, run: null, python: '/p', args: [], seal: 'detected, not prevented' as const },
  };
  await life.engine.host.create(
    'instance',
    'i1',
    { subject: 'i1' },
    {
      rows: [
        row('instance.composed', composed, { run: null, keys: ['instance:i1', 'composed:production'] }),
        row('production.set', { instance: 'i1', saved: null }, { run: null, keys: ['production'] }),
      ],
    },
  );
  if (isUp) await life.engine.host.send('i1', { type: 'START' });
  const path = logPathOf(life.engine, 'i1');
  world.files.put(path, start);
  const pieces = () => logPieces(world.files, path);
  return { world, life, path, pieces, write: (text: string) => world.files.append(path, text) };
}

const textOf = async (world: World, path: string): Promise<string> => (await world.files.readText(path)) ?? '';
const said = (life: Awaited<ReturnType<typeof startEngine>>) =>
  life.ledger.read({ kinds: ['diagnosis.found'] }).flatMap((entry) => dataOf('diagnosis.found', entry) ?? []);

describe('the log of a service', () => {
  it('is put away when it is large, with nothing lost or doubled for who follows it', async () => {
    const { world, life, path, pieces, write } = await writing();
    const keeper = createLogKeeper(life.engine);
    const tail = openLogTail(world.files, path);
    const followed = [...(await tail.last(100))];
    await keeper.look();
    expect(await pieces()).toHaveLength(1);
    for (let n = 0; n < 2; n += 1) {
      write(lines(n * 2_000));
      await keeper.look();
      write(`after ${n}\n`);
      followed.push(...(await tail.more()));
    }
    const all = (await pieces()).map((piece) => textOf(world, piece.path));
    expect((await Promise.all(all)).join('')).toBe(`${start}${lines(0)}after 0\n${lines(2_000)}after 1\n`);
    expect((await pieces()).at(-1)).toMatchObject({ path, isLive: true, sizeBytes: 8 });
    expect(followed.join('\n')).toBe(
      `${start}${lines(0)}after 0\n${lines(2_000)}after 1`.replaceAll(/\n\n/g, '\n').trim(),
    );
    expect(life.ledger.read({ kinds: ['effect.done'] })).toHaveLength(2);
  });

  it('is put away also after somebody removed its pieces', async () => {
    const { world, life, path, pieces, write } = await writing();
    const keeper = createLogKeeper(life.engine);
    for (const n of [0, 1, 2, 3]) {
      write(lines(n * 2_000));
      await keeper.look();
      expect(await textOf(world, path), `cut ${n}`).toBe('');
      // All go after the second cut, and after the third: each begins at the same place.
      for (const { path: piece, isLive } of n === 0 ? [] : await pieces()) if (!isLive) await world.files.remove(piece);
    }
    expect(life.ledger.read({ kinds: ['effect.done'] })).toHaveLength(4);
  });

  it('keeps the first piece, which health reads, and the newest', async () => {
    const { world, life, pieces, write } = await writing();
    const keeper = createLogKeeper(life.engine);
    for (let n = 0; n < 6; n += 1) {
      write(lines(n * 2_000));
      await keeper.look();
    }
    const kept = await pieces();
    expect(kept).toHaveLength(4);
    expect(await textOf(world, kept[0]?.path ?? '')).toContain('(IMPORT FAILED)');
    expect(await textOf(world, kept[2]?.path ?? '')).toContain('line 11999');
    const now = { instance: 'i1', port: 8188 } as ServiceNow;
    const nodes = await lookAtNodes({ ...world.context, ledger: life.ledger, now, isDeep: false });
    expect(nodes.evidence).toEqual(['broken: IMPORT FAILED']);
  });

  it('is read over its pieces for its last words, up to a hole', async () => {
    const { life, write } = await writing();
    write(`${lines(0)}RuntimeError: last words\n`);
    await createLogKeeper(life.engine).look();
    const { text, isCut } = await readServiceLog(life.engine, { instance: 'i1', maxBytes: 1_000 });
    expect([text.split('\n').at(-2), text.startsWith('line'), isCut]).toEqual(['RuntimeError: last words', true, true]);
  });

  it('is watched over the cut: each failure is found once, also the one in the last line of a piece', async () => {
    const { world, life, write } = await writing();
    const [keeper, watch] = [createLogKeeper(life.engine), createLogWatch(life.engine)];
    write(`${oom}${lines(0)}`);
    await watch.look();
    write('Killed');
    await keeper.look();
    await watch.look();
    await world.clock.advance(3_600_001);
    write(lines(2_000, 10));
    await watch.look();
    await createLogWatch(life.engine).look();
    const found = said(life).filter(({ signature }) => signature !== 'S18');
    expect(found.map(({ signature }) => signature)).toEqual(['S01', 'S10']);
    expect(found[1]?.endByte).toBeGreaterThan(limitBytes);
  });

  it('is watched over a cut that fails half way: what was read is not told again', async () => {
    const { world, life, path, write } = await writing();
    const [keeper, watch] = [createLogKeeper(life.engine), createLogWatch(life.engine)];
    write(`${oom}${lines(0)}`);
    await watch.look();
    const before = said(life).length;
    // From now on the same would be told anew.
    await world.clock.advance(3_600_001);
    world.files.put(cuttingPath(path), await textOf(world, path));
    world.files.put(path, '');
    await watch.look();
    await keeper.look();
    write('later\n');
    await watch.look();
    expect(said(life)).toHaveLength(before);
  });

  it('is finished after a kill before the cut, and after one behind it, and nothing is told twice', async () => {
    for (const wasCut of [false, true]) {
      const { world, life, path, write, pieces } = await writing();
      write(`${oom}${lines(0)}`);
      await createLogWatch(life.engine).look();
      const before = said(life).length;
      const text = await textOf(world, path);
      // As a kill leaves it: the copy without its name, and the intent without its outcome.
      world.files.put(cuttingPath(path), wasCut ? text : text.slice(0, 5_000));
      if (wasCut) world.files.put(path, '');
      const input = { fromByte: 0, removed: [] };
      const key = 'log-away:i1:0';
      await life.ledger.append([
        row('effect.intended', { key, name: 'put the log of i1 away', input }, { keys: [`effect:${key}`] }),
      ]);
      write('later\n');
      await createLogKeeper(life.engine).look();
      await createLogWatch(life.engine).look();
      const parts = await Promise.all((await pieces()).map((piece) => textOf(world, piece.path)));
      expect(parts.join('')).toBe(`${text}later\n`);
      expect(parts).toHaveLength(2);
      expect(said(life)).toHaveLength(before);
      expect(await world.files.info(cuttingPath(path))).toBeUndefined();
      await life.kill();
    }
  });

  it('stays where it is on a full disk, is not tried at every look, and is put away when there is room', async () => {
    const { world, life, path, write, pieces } = await writing();
    const keeper = createLogKeeper(life.engine);
    write(lines(0));
    const text = await textOf(world, path);
    world.files.failAfter(1);
    await keeper.look();
    world.files.failAfter(undefined);
    await keeper.look();
    expect(await textOf(world, path)).toBe(text);
    expect(await pieces()).toHaveLength(1);
    expect(await world.files.info(cuttingPath(path))).toBeUndefined();
    expect(life.ledger.read({ kinds: ['effect.failed'] })).toHaveLength(1);
    world.files.free = 1_000;
    await world.clock.advance(600_001);
    await keeper.look();
    const failed = life.ledger.read({ kinds: ['effect.failed'] }).map((entry) => dataOf('effect.failed', entry)?.fault);
    expect(failed.map((fault) => fault?.code)).toEqual(['DISK_FULL', 'DISK_FULL']);
    world.files.free = 1e9;
    await world.clock.advance(600_001);
    await keeper.look();
    expect(await textOf(world, piecePath(path, 0))).toBe(text);
  });

  it('of an instance that ended is left, but for a copy that a kill left without its name', async () => {
    const { world, life, path } = await writing({ isUp: false });
    world.files.put(cuttingPath(path), lines(5_000));
    world.files.put(path, lines(9_000));
    await createLogKeeper(life.engine).look();
    expect(await textOf(world, piecePath(path, 0))).toBe(lines(5_000));
    expect(await textOf(world, path)).toBe(lines(9_000));
  });
});
