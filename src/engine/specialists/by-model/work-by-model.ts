import { Fault } from '../../../base/fault.ts';
import type { AssembledContext } from '../../../domain/conversations/assemble-context.ts';
import { freshIds } from '../../../domain/conversations/fresh-ids.ts';
import type { ToolCall } from '../../../domain/conversations/message.ts';
import { loadContext } from '../../conversations/load-context.ts';
import type { Engine } from '../../engine.ts';
import type { AskModel } from '../../spending/ask-model.ts';
import { runOf } from '../../tasks/task-view.ts';
import type { Worked, WorkOrder } from '../order.ts';
import { finishInput } from '../tools/finish.ts';
import { answerCall } from './answer-call.ts';
import { askNext } from './ask-next.ts';
import { requireNoLoop } from './require-no-loop.ts';
import { requireTurns } from './require-turns.ts';
import { createSilence } from './silence.ts';
import { openTalk, type Talk } from './talk.ts';
import { taskText } from './task-text.ts';

/**
 * Our own loop: asks a model, carries out the calls that it asks for, tells it what came of them, until it finishes. What is asked for is in
 * the transcript before anything is done, and each call is done once: killed anywhere, the next attempt first answers what is open.
 * Faults: those of `AskModel`, `AGENT_TURNS`, `AGENT_LOOPS`, `AGENT_SILENT`.
 */
export async function workByModel(engine: Engine, order: WorkOrder, ask: AskModel): Promise<Worked> {
  const talk = await openTalk(engine, order);
  const context = await contextOf(engine, order);
  if (talk.standing().messages.length === 0)
    await talk.say({ role: 'user', text: await taskText(engine, order, context.memory) });
  else await goOn(engine, order, talk);
  const silence = createSilence(engine, order);
  for (;;) {
    order.signal.throwIfAborted();
    const finished = await answerOpen(engine, order, talk, silence);
    if (finished !== undefined) return finished;
    await requireNoLoop(engine, order, talk);
    requireTurns(engine, order, talk);
    const answered = await silence.guard((signal) =>
      askNext(engine, order, { context, talk, ask, signal, sign: silence.sign }),
    );
    // It was silent, and nothing came: it is asked once more, by the same words.
    if (answered === undefined) continue;
    const { text, stop, usage, provider, model, costMicroUsd, opaque } = answered;
    const calls = freshIds(answered.calls, talk.standing().messages);
    await talk.say(
      { role: 'model', text, calls, ...(opaque === undefined ? {} : { opaque }) },
      { provider, model, usage, costMicroUsd, stop },
    );
    if (stop === 'refused')
      throw new Fault(
        'MODEL_FAILED',
        `${provider}/${model} would not do it: ${text.slice(0, 500) || 'it gave no reason'}`,
        {
          data: { reason: 'content', provider, model },
          state: 'The branch and production are as they were.',
        },
      );
    if (calls.length > 0) continue;
    if (stop !== 'length') return ended(engine, talk, { summary: text, evidence: [], outcome: null });
    await talk.say({
      role: 'user',
      text: 'Your answer was cut at its greatest length. Go on; call finish when you are done.',
    });
  }
}

/** What the agent is told before its task, from what is approved: its file, home's rules as the base has them, memory. */
const contextOf = async (engine: Engine, { agent, asked, parts }: WorkOrder): Promise<AssembledContext> =>
  loadContext(engine, {
    agent,
    about: [runOf(engine, parts.run).goal, asked],
    tree: agent.tree ?? parts.plan.tree,
    branch: await engine.store.treeOf(parts.plan.base),
  });

/** Answers what was asked for and has no answer yet; returns the end of the work where that was `finish`. */
async function answerOpen(
  engine: Engine,
  order: WorkOrder,
  talk: Talk,
  silence: ReturnType<typeof createSilence>,
): Promise<Worked | undefined> {
  for (;;) {
    const { open, isCut } = talk.standing();
    const call = open[0];
    if (call === undefined) return undefined;
    const isHalf = isCut && open.length === 1;
    const result = isHalf
      ? {
          isError: true,
          text: 'Your answer was cut before this call was whole, and nothing was done. Ask again, in smaller parts.',
        }
      : await silence.guard((signal) => answerCall(engine, order, call, signal));
    const given = result ?? {
      isError: true,
      text: 'It gave no sign of life and was stopped. What it had done until then stays.',
    };
    await talk.say({ role: 'tools', results: [{ id: call.id, isError: given.isError, text: given.text }] });
    if (call.name === 'finish' && !given.isError) return ended(engine, talk, finishOf(call));
  }
}

const finishOf = (call: ToolCall) => finishInput.parse(JSON.parse(call.arguments));

function ended(engine: Engine, talk: Talk, said: Pick<Worked, 'summary' | 'evidence' | 'outcome'>): Worked {
  const { usage, costMicroUsd } = talk.spent();
  const by = talk.last();
  return {
    ...{ ...said, usage, costMicroUsd, turns: talk.standing().nTurns },
    ...{ provider: by?.provider ?? null, model: by?.model ?? null },
    costIs: costMicroUsd === null ? 'unknown' : isByMonth(engine, by?.provider) ? 'list-price' : 'paid',
  };
}

const isByMonth = ({ config }: Engine, provider: string | undefined): boolean =>
  config.compute?.providers.find(({ id }) => id === provider)?.isSubscription === true;

/** A person let it go on after a pause: it is told, so that it does not do the same once more. */
async function goOn(engine: Engine, { conversation, parts }: WorkOrder, talk: Talk): Promise<void> {
  const entry = engine.ledger.latest(`paused:${conversation}`);
  const fault = entry?.data['fault'] as { readonly code?: string } | undefined;
  if (entry === undefined || entry.data['attempt'] === parts.attempt || talk.standing().open.length > 0) return;
  if (fault?.code !== 'AGENT_LOOPS' && fault?.code !== 'AGENT_SILENT') return;
  if (talk.standing().messages.at(-1)?.role === 'user') return;
  await talk.say({ role: 'user', text: 'You were stopped, and may go on now. Try another way than before.' });
}
