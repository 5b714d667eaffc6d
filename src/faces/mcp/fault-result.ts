import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

import { type FaultRecord, faultRecord } from '../../base/fault.ts';

/** Codes of JSON-RPC 2.0, https://www.jsonrpc.org/specification#error_object */
export const rpcCodes = {
  parseError: -32_700,
  invalidRequest: -32_600,
  invalidParams: -32_602,
  internalError: -32_603,
};

/** Returns what went wrong as an answer that the model reads: code, sentence, state, what to do next; never a stack. */
export function faultResult(error: unknown): CallToolResult {
  const fault = withoutStack(faultRecord(error));
  return { isError: true, content: [{ type: 'text', text: JSON.stringify({ error: fault }) }] };
}

/** Does it; what goes wrong is an error of the protocol, with the fault as its data: the SDK sends the `code` and `data` of what is thrown. */
export async function protocolError<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    const fault = withoutStack(faultRecord(error));
    throw Object.assign(new Error(`${fault.code} ${fault.message}`, { cause: error }), {
      code: fault.kind === 'bug' ? rpcCodes.internalError : rpcCodes.invalidParams,
      data: fault,
    });
  }
}

function withoutStack({ data, ...record }: FaultRecord): FaultRecord {
  if (data === undefined) return record;
  const { stack: _, ...rest } = data;
  return { ...record, data: rest };
}
