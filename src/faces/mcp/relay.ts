import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Tool } from '@modelcontextprotocol/sdk/types.js';

import type { JsonObject } from '../../base/json.ts';
import type { AttemptRelay } from '../../ports/attempt-sockets.ts';
import { faultResult } from './fault-result.ts';

/**
 * Makes a server that speaks MCP for the agent of one attempt: its tools, asked for over the socket that is its identity. Nothing of the
 * installation is opened here. Calls of another process are other calls.
 */
export async function createRelayServer(relay: AttemptRelay): Promise<McpServer> {
  const sdk = await import('./mcp-sdk.apart.ts');
  const mcp = new sdk.McpServer(
    { name: 'orchestrate', title: 'orchestrate', version: '1' },
    { capabilities: { tools: {} } },
  );
  const { server } = mcp;
  server.setRequestHandler(sdk.ListToolsRequestSchema, async (_, { signal }) => ({
    tools: (await relay.list(signal)).map(({ name, description, effect, input }): Tool => ({
      name,
      description,
      inputSchema: input as unknown as Tool['inputSchema'],
      annotations: {
        readOnlyHint: effect === 'read',
        idempotentHint: effect === 'read',
        openWorldHint: effect === 'run',
      },
    })),
  }));
  server.setRequestHandler(sdk.CallToolRequestSchema, async ({ params }, { signal, requestId }) => {
    try {
      const callId = `${relay.session}-${String(requestId).replace(/[^A-Za-z0-9_-]/g, '-')}`.slice(0, 64);
      const asked = { tool: params.name, arguments: (params.arguments ?? {}) as JsonObject, callId };
      const { isError, text, data } = await relay.call(asked, signal);
      return {
        isError,
        content: [{ type: 'text' as const, text }],
        ...(data === undefined ? {} : { structuredContent: data }),
      };
    } catch (error) {
      return faultResult(error);
    }
  });
  return mcp;
}
