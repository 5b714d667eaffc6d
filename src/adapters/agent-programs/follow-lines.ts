import type { Json } from '../../base/json.ts';
import type { AgentEvent } from '../../domain/agent-programs/agent-event.ts';
import type { WalledProgram } from '../../ports/walls.ts';
import type { Dialect } from './dialect.ts';
import { programLines } from './program-lines.ts';

/** Gives the prompt to a program that reads it from standard input, and yields what its lines say. */
export async function* followLines(
  program: WalledProgram,
  dialect: Pick<Dialect, 'read'>,
  prompt: string,
): AsyncIterable<AgentEvent> {
  // One that ends at once does not read: how it ended says why.
  await program.write(prompt).catch(() => undefined);
  program.endInput();
  for await (const line of programLines(program.stdout)) {
    if (line.trim() === '') continue;
    const value = parsed(line);
    if (value === undefined) yield { kind: 'unread', text: line.slice(0, mostUnread) };
    else yield* dialect.read(value);
  }
}

/** Characters of a line that is kept though it could not be read. */
const mostUnread = 500;

function parsed(line: string): Json | undefined {
  try {
    return JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
}
