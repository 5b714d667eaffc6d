import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

/** Starts `orchestrate mcp` of a world and speaks with it as a client of the protocol does. */
export async function mcpClient(world: {
  readonly entry: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const { entry, home: cwd, env } = world;
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [entry, 'mcp'],
      cwd,
      env: { ...env },
      stderr: 'ignore',
    }),
  );
  return client;
}
