import { Fault } from '../../../base/fault.ts';
import type { AssembledContext } from '../../../domain/conversations/assemble-context.ts';
import { freshIds } from '../../../domain/conversations/fresh-ids.ts';
import { loadContext } from '../../conversations/load-context.ts';
import type { Engine } from '../../engine.ts';
import type { Answered, AskModel } from '../../spending/ask-model.ts';
import { runOf } from '../../tasks/task-view.ts';
import type { Worked, WorkOrder } from '../order.ts';
import { failed } from '../tools/answers.ts';
import { answerCall } from './answer-call.ts';
import { askNext } from './ask-next.ts';
import { endOf, type Said } from './end-of.ts';
import { requireNoLoop } from './require-no-loop.ts';
import { requireTurns } from './require-turns.ts';
import { createSilence, type Silence } from './silence.ts';
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
    await answerOpen(engine, order, talk, silence);
    const said = endOf(talk);
    if (said !== undefined) return ended(talk, said);
    await requireNoLoop(engine, order, talk);
    requireTurns(engine, order, talk);
    const answered = await silence.guard((signal) =>
      askNext(engine, order, { context, talk, ask, signal, sign: silence.sign }),
    );
    // It was silent, and nothing came: it is asked once more, by the same words.
    if (answered !== undefined) await take(talk, answered);
  }
}

/** Puts an answer on the disk before anything is done because of it. Fault `MODEL_FAILED` where the model would not do it. */
async function take(talk: Talk, answered: Answered): Promise<void> {
  const { text, stop, usage, provider, model, costMicroUsd, opaque } = answered;
  if (stop === 'refused') {
    // No part of what is sent again: the same question may be put once more, or to another model.
    await talk.say({ role: 'note', text: `${provider}/${model} would not do it: ${text}` });
    const why = text.slice(0, 500) || 'it gave no reason';
    throw new Fault('MODEL_FAILED', `${provider}/${model} would not do it: ${why}`, {
      data: { reason: 'content', provider, model },
      state: 'The branch and production are as they were.',
    });
  }
  const calls = freshIds(answered.calls, talk.standing().messages);
  await talk.say(
    { role: 'model', text, calls, ...(opaque === undefined ? {} : { opaque }) },
    { provider, model, usage, costMicroUsd, stop },
  );
  if (calls.length === 0 && stop === 'length')
    await talk.say({
      role: 'user',
      text: 'Your answer was cut at its greatest length. Go on; call finish when you are done.',
    });
}

/** What the agent is told before its task, from what is approved: its file, home's rules as the base has them, memory. */
const contextOf = async (engine: Engine, { agent, asked, parts }: WorkOrder): Promise<AssembledContext> =>
  loadContext(engine, {
    agent,
    about: [runOf(engine, parts.run).goal, asked],
    tree: agent.tree ?? parts.plan.tree,
    branch: await engine.store.treeOf(parts.plan.base),
  });

/** Answers what was asked for and has no answer yet, in its order. */
async function answerOpen(engine: Engine, order: WorkOrder, talk: Talk, silence: Silence): Promise<void> {
  for (;;) {
    const { open, isCut } = talk.standing();
    const call = open[0];
    if (call === undefined) return;
    const isHalf = isCut && open.length === 1;
    const result = isHalf
      ? half
      : ((await silence.guard((signal) => answerCall(engine, order, call, signal))) ?? stopped);
    await talk.say({ role: 'tools', results: [{ id: call.id, isError: result.isError, text: result.text }] });
  }
}

const half = failed(
  'Your answer was cut before this call was whole, and nothing was done. Ask again, in smaller parts.',
);
const stopped = failed('It gave no sign of life and was stopped. What it had done until then stays.');

function ended(talk: Talk, said: Said): Worked {
  const { usage, costMicroUsd } = talk.spent();
  const by = talk.last();
  return {
    ...{ ...said, usage, costMicroUsd, turns: talk.standing().nTurns },
    ...{ provider: by?.provider ?? null, model: by?.model ?? null },
    costIs: costMicroUsd === null ? 'unknown' : 'paid',
  };
}

/** A person let it go on after a pause: it is told, so that it does not do the same once more. */
async function goOn(engine: Engine, { conversation, parts }: WorkOrder, talk: Talk): Promise<void> {
  const entry = engine.ledger.latest(`paused:${conversation}`);
  const fault = entry?.data['fault'] as { readonly code?: string } | undefined;
  if (entry === undefined || entry.data['attempt'] === parts.attempt || talk.standing().open.length > 0) return;
  if (fault?.code !== 'AGENT_LOOPS' && fault?.code !== 'AGENT_SILENT') return;
  if (talk.standing().messages.at(-1)?.role === 'user') return;
  await talk.say({ role: 'user', text: 'You were stopped, and may go on now. Try another way than before.' });
}
