import { Fault, faultRecord } from '../../base/fault.ts';
import { runId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import { untilStep } from '../../domain/plans/schedule.ts';
import type { RequestAnswer, RequestKind, RequestKinds } from '../../domain/requests.ts';
import type { LedgerRequest } from '../../ports/index.ts';
import { isBeyondRecall } from '../changes/beyond-recall.ts';
import { draftOf, findChangeOf } from '../changes/draft.ts';
import { gatedOf } from '../changes/gate.ts';
import { answerRow } from '../changes/review.ts';
import type { Engine } from '../engine.ts';
import { findProduction, notOurs, startProduction, stopProduction } from '../instances/production.ts';
import { queueAgain, savedQueues } from '../instances/prompts.ts';
import { composedInstance } from '../instances/start.ts';
import type { Beside } from '../machines/host.ts';
import { discardOutside } from '../outside/discard.ts';
import { lookOutside, tryLookOutside } from '../outside/look.ts';
import { listRestorePoints } from '../restore/points.ts';
import { readBranch } from '../runs/preview.ts';
import { understandRun } from '../runs/understand-run.ts';
import { pruneSpace } from '../space/prune.ts';
import { acceptFingerprint } from '../tasks/tamper.ts';
import { planOf } from '../tasks/task-view.ts';

type Handlers = {
  readonly [Kind in RequestKind]: (engine: Engine, data: RequestKinds[Kind], id: number) => Promise<void>;
};

/** Acts for longer than it takes to write a row. */
export const isLong = (kind: string): boolean => /^(service|outside)\./.test(kind) || kind === 'space.prune';

/** Takes one request. Its answer is written in the commit that carries it out, so that a kill never does it twice. */
export async function takeRequest(engine: Engine, request: LedgerRequest): Promise<void> {
  try {
    const handler = (
      handlers as unknown as Record<
        string,
        ((engine: Engine, data: JsonObject, id: number) => Promise<void>) | undefined
      >
    )[request.kind];
    if (!handler)
      throw new Fault('USAGE_BAD_ARGUMENT', `The supervisor does not know requests of kind ${request.kind}.`);
    await handler(engine, request.data, request.id);
  } catch (error) {
    if (error instanceof Fault && error.code === 'EPOCH_OLD') throw error;
    // Everything that is not long is a row or none.
    const isRow = error instanceof Fault && !isLong(request.kind);
    await refuseRequest(engine, request.id, isRow ? error.withState('Nothing was changed.') : error);
  }
}

/** Answers a request with the fault that keeps it from being carried out. */
export const refuseRequest = (engine: Engine, id: number, error: unknown): Promise<void> =>
  answerAlone(engine, id, { kind: 'refused', fault: faultRecord(error) });

const accepted = (id: number, run: string | null, sentence: string): NonNullable<Beside['answers']> => [
  { id, answer: { kind: 'accepted', run, sentence } },
];

const acceptedAlone = (id: number, sentence: string): NonNullable<Beside['answers']> => [
  { id, answer: { kind: 'accepted', run: null, sentence } },
];

async function answerAlone(engine: Engine, id: number, answer: RequestAnswer): Promise<void> {
  await engine.ledger.append([], [{ id, answer: answer as unknown as JsonObject }]);
}

const handlers: Handlers = {
  'run.start': (engine, { goal, options, by }, request) => {
    // A goal that nobody understands makes no run.
    const { playbook } = understandRun(engine, goal, { asked: options.playbook, given: options.inputs });
    if (options.until !== null) untilStep(playbook.steps, options.until);
    return createRun(engine, { goal, kind: 'work', options, by, request, restore: null });
  },
  'restore.start': (engine, { kind, to, options, by }, request) =>
    createRun(engine, { goal: kind === 'undo' ? 'undo' : `restore to ${to}`, kind, options, by, request, restore: to }),

  async 'run.answer'(engine, { run, verdict, planHash, by }, id) {
    const view = requireRun(engine, run);
    if (view.state !== 'awaitingApproval')
      throw new Fault('RUN_NOT_RESUMABLE', `${run} does not wait for an answer to its plan: it is ${view.state}.`);
    const { hash } = planOf(engine, run);
    if (hash !== planHash)
      throw new Fault('CHANGE_MOVED', `The plan of ${run} is another one now.`, {
        hints: [`orchestrate runs show ${run}`],
      });
    const answered = row(
      'plan.answered',
      { run, hash, verdict, by, reason: 'a person answered' },
      { run, keys: [`plan-answer:${run}`] },
    );
    await engine.host.send(
      run,
      { type: verdict === 'approved' ? 'APPROVE' : 'REJECT' },
      { rows: [answered], answers: accepted(id, run, `The plan of ${run} is ${verdict}.`) },
    );
  },

  async 'run.resume'(engine, { run, by }, id) {
    const view = requireRun(engine, run);
    const change = findChangeOf(engine, run)?.change;
    const at = change === undefined ? undefined : engine.host.find(change);
    // `--until` is lifted only by a resume after it was reached, not by one after a disk was full on the way.
    const last = dataOf('machine.moved', engine.ledger.latest(`machine:${run}`));
    const keys = [`resume-of:${run}`, ...(last?.event['type'] === 'UNTIL_REACHED' ? [`resumed:${run}`] : [])];
    const resumed = row('run.resumed', { run, by }, { run, keys });
    const beside: Beside = { rows: [resumed], answers: accepted(id, run, `${run} goes on.`) };
    if (view.state === 'paused') {
      if (view.fault?.code === 'TREE_TAMPERED') await acceptFingerprint(engine, { kind: 'person', name: by.name }, run);
      for (const task of engine.host.all('task')) {
        if (task.subject.startsWith(`${run}.`) && task.state === 'parked')
          await engine.host.send(task.subject, { type: 'RESUME' });
      }
      await engine.host.send(run, { type: 'RESUME' }, beside);
    } else if (at && ['queued.holding', 'mergeHeld', 'switchHeld', 'conflicted'].includes(at.state)) {
      if (at.fault?.code === 'TREE_TAMPERED') await acceptFingerprint(engine, { kind: 'person', name: by.name }, run);
      await engine.host.send(at.subject, { type: 'RETRY' }, beside);
    } else {
      throw new Fault(
        'RUN_NOT_RESUMABLE',
        `${run} is ${view.state}${at ? `, ${at.subject} is ${at.state}` : ''}: there is nothing to resume.`,
        { hints: [`orchestrate runs show ${run}`] },
      );
    }
  },

  async 'run.cancel'(engine, { run }, id) {
    const view = requireRun(engine, run);
    const change = findChangeOf(engine, run)?.change;
    const at = change === undefined ? undefined : engine.host.find(change);
    // The change first: once it is called off it cannot merge any more, whatever the run does.
    if (at && !at.isFinal) {
      const isLate = (await isBeyondRecall(engine, at)) || !(await engine.host.send(at.subject, { type: 'ABANDON' }));
      if (isLate) {
        throw new Fault('RUN_FINISHED', `${run} is merging, or has merged, and finishes that first.`, {
          hints: [`orchestrate runs resume ${run}`, 'orchestrate undo   (when it is done)'],
        });
      }
    }
    const sentence = `${run} is called off; the branch and production are as they were.`;
    await engine.host.send(view.subject, { type: 'CANCEL' }, { answers: accepted(id, run, sentence) });
  },

  async 'review.answer'(engine, { change, tree, base, verdict, comment, by }, id) {
    const view = engine.host.find(change);
    if (!view || !engine.ledger.latest(`change:${change}`))
      throw new Fault('CHANGE_NOT_FOUND', `There is no open change ${change}.`);
    const drafted = draftOf(engine, change);
    const gated = gatedOf(engine, change);
    const mayReject =
      ['reviewing.deciding', 'conflicted', 'changesRequested', 'queued.holding', 'mergeHeld'].includes(view.state) &&
      !(await isBeyondRecall(engine, view));
    if (verdict === 'approved' ? view.state !== 'reviewing.deciding' : !mayReject) {
      throw new Fault('CHANGE_NOT_REVIEWABLE', `${change} is ${view.state} and takes no answer now.`, {
        hints: [`orchestrate review show ${change}`],
      });
    }
    if (!gated || gated.exact !== tree || gated.base !== base) {
      throw new Fault('CHANGE_MOVED', `${change} now is another tree than the one you saw.`, {
        hints: [`orchestrate review show ${change}`],
        state: 'Nothing was approved.',
      });
    }
    if (by.kind !== 'person')
      throw new Fault('REVIEW_SELF', `${by.name} is no person and cannot decide about ${change}.`);
    const rows = [answerRow(engine, { drafted, gated, reviewer: 'final', by, verdict, questions: [], comment })];
    const beside: Beside = { rows, answers: accepted(id, drafted.run, `${change} is ${verdict}.`) };
    if (verdict === 'approved') await engine.host.send(change, { type: 'APPROVE' }, beside);
    else if (verdict === 'changes-requested') await engine.host.send(change, { type: 'REQUEST_CHANGES' }, beside);
    else
      await engine.host.send(
        change,
        {
          type: 'REJECT',
          fault: new Fault(
            'CHANGE_NOT_REVIEWABLE',
            `${change} was rejected by ${by.name}${comment ? `: ${comment}` : '.'}`,
            { state: 'The branch and production are as they were.' },
          ).toRecord(),
        },
        beside,
      );
  },

  async 'service.start'(engine, _data, id) {
    if (engine.config.service.mode === 'none') throw notOurs();
    const running = findProduction(engine);
    const view = running === undefined ? undefined : engine.host.find(running);
    if (view && view.state !== 'stopped')
      throw new Fault('NOTHING_TO_DO', `Production is running as ${running}.`, {
        state: 'Nothing was changed.',
        hints: ['orchestrate service restart'],
      });
    await startFromBranch(engine, id);
  },

  async 'service.stop'(engine, { now }, id) {
    const instance = findProduction(engine);
    if (instance === undefined) {
      if (engine.config.service.mode === 'none') throw notOurs();
      throw new Fault('SERVICE_NOT_RUNNING', 'Production is not running under orchestrate.');
    }
    const answers = (nSaved: number) =>
      acceptedAlone(
        id,
        `Production is stopped; ${nSaved} pending prompts were saved and are queued again at the next start.`,
      );
    await stopProduction(engine, { instance, run: null, answers, ...limitOf(now) });
  },

  async 'service.restart'(engine, { now }, id) {
    if (engine.config.service.mode === 'none') throw notOurs();
    const instance = findProduction(engine);
    if (instance !== undefined) await stopProduction(engine, { instance, run: null, ...limitOf(now) });
    await startFromBranch(engine, id);
  },

  async 'outside.look'(engine, _data, id) {
    const { length } = await lookOutside(engine, 'asked');
    await answerAlone(engine, id, {
      kind: 'accepted',
      run: null,
      sentence: `${length} outside change${length === 1 ? ' is' : 's are'} open.`,
    });
  },

  async 'outside.discard'(engine, { ids, by }, id) {
    const sentence = await discardOutside(engine, { ids, by });
    await answerAlone(engine, id, { kind: 'accepted', run: null, sentence });
  },

  async 'restore.pin'(engine, { number, isPinned, reason, by }, id) {
    const point = (await listRestorePoints(engine)).find((one) => one.manifest.number === number && !one.isVoid);
    if (!point) throw new Fault('RESTORE_NOT_FOUND', `There is no restore point ${number}.`);
    const before = dataOf('restore.pinned', engine.ledger.latest(`pin:${number}`))?.isPinned ?? false;
    if (before === isPinned)
      throw new Fault('NOTHING_TO_DO', `${point.name} is ${isPinned ? 'pinned already' : 'not pinned'}.`);
    const { environment } = point.manifest;
    const isFound = environment === null || engine.ledger.latest(`borrowed:${environment}`) !== undefined;
    if (isPinned && isFound) {
      throw new Fault('NOTHING_TO_DO', `The environment of ${point.name} was adopted: it is not ours to keep.`, {
        hints: [`orchestrate restore show ${point.name}`],
        state: 'Nothing was pinned; no prune takes it away.',
      });
    }
    const tag = `restore/${point.name}`;
    await engine.ledger.append(
      [row('restore.pinned', { number, tag, isPinned, reason, by }, { keys: [`pin:${number}`] })],
      acceptedAlone(id, `${point.name} is ${isPinned ? 'pinned' : 'no longer pinned'}.`),
    );
  },

  'space.prune': (engine, { hash, wheels, by }, id) =>
    pruneSpace(engine, {
      request: id,
      hash,
      wheels,
      by,
      answer: ({ evictions }) => ({
        kind: 'accepted',
        run: null,
        sentence: `${evictions.length} environments were taken away.`,
      }),
    }),

  'supervisor.stop': (engine, _data, id) =>
    answerAlone(engine, id, { kind: 'accepted', run: null, sentence: 'The supervisor ends when nothing is running.' }),
};

const limitOf = (now: boolean): { limitMs?: number } => (now ? { limitMs: 0 } : {});

/** Starts production from the branch; every prompt that an earlier stop saved is offered to it. */
async function startFromBranch(engine: Engine, id: number): Promise<void> {
  const { base } = await readBranch(engine);
  await tryLookOutside(engine, 'service start');
  const saved = await savedQueues(engine);
  await startProduction(engine, {
    tree: await engine.store.treeOf(base),
    signal: new AbortController().signal,
    answers: (instance) =>
      acceptedAlone(id, `Production is ${instance} on :${composedInstance(engine, instance).port}.`),
    before: async (instance) => {
      for (const from of saved) await queueAgain(engine, { from, to: instance, run: null });
    },
  });
}

async function createRun(engine: Engine, options: Omit<JournalKinds['run.created'], 'run'>): Promise<void> {
  const run = runId(engine.numbers.next('run'));
  const created = row('run.created', { run, ...options }, { run, keys: [`run:${run}`] });
  const beside: Beside = { rows: [created], answers: accepted(options.request, run, `${run} is on its way.`) };
  await engine.host.create('run', run, { subject: run, previewOnly: options.options.previewOnly }, beside);
}

function requireRun(engine: Engine, run: string) {
  const view = engine.host.find(run);
  if (view && !view.isFinal) return view;
  if (!engine.ledger.latest(`run:${run}`)) throw new Fault('RUN_NOT_FOUND', `There is no run ${run}.`);
  throw new Fault('RUN_FINISHED', `${run} has ended.`, { hints: [`orchestrate runs show ${run}`] });
}
