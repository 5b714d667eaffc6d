import { Fault } from '../../base/fault.ts';
import type { CommitId } from '../../base/ids.ts';
import { dataBlock } from '../../domain/conversations/data-block.ts';
import { jsonSchemaOf } from '../../domain/definitions/schemas.ts';
import type { Agent } from '../../domain/definitions/types.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import { readWrittenPlan, type WrittenFor, type WrittenPlan } from '../../domain/plans/written-plan.ts';
import { askUntilFits } from '../conversations/ask-until-fits.ts';
import { loadContext } from '../conversations/load-context.ts';
import type { Engine } from '../engine.ts';
import { askModel } from '../spending/ask-model.ts';
import { knownNamesOf } from '../templates/known-names.ts';
import { installationFacts } from './installation-facts.ts';
import { plannerCatalogue } from './planner-catalogue.ts';

type RunCreated = JournalKinds['run.created'];

/** Agent that plans what no playbook does: a home's file of this name takes its place. */
const plannerId = 'planner';

/** Far above any plan: a step takes about 150 tokens, and a playbook has 64 at most. */
const maxOutputTokens = 12_000;

export interface DraftedPlan extends WrittenPlan {
  readonly drafted: JournalKinds['plan.drafted'];
}

/** What a model wrote for a run, if it did. */
export const findDraft = ({ ledger }: Pick<Engine, 'ledger'>, run: string): JournalKinds['plan.drafted'] | undefined =>
  dataOf('plan.drafted', ledger.latest(`plan-draft:${run}`));

/** Whether models are configured, and there is somebody to ask them. */
export const hasPlanner = ({ config, definitions }: Pick<Engine, 'config' | 'definitions'>): boolean =>
  (config.compute?.providers.length ?? 0) > 0 && definitions.agents.get(plannerId)?.runner === 'model';

/**
 * Has a model write the playbook of a goal that none of ours does. What is on record is not asked again; the definitions may have moved
 * since, so it is checked again. Faults: `PLAN_NOT_VALID` with what was wrong, those of `AskModel`.
 */
export async function draftPlan(
  engine: Engine,
  created: RunCreated,
  { base, signal }: { readonly base: CommitId; readonly signal: AbortSignal },
): Promise<DraftedPlan> {
  const { run } = created;
  const written: WrittenFor = {
    ...{ run, goal: created.goal, given: created.options.inputs },
    ...{ definitions: engine.definitions, known: knownNamesOf(engine.template) },
  };
  const known = findDraft(engine, run);
  if (known !== undefined) {
    const again = readWrittenPlan(known.text, written);
    if (again.kind === 'faults') throw notValid(run, again.faults, 'The definitions moved since it was written.');
    return { ...again.value, drafted: known };
  }
  const conversation = `plan:${run}`;
  const planner = requirePlanner(engine);
  const found = await askUntilFits(
    engine,
    {
      ...{ conversation, run, agent: planner, taskType: 'plan', maxOutputTokens },
      ...(await wordsFor(engine, { created, planner, base })),
      format: { name: 'playbook', schema: jsonSchemaOf('playbook') },
      accept: (text) => readWrittenPlan(text, written),
      async begins(nth, faults) {
        const data = { run, agent: planner.id, nth, faults: faults.slice(0, 12) };
        const last = dataOf('plan.asked', engine.ledger.latest(`plan-asked:${run}`));
        if (last !== undefined && last.nth >= nth) return;
        await engine.ledger.append([row('plan.asked', data, { run, keys: [`plan-asked:${run}`] })]);
      },
    },
    { ask: askModel, signal },
  );
  if (found.kind === 'faults') throw notValid(run, found.faults, `It was asked ${found.nAsked} times.`);
  const { value, said, nAsked } = found;
  const drafted = {
    ...{ run, agent: planner.id, provider: said.provider, model: said.model },
    ...{ text: value.text, sha256: engine.outside.digest.sha256(value.text), nAsked, conversation },
  };
  await engine.ledger.append([row('plan.drafted', drafted, { run, keys: [`plan-draft:${run}`] })]);
  return { ...value, drafted };
}

function requirePlanner({ definitions }: Engine): Agent {
  const planner = definitions.agents.get(plannerId);
  if (planner !== undefined) return planner;
  throw new Fault('AGENT_NOT_FOUND', `There is no agent ${plannerId}.`, { state: 'Nothing was changed.' });
}

async function wordsFor(
  engine: Engine,
  { created, planner, base }: { created: RunCreated; planner: Agent; base: CommitId },
): Promise<{ readonly system: string; readonly question: string }> {
  const branch = await engine.store.treeOf(base);
  const context = await loadContext(engine, {
    agent: planner,
    about: [created.goal],
    tree: planner.tree ?? '',
    branch,
  });
  const facts = { ...installationFacts(engine.config), given: created.options.inputs };
  const paths = (await engine.store.list(branch)).slice(0, maxPaths).map(({ path }) => path);
  return {
    system: `${context.system}\n\n${plannerCatalogue(engine.definitions)}`,
    question: [
      dataBlock({ what: 'installation', from: 'its configuration' }, JSON.stringify(facts)),
      dataBlock({ what: 'files of the branch', from: 'the store' }, paths.join('\n')),
      ...(context.memory === '' ? [] : [context.memory]),
      `The goal, in the words of ${created.by.name}: ${JSON.stringify(created.goal)}`,
      'Write the playbook that does it.',
    ].join('\n\n'),
  };
}

/** Files that a planner is told: a home has some dozens. */
const maxPaths = 300;

const notValid = (run: string, faults: readonly string[], why: string): Fault =>
  new Fault('PLAN_NOT_VALID', `The model’s plan does not fit: ${faults[0] ?? ''} ${why}`, {
    hints: [`orchestrate runs show ${run} --transcript`, 'orchestrate playbooks list'],
    state: 'Nothing was changed.',
    data: { faults: [...faults] },
  });
