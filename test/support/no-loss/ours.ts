import * as fs from 'node:fs';

import { Fault } from '../../../src/base/fault.ts';
import { asGitTreeId, type CommitId, type GitTreeId } from '../../../src/base/ids.ts';
import { row } from '../../../src/domain/journal/kinds.ts';
import type { Plan, PlanGoal } from '../../../src/domain/plans/plan.ts';
import { findObstacle } from '../../../src/engine/changes/admit.ts';
import { answer } from '../../../src/engine/changes/answer.ts';
import { draftChange, draftOf, findChangeOf, proposedCommit } from '../../../src/engine/changes/draft.ts';
import { gatedOf } from '../../../src/engine/changes/gate.ts';
import { mergeChange } from '../../../src/engine/changes/merge.ts';
import { carryOutRemoval } from '../../../src/engine/removal/carry-out.ts';
import { emptyTrash, planEmpty } from '../../../src/engine/removal/empty-trash.ts';
import { planRemoval } from '../../../src/engine/removal/plan-removal.ts';
import { prepareSlotSafely } from '../../../src/engine/removal/prepare-slot.ts';
import { readTrash } from '../../../src/engine/removal/read-trash.ts';
import { restoreTrash } from '../../../src/engine/removal/restore-trash.ts';
import { listRestorePoints } from '../../../src/engine/restore/points.ts';
import { planRestoreTo, planUndo } from '../../../src/engine/restore/targets.ts';
import { readBranch } from '../../../src/engine/runs/preview.ts';
import { reconcile } from '../../../src/engine/supervisor/reconcile.ts';
import { snapshotSlot } from '../../../src/engine/tasks/slot.ts';
import { anna } from '../../fakes/fake-world.ts';
import { workPlan } from '../../unit/engine/changes/change-scene.ts';
import type { OurAct } from './commands.ts';
import { dyingBefore, untilKilled } from './dying.ts';
import { slotName } from './person.ts';
import type { RealWorld } from './world.ts';

/** What orchestrate does, step by step, by the functions that its supervisor calls. A Fault is an answer, not a failure. */
export class Ours {
  readonly #world: RealWorld;
  /** Slot to the run that holds it. */
  readonly #runs = new Map<string, string>();
  #nRuns = 0;
  #nUses = 0;
  nRefused = 0;

  constructor(world: RealWorld) {
    this.#world = world;
  }

  /** Returns the code of the Fault that refused it, or null. */
  async act(act: OurAct): Promise<string | null> {
    try {
      await this.#act(act);
      return null;
    } catch (error) {
      if (!(error instanceof Fault) || error.code === 'INTERNAL_BUG') throw error;
      this.nRefused += 1;
      return error.code;
    }
  }

  async #act(act: OurAct): Promise<void> {
    const { engine } = this.#world;
    switch (act.kind) {
      case 'prepare':
        return this.#prepare(slotName(act.slot));
      case 'snapshot':
        return void (await this.#snapshot(slotName(act.slot)));
      case 'merge':
        return this.#merge(slotName(act.slot));
      case 'abandon':
        return this.#close(slotName(act.slot));
      case 'undo':
        return this.#goBack('undo', async (head) => planUndo(engine, head));
      case 'restore':
        return this.#goBack('restore', async (head) =>
          planRestoreTo(engine, head, String(await this.#point(act.pick))),
        );
      case 'reconcile':
        return void (await reconcile(engine));
      case 'clean slots': {
        const name = slotName(act.slot);
        const target = { kind: 'slot', name, dir: `${engine.paths.trees}/${name}` } as const;
        const plan = await planRemoval(engine, [target], act);
        if (act.isKilled) {
          await untilKilled(carryOutRemoval(dyingBefore(engine, 'trash.put'), plan, anna));
          await reconcile(engine);
        }
        return void (await carryOutRemoval(engine, plan, anna));
      }
      case 'trash restore': {
        const id = this.#trash(act.pick);
        const to = act.isOwn ? null : `${this.#world.dir}/back${++this.#nUses}`;
        const asked = { id, to, key: `trash-restore:${++this.#nUses}`, by: anna };
        if (act.isKilled) {
          await untilKilled(restoreTrash(dyingBefore(engine, 'trash.restored'), asked));
          await reconcile(engine);
        }
        await restoreTrash(engine, asked);
        return this.#requireBack(id);
      }
      case 'trash empty': {
        const choice = { ids: [this.#trash(act.pick)], olderThanMs: 0, andRefs: false };
        const { hash } = await planEmpty(engine, choice);
        return void (await emptyTrash(engine, { choice, hash, key: `trash-empty:${++this.#nUses}`, by: anna }));
      }
    }
  }

  #trash(pick: number): string {
    const there = readTrash(this.#world.engine).filter(({ state }) => state === 'there');
    const item = there[pick % Math.max(1, there.length)];
    if (item === undefined) throw new Fault('NOTHING_TO_DO', 'The trash is empty.');
    return item.id;
  }

  /** What is told as back is no longer in the trash: nothing of it but git's own, beside what was a slot or below a name of git's. */
  #requireBack(id: string): void {
    const item = readTrash(this.#world.engine).find((one) => one.id === id);
    if (item?.what !== 'slot-files' || item.state !== 'restored' || !fs.existsSync(item.place)) return;
    const left = fs
      .readdirSync(item.place, { recursive: true, withFileTypes: true })
      .filter((one) => !one.isDirectory());
    if (left.length > 0) throw new Error(`${id} is told as back, and ${left[0]?.name} lies in ${item.place}`);
  }

  async #point(pick: number): Promise<number> {
    const points = await listRestorePoints(this.#world.engine);
    return points[pick % points.length]?.manifest.number ?? 0;
  }

  async #newRun(base: CommitId, goal: PlanGoal, kind: 'work' | 'undo' | 'restore', branchRef: string): Promise<string> {
    const { engine } = this.#world;
    const run = `r${++this.#nRuns}`;
    const options = { previewOnly: false, yes: false, until: null, playbook: null, inputs: {} };
    const created = { run, goal: 'work', kind, options, by: anna, request: this.#nRuns, restore: null } as const;
    const plan: Plan = { ...workPlan(base), goal, branchRef, moves: [] };
    await engine.ledger.append([
      row('run.created', created, { run, keys: [`run:${run}`] }),
      row('plan.made', { run, plan }, { run, keys: [`plan:${run}`] }),
    ]);
    return run;
  }

  async #prepare(slot: string): Promise<void> {
    const { engine } = this.#world;
    await this.#close(slot);
    const { base, branchRef } = await readBranch(engine);
    const run = await this.#newRun(base, { kind: 'work' }, 'work', branchRef);
    const lease = { run, slot, tree: 'env-setup', port: 8191, homePort: 8188, skipped: [] };
    await engine.ledger.append([
      row('lease.taken', lease, { run, keys: [`lease:slot:${slot}`, 'lease:port:8191', `lease-of:${run}`] }),
    ]);
    this.#runs.set(slot, run);
    const by = { kind: 'program', name: 'slot' } as const;
    await prepareSlotSafely(engine, { slot, commit: base, use: run, run, by });
  }

  async #close(slot: string): Promise<void> {
    const { engine } = this.#world;
    const run = this.#runs.get(slot);
    if (run === undefined) return;
    this.#runs.delete(slot);
    const keys = [`lease:slot:${slot}`, 'lease:port:8191', `lease-of:${run}`];
    await engine.ledger.append([row('lease.freed', { run, slot, port: 8191 }, { run, keys })]);
  }

  async #snapshot(slot: string): Promise<{ run: string; tree: GitTreeId } | undefined> {
    const { engine } = this.#world;
    const run = this.#runs.get(slot);
    const lease = run === undefined ? undefined : engine.leases.find(run);
    if (run === undefined || !lease || lease.slot === null || lease.homePort === null) return undefined;
    const tree = await snapshotSlot(engine, { ...lease, slot: lease.slot, homePort: lease.homePort });
    return { run, tree };
  }

  async #merge(slot: string): Promise<void> {
    const taken = await this.#snapshot(slot);
    if (taken === undefined) return;
    await draftChange(this.#world.engine, taken.run, taken.tree);
    if (await this.#land(taken.run)) await this.#close(slot);
  }

  async #goBack(
    kind: 'undo' | 'restore',
    plan: (head: CommitId) => Promise<{ title: string; commit: CommitId; proposed: GitTreeId }>,
  ): Promise<void> {
    const { engine } = this.#world;
    const { base, branchRef } = await readBranch(engine);
    const { title, commit, proposed } = await plan(base);
    const goal = { kind: 'restore', to: title, title, commit, proposed, dropped: [] } as unknown as PlanGoal;
    const run = await this.#newRun(base, goal, kind, branchRef);
    await draftChange(engine, run, proposed);
    await this.#land(run);
  }

  /** Gate, approval, admission and merge of the run's change; false when something stands in its way. */
  async #land(run: string): Promise<boolean> {
    const { engine } = this.#world;
    const change = findChangeOf(engine, run)?.change ?? '';
    const drafted = draftOf(engine, change);
    const { base } = await readBranch(engine);
    const proposed = asGitTreeId(drafted.proposed);
    let exact = proposed;
    if (base !== drafted.base) {
      const theirs = await proposedCommit(engine, drafted.base as CommitId, proposed);
      const merged = await engine.store.merge({ base: drafted.base as CommitId, ours: base, theirs });
      if (merged.kind === 'conflict') return false;
      exact = merged.tree;
    }
    if (exact === (await engine.store.treeOf(base))) return false;
    const gated = {
      ...{ change, base, exact, environment: 'e', components: 'c', evidenceKey: 'k', reused: [] },
      ...{ verdict: 'proven' as const, fault: null, notProven: [], durationMs: 1 },
    };
    await engine.ledger.append([row('change.gated', gated, { run, keys: [`gate:${change}`] })]);
    const last = gatedOf(engine, change);
    if (last === undefined) throw new Error('nothing was gated');
    await answer(engine, {
      ...{ drafted, gated: last, reviewer: 'final', by: anna, verdict: 'approved', questions: [], comment: null },
    });
    const obstacle = await findObstacle(engine, change);
    if (obstacle !== undefined) throw obstacle;
    return (await mergeChange(engine, change)).kind === 'merged';
  }
}
