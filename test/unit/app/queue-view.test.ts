import { describe, expect, it } from 'vitest';

import { queueLine, queueSchema, queueView } from '../../../src/app/views/queue-view.ts';
import { renderQueue } from '../../../src/faces/cli/render/queue.ts';
import { passUntil } from '../../fakes/fake-life.ts';
import { addNamed, inReview, rowsOf, workflowScene } from '../engine/queue/queue-scene.ts';
import { approveChange, by, type Scene } from '../engine/supervisor/supervised-scene.ts';

const view = ({ world }: Scene) => queueSchema.parse(queueView(world.ledgers.open()));
const short = (scene: Scene) => view(scene).changes.map(({ change, waitsFor, behind }) => [change, waitsFor, behind]);
const text = (scene: Scene) =>
  renderQueue(view(scene))
    .map((line) =>
      typeof line === 'string' ? line : line.map((span) => (typeof span === 'string' ? span : span.text)).join(''),
    )
    .join('\n');

describe('the queue', () => {
  it('is empty where nothing waits', async () => {
    const scene = await workflowScene();
    expect(text(scene)).toBe('Nothing waits for the branch.');
    expect(queueLine(scene.world.ledgers.open())).toBeNull();
  });

  it('tells order, reason, priority, what was proven ahead, and what it expects', async () => {
    const scene = await workflowScene();
    await inReview(scene, ['one', 'two', 'three']);
    await passUntil(scene.world, () => rowsOf(scene, 'queue.proven').length === 2);
    await scene.ask('run.prioritise', { run: 'r3', to: 'high', by });
    await passUntil(scene.world, () => rowsOf(scene, 'queue.proven').length === 4);
    expect(short(scene)).toEqual([
      ['c3', 'review', null],
      ['c1', 'review', null],
      ['c2', 'review', null],
    ]);
    expect(view(scene).changes.map(({ estimate }) => estimate)).toEqual([null, null, null]);
    expect(text(scene)).toMatchInlineSnapshot(`
      "   change  run  tree                since                 in production  why it waits
      1  c3      r3   models-integ  high  2026-01-01 00:00:00Z                 waits for a review
      2  c1      r1   models-integ        2026-01-01 00:00:00Z                 waits for a review
      3  c2      r2   models-integ        2026-01-01 00:00:00Z                 waits for a review

      c1 proven ahead on top of c3
      c2 proven ahead on top of c3 and c1

      no estimate yet: nothing has merged here
      next: orchestrate review show c3"
    `);
    expect(queueLine(scene.world.ledgers.open())).toBe('3 changes · c3 waits for a review · 2 proven ahead');
  });

  it('tells who waits for his turn behind whom, and how long that takes as far as it was seen', async () => {
    const scene = await workflowScene();
    const { home, clock } = scene.world;
    await addNamed(scene, 'first');
    await scene.until('c1', 'reviewing.deciding');
    await approveChange(scene, 'c1');
    await scene.until('c1', 'verified');
    const { comparePaths } = home;
    home.comparePaths = async (...given) => {
      await clock.sleep(30_000);
      return comparePaths(...given);
    };
    await addNamed(scene, 'two');
    await addNamed(scene, 'three');
    await scene.until('c2', 'reviewing.deciding');
    await scene.until('c3', 'reviewing.deciding');
    await approveChange(scene, 'c2');
    await approveChange(scene, 'c3');
    await passUntil(scene.world, () => rowsOf(scene, 'queue.waited').length === 1);
    expect(short(scene)).toEqual([
      ['c2', 'nothing', null],
      ['c3', 'turn', 'c2'],
    ]);
    const [c2, c3] = view(scene).changes;
    expect(c2?.estimate?.nSamples).toBe(1);
    expect(c3?.estimate?.ms).toBeGreaterThanOrEqual(c2?.estimate?.ms ?? 0);
    expect(view(scene).estimateNote).toContain('3 gates, 1 merge, 1 switch');
  });

  it('tells what a held change waits for, and lets the next one go', async () => {
    const scene = await workflowScene();
    await inReview(scene, ['one', 'two']);
    scene.world.files.put('/home/anna/comfy-home/workflows/one.json', 'mine');
    await approveChange(scene, 'c1');
    await scene.until('c1', 'queued.holding');
    expect(short(scene)).toEqual([
      ['c1', 'edits', null],
      ['c2', 'review', null],
    ]);
    expect(view(scene).changes[0]?.reason).toContain('You have edits in workflows/one.json');
    await approveChange(scene, 'c2');
    await scene.until('c2', 'verified');
    expect(short(scene)).toEqual([['c1', 'edits', null]]);
  });
});
