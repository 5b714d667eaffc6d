import type { Json, JsonObject } from '../../base/json.ts';

/** Name under which Claude Code lists our tools: `mcp__orchestrate__…`. */
const serverName = 'orchestrate';

/**
 * Returns the contents of `.mcp.json` with our server in it, started by the program and arguments. Servers of the person stay. Undefined
 * where `mcpServers` is something that Claude Code would not read.
 */
export function withServer(
  file: JsonObject,
  server: { program: string; args: readonly string[] },
): JsonObject | undefined {
  const there: Json = file['mcpServers'] ?? {};
  if (typeof there !== 'object' || there === null || Array.isArray(there)) return undefined;
  const { program, args } = server;
  return { ...file, mcpServers: { ...there, [serverName]: { type: 'stdio', command: program, args: [...args] } } };
}
