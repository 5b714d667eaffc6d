import { z } from 'zod';

import { Fault, faultRecord } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { nearestWord } from '../../domain/definitions/did-you-mean.ts';
import { row } from '../../domain/journal/kinds.ts';
import { findJsonProblem } from '../../domain/memory/json-problem.ts';
import { markOf } from '../context.ts';
import { isEnd } from '../effects/is-end.ts';
import type { Engine } from '../engine.ts';
import type { WorkOrder } from './order.ts';

/** Refusals of one attempt that are put on record, at most: who goes on lying says nothing new. */
const maxRefusalRows = 20;

const fields = z.record(z.string(), z.unknown()).default({});
const idField = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'has to be letters, digits, "_" and "-", at most 64');
const requestSchema = z.union([
  z.strictObject({ id: idField, list: z.literal(true) }),
  z.strictObject({ id: idField, tool: z.string().min(1).max(100), arguments: fields }),
  z.strictObject({ id: idField, hook: z.string().min(1).max(100), input: fields }),
]);

/** Names by which a message would say who sends it, or how far it may go: that is known from the socket. */
const claims = ['from', 'sender', 'agent', 'attempt', 'by', 'role', 'run', 'approved'];

interface Asked {
  readonly order: WorkOrder;
  readonly line: string;
  /** Counts over the life of the socket. */
  readonly refused: { n: number };
  readonly signal: AbortSignal;
}

/**
 * Answers one line of the socket of an attempt with one line: `{id, list}`, `{id, tool, arguments}` or `{id, hook, input}`. The agent is the one
 * of the socket; a message that names a sender is refused, and that is on record. A call of the same id does nothing twice. Never throws but for
 * what ends the supervisor's work.
 */
export async function answerAttempt(engine: Engine, asked: Asked): Promise<string> {
  let id: string | null = null;
  try {
    const request = await readRequest(engine, asked);
    id = request.id;
    if ('list' in request) return answered({ id, ok: true, tools: listTools(asked.order) });
    if ('hook' in request) return answered({ id, ok: true, answer: await hook(engine, asked, request) });
    return answered({ id, ok: true, outcome: await call(asked, request) });
  } catch (error) {
    if (isEnd(error)) asked.signal.throwIfAborted();
    const { code, message, hints, state } = faultRecord(error);
    return answered({
      id,
      ok: false,
      fault: { code, message, hints: [...hints], state: state ?? 'Nothing was done.' },
    });
  }
}

async function readRequest(engine: Engine, asked: Asked): Promise<z.infer<typeof requestSchema>> {
  const problem = findJsonProblem(asked.line);
  if (problem !== undefined) throw bad(`is no JSON that is taken: ${problem.sentence}`);
  const given: unknown = JSON.parse(asked.line);
  const claim =
    typeof given === 'object' && given !== null ? claims.find((name) => Object.hasOwn(given, name)) : undefined;
  if (claim !== undefined) {
    await noteRefusal(engine, asked, claim);
    throw new Fault('BUS_SENDER_FORGED', `A message says ${claim} itself: who asks is known from the socket.`, {
      state: 'Nothing was done.',
    });
  }
  const parsed = requestSchema.safeParse(given);
  if (!parsed.success) throw bad('is none of {id, list: true}, {id, tool, arguments} and {id, hook, input}');
  return parsed.data;
}

async function noteRefusal(engine: Engine, { order, refused, line }: Asked, claim: string): Promise<void> {
  refused.n += 1;
  if (refused.n > maxRefusalRows) return;
  const { conversation, parts } = order;
  const call = `forged-${engine.outside.digest.sha256(line).slice(0, 12)}`;
  const why = `its message said ${claim} itself`;
  const data = { conversation, call, tool: 'socket', why };
  await engine.ledger.append([row('tool.refused', data, { run: parts.run, keys: [`tool:${conversation}:${call}`] })]);
}

const listTools = ({ tools }: WorkOrder): readonly JsonObject[] =>
  tools.map(({ name, description, effect, input }) => ({
    name,
    description,
    effect,
    input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as unknown as JsonObject,
  }));

async function call(
  { order, signal }: Asked,
  { id, tool: name, arguments: input }: { id: string; tool: string; arguments: Record<string, unknown> },
): Promise<JsonObject> {
  const tool = order.tools.find((one) => one.name === name);
  if (tool === undefined) {
    const near = nearestWord(
      name,
      order.tools.map((one) => one.name),
    );
    throw new Fault(
      'TOOL_UNKNOWN',
      `${order.agent.id} has no tool ${JSON.stringify(name)}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
      {
        hints: [`It has: ${order.tools.map((one) => one.name).join(', ')}`],
        state: 'Nothing was done.',
      },
    );
  }
  // Calls of our own loop are named otherwise.
  return { ...(await tool.call(input, { callId: `socket-${id}`, signal })) };
}

/** They are carried out outside of the wall: none of these reads a file, a process or a port for who asks. */
const hooksOfAttempts: readonly string[] = [
  ...['pre-task', 'post-task', 'pre-command', 'post-command'],
  ...['session-start', 'session-end', 'session-restore', 'notify', 'next-actions'],
];

async function hook(
  engine: Engine,
  { order, signal }: Asked,
  { hook: name, input }: { hook: string; input: Record<string, unknown> },
): Promise<JsonObject> {
  if (!hooksOfAttempts.includes(name))
    throw new Fault('TOOL_REFUSED', `The hook ${JSON.stringify(name)} is not for agents in a slot of ours.`, {
      hints: [`They have: ${hooksOfAttempts.join(', ')}`],
      state: 'Nothing was done.',
    });
  const by = markOf(engine, order.parts.attempt);
  return engine.performHook({ by, cwd: order.slotDir, hook: name, input: input as JsonObject, signal });
}

const answered = (answer: JsonObject): string => JSON.stringify(answer);

const bad = (why: string): Fault =>
  new Fault('USAGE_BAD_ARGUMENT', `The message ${why}.`, {
    hints: ['{"id": "1", "tool": "read_file", "arguments": {"path": "README.md"}}'],
    state: 'Nothing was done.',
  });
