import * as fs from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { signal, textOf, until } from '../../support/fault-processes.ts';
import type { Mutation } from '../../support/fault-program.ts';
import { hasRow, untilRow } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import { type FaultWorld, inMutant } from '../../support/fault-world.ts';

const nRacers = 4;
const pages = Array.from({ length: nRacers }, (_, index) => `page-${index + 1}`);
const fileOf = (page: string): string => `ops/runbooks/${page}.md`;

/** The queue lets everybody go at once, so that they race for the branch. */
const noTurn: readonly Mutation[] = [
  { file: 'engine/changes/admit.ts', find: 'await awaitTurn(engine, change, signal);', replace: '' },
  {
    file: 'engine/changes/admit.ts',
    find: 'const [other] = unfinished(engine, change);',
    replace: 'const other = undefined;',
  },
];
/** What was proven and approved on the old branch counts on the new one, and the branch is moved whatever it is. */
const blind: readonly Mutation[] = [
  { file: 'engine/changes/admit.ts', find: 'gated.base !== base || ', replace: '' },
  {
    file: 'engine/changes/merge.ts',
    find: "if (!isBegun && (await branchHead(engine, planOf(engine, run).branchRef)) !== base) return { kind: 'moved' };",
    replace: '',
  },
  {
    file: 'engine/changes/merge.ts',
    find: 'const outcome = await engine.home.updateRefs([{ ref, from, to }]);',
    replace: 'const outcome = await engine.home.updateRefs([{ ref, from: await engine.home.findRef(ref), to }]);',
  },
];

/** The branch of a change is whatever home has checked out when it is looked for. */
const whateverIsThere: readonly Mutation[] = [
  {
    file: 'engine/changes/branch-head.ts',
    find: 'const head = await context.home.findRef(branchRef);',
    replace: "const head = state.kind === 'ready' ? state.head : undefined;",
  },
  {
    file: 'engine/changes/admit.ts',
    find: ' || state.branchRef !== branchRef) return branchFault',
    replace: ') return branchFault',
  },
  {
    file: 'engine/changes/merge.ts',
    find: '{ act: () => fixIntent(engine, { change, gated, branchRef: planOf(engine, run).branchRef }) },',
    replace:
      '{ act: async () => fixIntent(engine, { change, gated, branchRef: ((await engine.home.inspect()) as any).branchRef }) },',
  },
];

/** The branch is deleted under an approved change, and another one checked out where it was. Returns the commit that it had. */
async function branchGone(world: FaultWorld): Promise<string> {
  await world.ok(['service', 'start', '--json']);
  const [page = ''] = pages;
  fs.mkdirSync(join(world.home, 'ops/runbooks'), { recursive: true });
  fs.writeFileSync(join(world.home, fileOf(page)), 'mine\n');
  await world.ok(['run', `write runbook ${page}`, '--set', 'text=# One', '--yes', '--detach', '--json']);
  await untilRow(world, 'machine.moved', { subject: 'c1', to: 'queued.holding' });
  const main = world.git(['rev-parse', 'main']);
  world.git(['switch', '--quiet', '--create', 'mine']);
  world.git(['branch', '--quiet', '-D', 'main']);
  fs.rmSync(join(world.home, fileOf(page)));
  await world.ok(['runs', 'resume', 'r1', '--detach', '--json']);
  return main;
}

/** Several approved changes that all become free to merge at the same moment: a file of the person's was in the way of each. */
async function race(world: FaultWorld): Promise<void> {
  await world.ok(['service', 'start', '--json']);
  for (const page of pages) {
    fs.mkdirSync(join(world.home, 'ops/runbooks'), { recursive: true });
    fs.writeFileSync(join(world.home, fileOf(page)), 'mine\n');
  }
  for (const page of pages)
    await world.ok(['run', `write runbook ${page}`, '--set', `text=# ${page}`, '--yes', '--detach', '--json']);
  const isHeld = (change: string): boolean => hasRow(world, 'machine.moved', { subject: change, to: 'queued.holding' });
  await until('all to be held', () => pages.every((_, index) => isHeld(`c${index + 1}`)), 300_000, 500);
  for (const page of pages) fs.rmSync(join(world.home, fileOf(page)));
  for (const index of pages.keys()) await untilRow(world, 'run.closed', { run: `r${index + 1}` }, 180_000);
}

const inBranch = (world: FaultWorld): readonly string[] =>
  pages.filter((page) => world.git(['ls-tree', '--name-only', 'HEAD', fileOf(page)]) !== '');

export const queueCases: readonly FaultCase[] = [
  {
    id: 'F21',
    title:
      'approved changes race for the branch: one wins each round, the others are proven again on top, nothing is lost',
    world: { mutations: noTurn, slots: nRacers },
    control: () =>
      inMutant(
        [...noTurn, ...blind],
        async (mutant) => {
          await race(mutant);
          const lost = nRacers - inBranch(mutant).length;
          return lost > 0 ? `${lost} of ${nRacers} merged changes are no longer in the branch` : undefined;
        },
        { slots: nRacers },
      ),
    fault: async (world) => {
      await race(world);
      expect(inBranch(world)).toEqual(pages);
      const merges = world.rows('branch.moved');
      expect(merges).toHaveLength(nRacers);
      merges.slice(1).forEach(({ data }, index) => expect(data['from']).toBe(merges[index]?.data['to']));
      // They did race: somebody found the branch moved after it had been told to merge.
      const losers = world
        .rows('machine.moved')
        .filter(({ data }) => data['from'] === 'merging' && data['to'] === 'regating');
      expect(losers.length).toBeGreaterThan(0);
      for (const { data } of merges) {
        const gate = world.rows('change.gated').findLast((one) => one.data['change'] === data['change']);
        expect(gate?.data['base'], textOf(data['change'])).toBe(data['from']);
      }
    },
  },
  {
    id: 'X-branch-gone',
    title:
      'the branch is deleted, and another one checked out, under a queued change: it waits, says how it comes back, and merges then',
    control: () =>
      inMutant(whateverIsThere, async (mutant) => {
        const main = await branchGone(mutant);
        await untilRow(mutant, 'branch.moved', { change: 'c1' }, 60_000);
        const landed = mutant.git(['ls-tree', '--name-only', 'mine', fileOf(pages[0] ?? '')]);
        const isMoved = mutant.git(['rev-parse', 'mine']) !== main;
        return isMoved && landed !== '' ? 'the change lands on the branch of somebody else' : undefined;
      }),
    fault: async (world) => {
      const [page = ''] = pages;
      const main = await branchGone(world);
      const entry = await until('the queue to say so', async () => {
        const queue = await world.run(['queue', '--json']);
        const [first] = (queue.json?.['changes'] ?? []) as readonly { waitsFor: string; reason: string }[];
        return first?.waitsFor === 'branch' ? first : undefined;
      });
      expect(entry.reason).toBe(`waits: Home has no branch main any more: it was at ${main.slice(0, 7)}`);
      const shown = await world.run(['runs', 'show', 'r1', '--json']);
      expect(shown.json?.['waiting']).toMatchObject({
        commands: expect.arrayContaining([`git branch main ${main}`]) as unknown,
      });
      expect(world.git(['rev-parse', 'mine'])).toBe(main);
      world.git(['branch', 'main', main]);
      world.git(['switch', '--quiet', 'main']);
      await untilRow(world, 'run.closed', { run: 'r1', state: 'done' }, 60_000);
      expect(world.git(['rev-parse', 'mine'])).toBe(main);
      expect(world.git(['show', `main:${fileOf(page)}`])).toBe('# One');
    },
  },
  {
    id: 'X-ahead-killed',
    title: 'the supervisor is killed while it proves a change ahead: nothing of it is left, and it is proven anew',
    control: () =>
      inMutant(
        [{ file: 'engine/supervisor/reconcile.ts', find: '...(await forgetAhead(engine)),', replace: '' }],
        async (mutant) => {
          await killedAhead(mutant);
          const { pid } = await restarted(mutant);
          await until('an end', () => !fs.existsSync(`/proc/${pid}`), 8_000).catch(() => undefined);
          const isLeft = fs.existsSync(`/proc/${pid}`);
          return isLeft ? `process ${pid}, which nobody waits for, still holds its port` : undefined;
        },
      ),
    fault: async (world) => {
      await killedAhead(world);
      const { pid } = await restarted(world);
      await until('the instance to end', () => !fs.existsSync(`/proc/${pid}`), 15_000);
      expect(hasRow(world, 'queue.dropped', { change: 'c2', reason: 'the supervisor that proved it is gone' })).toBe(
        true,
      );
      setAhead(world, 1);
      await world.ok(['runs', 'priority', 'r1', 'critical', '--json']);
      await untilRow(world, 'queue.proven', { change: 'c2', outcome: 'proven' }, 60_000);
      for (const run of ['r1', 'r2']) await world.ok(['runs', 'cancel', run, '--detach', '--json']);
      for (const run of ['r1', 'r2']) await untilRow(world, 'run.closed', { run });
      await untilRow(world, 'lease.freed', { run: 'ahead:c2' });
    },
  },
];

/** Two changes in review; the supervisor is killed when the instance of the proof ahead answers. */
async function killedAhead(world: FaultWorld): Promise<void> {
  await world.ok(['service', 'start', '--json']);
  for (const page of pages.slice(0, 2))
    await world.ok(['run', `write runbook ${page}`, '--set', `text=# ${page}`, '--detach', '--json']);
  await until('a proof ahead', () => aheadPid(world), 90_000, 4);
  signal(world.supervisorPid(), 'SIGKILL');
  // The next one would find it again, and take it to its end: nobody wants it any more.
  setAhead(world, 0);
}

function setAhead(world: FaultWorld, n: number): void {
  const file = join(world.home, 'orchestrate.yaml');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/ahead: \d/, `ahead: ${n}`));
}

function aheadPid(world: FaultWorld): number | undefined {
  const composed = world.rows('instance.composed').find(({ data }) => data['run'] === 'ahead:c2');
  const proven = world.rows('instance.proven').find(({ data }) => data['instance'] === composed?.data['instance']);
  return proven?.data['pid'] as number | undefined;
}

/** Another supervisor takes over. Returns the process that the first one left behind. */
async function restarted(world: FaultWorld): Promise<{ pid: number }> {
  const pid = aheadPid(world) ?? 0;
  const before = world.rows('supervisor.reconciled').length;
  await world.run(['runs', 'priority', 'r1', 'high', '--json']);
  await until('the next one to look', () => world.rows('supervisor.reconciled').length > before || undefined, 30_000);
  return { pid };
}
