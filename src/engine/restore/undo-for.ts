import { Fault } from '../../base/fault.ts';
import { taskId, type RunId } from '../../base/ids.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { settle } from '../machines/settle.ts';
import { createRun } from '../runs/create-run.ts';
import { runOf } from '../tasks/task-view.ts';
import { deliverAgain } from './deliver-again.ts';
import { mendPoints } from './mend.ts';

/** States in which a run waits for somebody. */
const waiting: ReadonlySet<string> = new Set(['awaitingApproval', 'paused']);

/**
 * Starts a run that takes the merge of a restore point back as long as it is the newest, in the name of the person who said yes to the step, once per attempt; and waits until
 * that run has ended or waits for somebody. Fault `REVIEW_SELF` where no person said yes.
 */
export async function undoFor(
  engine: Engine,
  options: {
    readonly run: string;
    readonly step: string;
    readonly attempt: string;
    readonly point: string;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly run: string; readonly state: string }> {
  const key = `undo-for:${options.attempt}`;
  const begun = dataOf('run.created', engine.ledger.latest(key))?.run;
  const run = begun ?? (await start(engine, { ...options, key }));
  const { state } = await settle(engine.host, run, (view) => view.isFinal || waiting.has(view.state), options.signal);
  return { run, state };
}

async function start(
  engine: Engine,
  { run, step, point, key }: Record<'run' | 'step' | 'point' | 'key', string>,
): Promise<string> {
  const by = personFor(engine, run, step);
  await mendPoints(engine);
  await deliverAgain(engine);
  const asked = {
    previewOnly: false,
    yes: true,
    until: null,
    playbook: null,
    inputs: {},
    priority: 'critical',
  } as const;
  return createRun(
    engine,
    { goal: 'undo', kind: 'undo', options: asked, by, request: null, restore: point },
    { keys: [key] },
  );
}

/** Who said yes to this step; else who asked for the run. */
function personFor(engine: Engine, run: string, step: string): Actor {
  const answered = dataOf('step.answered', engine.ledger.latest(`step-answer:${taskId(run as RunId, step)}`));
  const by = answered?.by ?? runOf(engine, run).by;
  if (by.kind !== 'person')
    throw new Fault('REVIEW_SELF', 'A merge is taken back only where a person said yes.', {
      state: 'Nothing was changed.',
      hints: ['orchestrate undo'],
    });
  return by;
}
