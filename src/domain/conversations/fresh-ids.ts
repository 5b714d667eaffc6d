import type { Message, ToolCall } from './message.ts';

/**
 * Returns the calls with ids that no other call of the conversation has: a call is known by its id, also after a restart, and a model may
 * give the same one twice.
 */
export function freshIds(calls: readonly ToolCall[], before: readonly Message[]): readonly ToolCall[] {
  const used = new Set(
    before.flatMap((message) => (message.role === 'model' ? message.calls.map(({ id }) => id) : [])),
  );
  return calls.map((call) => {
    let id = call.id === '' ? 'call' : call.id.slice(0, 200);
    for (let n = 2; used.has(id); n += 1) id = `${call.id.slice(0, 200) || 'call'}-${n}`;
    used.add(id);
    return { ...call, id };
  });
}
