import { Fault } from '../../base/fault.ts';
import type { CommitId } from '../../base/ids.ts';
import type { JournalKinds } from '../../domain/journal/kinds.ts';
import { untilStep } from '../../domain/plans/schedule.ts';
import type { Engine } from '../engine.ts';
import { draftPlan, findDraft, hasPlanner } from './draft-plan.ts';
import { defaultInputs, understandRun, type UnderstoodRun } from './understand-run.ts';

type RunCreated = JournalKinds['run.created'];

export interface UnderstoodOrDrafted extends UnderstoodRun {
  /** Where a model wrote the playbook. */
  readonly drafted?: JournalKinds['plan.drafted'];
}

/**
 * Takes the playbook that understands the goal; where none does, has a model write one. What a model wrote for this run stays its plan.
 * Faults: those of `understandRun` and `draftPlan`, with the nearest playbooks.
 */
export async function understandOrDraft(
  engine: Engine,
  created: RunCreated,
  asked: { readonly base: CommitId; readonly signal: AbortSignal },
): Promise<UnderstoodOrDrafted> {
  const { goal, run, options } = created;
  if (findDraft(engine, run) !== undefined) return drafted(engine, created, asked);
  try {
    return understandRun(engine, goal, { asked: options.playbook, given: options.inputs });
  } catch (error) {
    if (!(error instanceof Fault) || !(await mayDraft(engine, error, created))) throw error;
    return drafted(engine, created, asked).catch((fault: unknown) => {
      throw fault instanceof Fault ? besideNearest(fault, error) : fault;
    });
  }
}

async function drafted(
  engine: Engine,
  created: RunCreated,
  asked: { readonly base: CommitId; readonly signal: AbortSignal },
): Promise<UnderstoodOrDrafted> {
  const { inputs, until } = created.options;
  const written = await draftPlan(engine, created, asked);
  if (until !== null) untilStep(written.playbook.steps, until);
  return { ...written, score: 0, inputs: { ...defaultInputs(written.playbook), ...inputs } };
}

/**
 * Whether a model plans what a person asked for, as no playbook does. Fault: `MODEL_KEY_MISSING` where models are configured and no
 * provider's key is there.
 */
export async function mayDraft(
  engine: Engine,
  unknown: Fault,
  { options, message, fire }: Pick<RunCreated, 'options' | 'message' | 'fire'>,
): Promise<boolean> {
  if (unknown.code !== 'GOAL_UNKNOWN' || options.playbook !== null) return false;
  // Nobody is there to say yes to what a message or a schedule asks for.
  if (message !== undefined || fire !== undefined || !hasPlanner(engine)) return false;
  const providers = engine.config.compute?.providers ?? [];
  const has = await Promise.all(providers.map((one) => engine.outside.models.hasKey(one)));
  if (has.includes(true)) return true;
  const missing = new Fault('MODEL_KEY_MISSING', `${unknown.message} A model could plan it, but no key is there.`, {
    hints: ['orchestrate doctor', 'orchestrate route explain'],
    state: 'Nothing was changed.',
  });
  throw besideNearest(missing, unknown);
}

/** Returns the fault of a model with the playbooks that come nearest, which need none. */
const besideNearest = (fault: Fault, unknown: Fault): Fault =>
  Fault.fromRecord({ ...fault.toRecord(), hints: [...fault.hints, ...unknown.hints] }, fault);
