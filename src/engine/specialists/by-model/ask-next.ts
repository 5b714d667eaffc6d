import { z } from 'zod';

import { Fault } from '../../../base/fault.ts';
import type { JsonObject } from '../../../base/json.ts';
import type { AssembledContext } from '../../../domain/conversations/assemble-context.ts';
import { compact, estimatedTokens } from '../../../domain/conversations/compact.ts';
import type { ToolOffer } from '../../../ports/index.ts';
import type { Engine } from '../../engine.ts';
import type { AskModel, Answered } from '../../spending/ask-model.ts';
import type { WorkOrder } from '../order.ts';
import { systemText } from './system-text.ts';
import type { Talk } from './talk.ts';

/** Longest answer; a model that gives less is asked for less. */
const maxOutputTokens = 16_000;
/** Where nobody knows the window of the model that will answer: the smallest of those that are used for such work. */
const defaultWindow = 128_000;

interface Next {
  readonly context: AssembledContext;
  readonly talk: Talk;
  readonly ask: AskModel;
  readonly signal: AbortSignal;
  sign(): void;
}

/** Asks the model for the next step of the conversation, shortened where it is long; one that finds it too long is asked once more with less. */
export async function askNext(
  engine: Engine,
  order: WorkOrder,
  { context, talk, ask, signal, sign }: Next,
): Promise<Answered> {
  const { conversation, parts, task, agent } = order;
  const system = systemText(engine, order, context);
  const tools = order.tools.map(offerOf);
  const fixedTokens = estimatedTokens(system) + estimatedTokens(JSON.stringify(tools));
  const { messages } = talk.standing();
  const asked = (windowTokens: number) =>
    ask(
      engine,
      {
        ...{ conversation, task, system, tools, maxOutputTokens, run: parts.run, agent: agent.id },
        ...{ taskType: agent.taskType, wanted: agent.model },
        messages: compact(messages, { windowTokens, fixedTokens }).messages,
      },
      { signal, onToken: sign, onText: sign },
    );
  const windowTokens = windowOf(engine, talk);
  try {
    return await asked(windowTokens);
  } catch (error) {
    const isTooLong = error instanceof Fault && error.code === 'MODEL_FAILED' && error.data?.['reason'] === 'context';
    if (!isTooLong) throw error;
    return asked(Math.floor(windowTokens / 2));
  }
}

/** The window of the model that answered last: a conversation stays with its model while it can. */
function windowOf({ config }: Engine, talk: Talk): number {
  const by = talk.last();
  const provider = config.compute?.providers.find(({ id }) => id === by?.provider);
  return provider?.models.find(({ id }) => id === by?.model)?.contextTokens ?? defaultWindow;
}

const offerOf = ({ name, description, input }: WorkOrder['tools'][number]): ToolOffer => {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  return { name, description, schema: schema as JsonObject };
};
