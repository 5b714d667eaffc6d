import type { ActionContext } from '../../../../src/actions/_context.ts';
import type { RunId } from '../../../../src/base/ids.ts';
import type { Message, ToolCall } from '../../../../src/domain/conversations/message.ts';
import type { Agent } from '../../../../src/domain/definitions/types.ts';
import { dataOf, type JournalKind, type JournalKinds, row } from '../../../../src/domain/journal/kinds.ts';
import type { Plan } from '../../../../src/domain/plans/plan.ts';
import type { WorkResult } from '../../../../src/domain/specialists/work-result.ts';
import { noUsage } from '../../../../src/domain/spending/cost.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { workByModel } from '../../../../src/engine/specialists/by-model/work-by-model.ts';
import type { Workers } from '../../../../src/engine/specialists/order.ts';
import { toolsOf } from '../../../../src/engine/specialists/tools/tools-of.ts';
import { work } from '../../../../src/engine/specialists/work.ts';
import type { Answered, Asked, AskModel } from '../../../../src/engine/spending/ask-model.ts';
import { agentBus } from '../../../../src/engine/tasks/agent-bus.ts';
import { agentMemory } from '../../../../src/engine/tasks/agent-memory.ts';
import { requireLease, slotDir, snapshotSlot } from '../../../../src/engine/tasks/slot.ts';
import type { TaskParts } from '../../../../src/engine/tasks/task-view.ts';
import { type Life, startEngine } from '../../../fakes/fake-life.ts';
import { anna, createWorld, type World } from '../../../fakes/fake-world.ts';
import { programAgent } from '../../../support/agents.ts';
import { passing, workPlan } from '../changes/change-scene.ts';

/** What a scripted model says when it is asked: calls of tools, or a text. */
export type Turn =
  | string
  | readonly (readonly [tool: string, input: unknown])[]
  | (Partial<Answered> & { readonly calls?: readonly ToolCall[] })
  | Error;

export interface ModelScene {
  readonly world: World;
  life: Life;
  readonly engine: Engine;
  readonly slot: string;
  /** What was asked, oldest first. */
  readonly asked: Asked[];
  /** Starts the work, or goes on with it, in this try of the step; ends when it ends. */
  run(script: readonly Turn[], options?: RunOptions): Promise<WorkResult>;
  /** Tools as the agent has them in the first try. */
  tools(options?: RunOptions): Promise<ReturnType<typeof toolsOf>>;
  /** The process is killed, another one begins. */
  restart(): Promise<void>;
  text(path: string): Promise<string | undefined>;
  messages(): readonly Message[];
  rows<Kind extends JournalKind>(kind: Kind): readonly JournalKinds[Kind][];
}

export interface RunOptions {
  readonly attempt?: number;
  readonly agent?: Partial<Agent>;
  readonly expects?: 'change' | 'answer';
  readonly signal?: AbortSignal;
  /** Instead of a script. */
  readonly ask?: AskModel;
  /** Instead of our own loop. */
  readonly workers?: Workers;
}

export const fixer: Agent = {
  ...programAgent,
  id: 'fixer',
  title: 'Fixer',
  tree: 'env-setup',
  tools: ['agent.work'],
  otherTools: ['Read', 'Edit', 'Write', 'Grep', 'Glob'],
  runner: 'model',
  maxMinutes: 30,
  instructions: 'You repair what is broken.',
  file: 'agents/fixer.md',
};

const conversation = 'r1.fix';

/** Returns a run `r1` whose step `fix` is a model's, with a slot at the first commit. */
export async function modelScene(): Promise<ModelScene> {
  const world = await createWorld();
  const asked: Asked[] = [];
  const slot = `${world.context.paths.trees}/env-setup`;
  const scene: ModelScene = {
    world,
    slot,
    asked,
    life: await startEngine(world),
    get engine() {
      return scene.life.engine;
    },
    async run(script, options = {}) {
      const parts = partsOf(world, options);
      const agent = { ...fixer, ...options.agent };
      const engine = {
        ...scene.engine,
        definitions: { ...scene.engine.definitions, agents: new Map([[agent.id, agent]]) },
      };
      const context = await contextOf(engine, parts, options);
      const ask = options.ask ?? scripted(script, asked);
      const task = { task: 'Make it whole.', expects: options.expects ?? ('change' as const) };
      const workers: Workers = { model: (one, order) => workByModel(one, order, ask) };
      return passing(
        world,
        work(engine, { parts, task: conversation, context, asked: task }, options.workers ?? workers),
      );
    },
    async tools(options = {}) {
      const parts = partsOf(world, options);
      const context = await contextOf(scene.engine, parts, options);
      const agent = { ...fixer, ...options.agent };
      return toolsOf({ engine: scene.engine, agent, run: 'r1', task: conversation, conversation, context });
    },
    async restart() {
      await scene.life.kill();
      scene.life = await startEngine(world);
    },
    text: (path) => world.files.readText(`${slot}/${path}`),
    messages: () =>
      (world.transcripts.lines.get(conversation) ?? []).flatMap(({ message }) =>
        message.role === 'note' ? [] : [message],
      ),
    rows: (kind) =>
      world.ledgers
        .open()
        .read({ kinds: [kind], limit: 1_000 })
        .flatMap((entry) => dataOf(kind, entry) ?? []),
  };
  await addRun(scene);
  return scene;
}

function partsOf(world: World, { attempt = 1 }: RunOptions): TaskParts {
  const plan = planOf(world);
  return { run: 'r1' as RunId, plan, step: plan.steps[0] as TaskParts['step'], attempt: `${conversation}#${attempt}` };
}

function planOf(world: World): Plan {
  const plan = workPlan(world.first);
  const [step] = plan.steps;
  return { ...plan, steps: [{ ...(step as TaskParts['step']), id: 'fix', action: 'agent.work', agent: 'fixer' }] };
}

async function contextOf(engine: Engine, parts: TaskParts, { signal }: RunOptions): Promise<ActionContext> {
  const lease = requireLease(engine, parts.run);
  const { files, digest, clock } = engine.outside;
  const given = signal ?? new AbortController().signal;
  const context: Partial<ActionContext> = {
    ...{ run: parts.run, attempt: parts.attempt, base: parts.plan.base, files, digest, clock, signal: given },
    slot: { name: lease.slot, dir: slotDir(engine, lease), port: lease.port, homePort: lease.homePort },
    snapshot: () => snapshotSlot(engine, lease),
    memory: await agentMemory(engine, parts),
    bus: agentBus(engine, parts, given),
  };
  return context as ActionContext;
}

async function addRun({ engine, world, slot }: ModelScene): Promise<void> {
  const options = { previewOnly: false, yes: false, until: null, playbook: null, inputs: {} };
  const created = {
    ...{ run: 'r1', goal: 'make it whole', kind: 'work' as const, by: anna },
    options,
    request: 1,
    restore: null,
  };
  const lease = { run: 'r1', slot: 'env-setup', tree: 'env-setup', port: 8191, homePort: 8188, skipped: [] };
  await engine.ledger.append([
    row('run.created', created, { run: 'r1', keys: ['run:r1'] }),
    row('plan.made', { run: 'r1', plan: planOf(world) }, { run: 'r1', keys: ['plan:r1'] }),
    row('lease.taken', lease, { run: 'r1', keys: ['lease:slot:env-setup', 'lease:port:8191', 'lease-of:r1'] }),
  ]);
  await world.home.prepareSlot({ slot: { name: 'env-setup', dir: slot }, commit: world.first, trashDir: '/trash' });
}

let nCalls = 0;

/** Returns what answers as the script says, one turn each time that it is asked; beyond its end it fails. */
export function scripted(script: readonly Turn[], asked: Asked[] = []): AskModel {
  const left = [...script];
  return async (_engine, question, { onToken }) => {
    asked.push(question);
    const turn = left.shift();
    if (turn === undefined) throw new Error('the model was asked once too often');
    if (turn instanceof Error) throw turn;
    onToken?.();
    return answeredWith(turn);
  };
}

export function answeredWith(turn: Exclude<Turn, Error>): Answered {
  const calls = Array.isArray(turn)
    ? (turn as readonly (readonly [string, unknown])[]).map(([name, input]) => {
        nCalls += 1;
        return { id: `toolu_${nCalls}`, name, arguments: typeof input === 'string' ? input : JSON.stringify(input) };
      })
    : [];
  const common = {
    provider: 'scripted',
    model: 'script-1',
    usage: { ...noUsage, output: 10 },
    costMicroUsd: 100,
    call: 'k1',
  };
  const timed = { rawUsage: {}, firstTokenMs: 1, durationMs: 2 };
  const text = typeof turn === 'string' ? turn : '';
  const rest = typeof turn === 'string' || Array.isArray(turn) ? {} : (turn as Partial<Answered>);
  return { ...common, ...timed, text, calls, stop: calls.length > 0 ? 'tools' : 'end', ...rest };
}

export const finish = (summary = 'It is whole.'): Turn => [['finish', { summary }]];
