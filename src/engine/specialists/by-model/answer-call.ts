import type { ToolCall } from '../../../domain/conversations/message.ts';
import { row } from '../../../domain/journal/kinds.ts';
import { redacted } from '../../../domain/secrets/redaction.ts';
import type { Engine } from '../../engine.ts';
import type { WorkOrder } from '../order.ts';
import type { ToolOutcome } from '../tool.ts';

/**
 * Carries out one call of a model. A name that there is not, and arguments that are no JSON, go back as data; nothing is done then. After a
 * restart the arguments are those of the transcript: where a secret was taken out of them they are not carried out.
 */
export async function answerCall(
  engine: Engine,
  order: WorkOrder,
  call: ToolCall,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const tool = order.tools.find(({ name }) => name === call.name);
  if (tool === undefined) {
    const names = order.tools.map(({ name }) => name);
    const keys = [`tool:${order.conversation}:${call.id}`];
    const { conversation } = order;
    const name = call.name.slice(0, 100);
    const refused = { conversation, call: call.id, tool: name, why: 'there is no tool of that name' };
    if (engine.ledger.latest(keys[0] ?? '') === undefined)
      await engine.ledger.append([row('tool.refused', refused, { run: order.parts.run, keys })]);
    return { isError: true, text: `There is no tool ${JSON.stringify(name)}. Yours are: ${names.join(', ')}.` };
  }
  const given = parsed(call.arguments);
  if (given.kind === 'broken')
    return { isError: true, text: `The arguments of ${call.name} are no JSON, and nothing was done: ${given.why}` };
  if (tool.effect !== 'read' && call.arguments.includes(redacted))
    return {
      isError: true,
      text: `The arguments of ${call.name} hold ${redacted}: a secret was taken out. Nothing was done.`,
    };
  return tool.call(given.value, { callId: call.id, signal });
}

type Parsed = { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'broken'; readonly why: string };

function parsed(text: string): Parsed {
  try {
    return { kind: 'json', value: text.trim() === '' ? {} : JSON.parse(text) };
  } catch (error) {
    return { kind: 'broken', why: error instanceof Error ? error.message : String(error) };
  }
}
