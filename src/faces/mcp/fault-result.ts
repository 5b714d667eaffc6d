import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

import { type FaultRecord, faultRecord } from '../../base/fault.ts';
import { ErrorCode, McpError } from './mcp-sdk.apart.ts';

/** Returns what went wrong as an answer that the model reads: code, sentence, state, what to do next; never a stack. */
export function faultResult(error: unknown): CallToolResult {
  const fault = withoutStack(faultRecord(error));
  return { isError: true, content: [{ type: 'text', text: JSON.stringify({ error: fault }) }] };
}

/** Does it; what goes wrong is an error of the protocol, with the fault as its data. */
export async function protocolError<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    const fault = withoutStack(faultRecord(error));
    const code = fault.kind === 'bug' ? ErrorCode.InternalError : ErrorCode.InvalidParams;
    throw new McpError(code, `${fault.code} ${fault.message}`, fault);
  }
}

function withoutStack({ data, ...record }: FaultRecord): FaultRecord {
  if (data === undefined) return record;
  const { stack: _, ...rest } = data;
  return { ...record, data: rest };
}
