import type { ActionContext, WorkAsked } from '../../actions/_context.ts';
import { Fault } from '../../base/fault.ts';
import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { standingOf } from '../../domain/conversations/standing.ts';
import type { Agent } from '../../domain/definitions/types.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { fileTools } from '../../domain/specialists/tool-names.ts';
import type { Runner, WorkResult } from '../../domain/specialists/work-result.ts';
import type { Engine } from '../engine.ts';
import { runOf, type TaskParts } from '../tasks/task-view.ts';
import type { Worked, WorkOrder, Workers } from './order.ts';
import type { SpecialistTool } from './tool.ts';
import { toolsOf } from './tools/tools-of.ts';

/** Most of the agent's own words that a result keeps. */
const maxSummary = 4_000;

interface Work {
  readonly parts: TaskParts;
  readonly task: string;
  readonly context: ActionContext;
  readonly asked: WorkAsked;
}

/**
 * Lets the step's agent carry out free work in the run's slot, by the run's runner where it has one, else by the agent's own. What it says
 * is a claim; which files changed is what the store saw. A repeat after a kill or a resume goes on where the conversation stood, and one that
 * ended is not begun again. Faults: `USAGE_BAD_ARGUMENT` for an agent that no model drives, `AGENT_DID_NOTHING`, those of the runner.
 */
export async function work(
  engine: Engine,
  { parts, task, context, asked }: Work,
  workers: Workers,
): Promise<WorkResult> {
  const agent = engine.definitions.agents.get(parts.step.agent);
  if (agent === undefined) throw new Fault('PLAYBOOK_UNKNOWN_REFERENCE', `There is no agent ${parts.step.agent}.`);
  const { run } = parts;
  const runner = requireThinking(agent, runOf(engine, run).options.runner ?? agent.runner);
  const worker = workers[runner];
  if (worker === undefined) throw new Fault('USAGE_BAD_ARGUMENT', `This version has no runner ${runner}.`);
  const conversation = task;
  const tools = toolsOf({ engine, agent, run, task, conversation, context }).filter(mayUse(runner));
  const order: WorkOrder = {
    ...{ parts, task, agent, conversation, tools, asked: asked.task, expects: asked.expects },
    slotDir: context.slot.dir,
    signal: context.signal,
  };
  const before = await openedWith(engine, order, runner, context);
  const worked = await pausable(engine, order, () => worker(engine, order));
  const after = await context.snapshot();
  const paths = (await engine.store.differences(before, after)).map(({ path }) => path);
  const result = resultOf(engine, { order, runner, worked, paths });
  const isNothing = asked.expects === 'change' ? paths.length === 0 : result.summary === '';
  const ended = {
    ...result,
    agent: agent.id,
    nTurns: result.turns,
    outcome: isNothing ? ('nothing' as const) : result.outcome,
  };
  await writeEnded(engine, run, ended);
  if (!isNothing) return result;
  const why = asked.expects === 'change' ? 'no file is another one' : 'it said nothing';
  throw new Fault('AGENT_DID_NOTHING', `${agent.id} ended, and ${why}. It says: ${result.summary || 'nothing'}`, {
    hints: [`orchestrate runs show ${run} --transcript`],
    state: 'The branch and production are as they were.',
  });
}

type Thinking = Exclude<Runner, 'program'>;

/**
 * A program has tools of its own for files, behind the wall. Ours work outside of it: while it runs it could put a link under a path
 * between our look and our opening.
 */
const mayUse =
  (runner: Thinking) =>
  ({ name }: SpecialistTool): boolean =>
    runner === 'model' || !(fileTools as readonly string[]).includes(name);

function requireThinking(agent: Agent, runner: Runner): Thinking {
  if (runner !== 'program') return runner;
  throw new Fault(
    'USAGE_BAD_ARGUMENT',
    `${agent.id} has runner program, which does built-in actions only: it cannot do free work.`,
    {
      hints: [
        `Write runner: model (or claude-code, codex, opencode, acp) in ${agent.file}, or name another agent in the step.`,
      ],
      state: 'The branch and production are as they were.',
    },
  );
}

/** Writes down that it begins, once; returns the tree that the slot had then. */
async function openedWith(
  engine: Engine,
  order: WorkOrder,
  runner: Thinking,
  context: ActionContext,
): Promise<GitTreeId> {
  const { conversation, task, agent, tools, parts } = order;
  const known = dataOf('conversation.opened', engine.ledger.latest(`conversation:${conversation}`));
  if (typeof known?.tree === 'string') return asGitTreeId(known.tree);
  const tree = await context.snapshot();
  const opened = {
    ...{ conversation, task, runner, tree, agent: agent.id, taskType: agent.taskType },
    tools: tools.map(({ name }) => name),
  };
  await engine.ledger.append([
    row('conversation.opened', opened, { run: parts.run, keys: [`conversation:${conversation}`] }),
  ]);
  return tree;
}

/** Faults after which the same conversation goes on once a person said so. */
const pauses: readonly string[] = ['BUDGET_REACHED', 'AGENT_TURNS', 'AGENT_LOOPS', 'AGENT_SILENT'];

async function pausable(engine: Engine, order: WorkOrder, work: () => Promise<Worked>): Promise<Worked> {
  const { conversation, parts } = order;
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault && pauses.includes(error.code)) {
      const { nTurns } = standingOf(await engine.transcripts.read(conversation));
      const paused = { conversation, attempt: parts.attempt, nTurns, fault: error.toRecord() };
      await engine.ledger.append([
        row('conversation.paused', paused, { run: parts.run, keys: [`paused:${conversation}`] }),
      ]);
    }
    throw error;
  }
}

function resultOf(
  engine: Engine,
  given: { order: WorkOrder; runner: Thinking; worked: Worked; paths: readonly string[] },
): WorkResult {
  const { order, runner, worked, paths } = given;
  const summary = engine.outside.secrets.text(worked.summary).slice(0, maxSummary).toWellFormed();
  const outcome = worked.outcome ?? (paths.length === 0 && summary === '' ? 'nothing' : 'done');
  return { ...worked, summary, outcome, runner, paths, conversation: order.conversation };
}

async function writeEnded(
  engine: Engine,
  run: string,
  {
    conversation,
    agent,
    runner,
    outcome,
    paths,
    nTurns,
    provider,
    model,
    usage,
    costMicroUsd,
    costIs,
  }: WorkResult & { readonly agent: string; readonly nTurns: number },
): Promise<void> {
  const keys = [`ended:${conversation}`];
  if (engine.ledger.latest(keys[0] ?? '') !== undefined) return;
  const ended = { conversation, agent, runner, outcome, paths, nTurns, provider, model, usage, costMicroUsd, costIs };
  await engine.ledger.append([row('conversation.ended', ended, { run, keys })]);
}
