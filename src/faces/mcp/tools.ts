import type { Tool } from '@modelcontextprotocol/sdk/types.js';

import type { ProgramTool } from '../../app/tools/tool.ts';

/**
 * Returns a tool as the protocol lists it. The hints are what its effect says, and the careful answer where that says nothing: what writes
 * may download, send and push, and twice may be more than once.
 */
export const describeTool = ({ name, title, description, effect, inputSchema }: ProgramTool): Tool => ({
  name,
  title,
  description,
  inputSchema: inputSchema as Tool['inputSchema'],
  annotations: {
    title,
    readOnlyHint: effect === 'read',
    destructiveHint: effect === 'destroy',
    idempotentHint: effect === 'read',
    openWorldHint: effect !== 'read',
  },
});
