import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

import type { App } from '../../app/app.ts';
import type { AttemptRelay } from '../../ports/attempt-sockets.ts';
import { rpcCodes } from './fault-result.ts';
import { maxMessageBytes, readMessage } from './read-message.ts';
import { createRelayServer } from './relay.ts';
import { createMcpServer } from './server.ts';

/** Ends of the pipe to whoever started this process. */
export interface Pipe {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Speaks MCP, one message a line, until the other side closes its end or the person ends it. Never throws for what was sent. */
export async function speakStdio(
  app: App,
  { input, output, only = [] }: Pipe & { readonly only?: readonly string[] },
): Promise<void> {
  const gone = new AbortController();
  const signal = AbortSignal.any([app.signal, gone.signal]);
  const server = await createMcpServer({
    open: (ended) => app.forProgram('mcp', ended),
    version: app.outside.host.version,
    only,
  });
  await untilClosed(server, { input, output }, signal);
  gone.abort();
}

/** The same for the agent of one attempt: its tools, over the socket that is its identity. */
export async function speakRelay(relay: AttemptRelay, pipe: Pipe, signal: AbortSignal): Promise<void> {
  await untilClosed(await createRelayServer(relay), pipe, signal);
}

async function untilClosed(mcp: McpServer, pipe: Pipe, signal: AbortSignal): Promise<void> {
  const { JSONRPCMessageSchema } = await import('./mcp-sdk.apart.ts');
  const ended = Promise.withResolvers<void>();
  mcp.server.onclose = () => ended.resolve();
  await mcp.connect(lineTransport(pipe, (message) => JSONRPCMessageSchema.safeParse(message).data));
  signal.addEventListener('abort', () => void mcp.close(), { once: true });
  if (signal.aborted) await mcp.close();
  await ended.promise;
}

/** `find` returns what is a message of the protocol, or undefined. */
function lineTransport({ input, output }: Pipe, find: (message: unknown) => JSONRPCMessage | undefined): Transport {
  let chunks: Buffer[] = [];
  let nBytes = 0;
  let isTooLong = false;
  const send = async (message: JSONRPCMessage): Promise<void> => {
    if (!output.write(`${JSON.stringify(message)}\n`))
      await new Promise<void>((resolve) => output.once('drain', resolve));
  };
  const refuse = (code: number, message: string): void =>
    void send({ jsonrpc: '2.0', error: { code, message } } as JSONRPCMessage);
  const take = (line: string): void => {
    if (line.trim() === '') return;
    const read = readMessage(line);
    if (read.kind === 'refused') return refuse(rpcCodes.parseError, read.why);
    const message = find(read.message);
    if (message === undefined) refuse(rpcCodes.invalidRequest, 'It is no message of JSON-RPC 2.0.');
    else transport.onmessage?.(message);
  };
  const add = (part: Buffer): void => {
    nBytes += part.length;
    // What is too long is let go as it comes, and refused once, at its end.
    isTooLong ||= nBytes > maxMessageBytes;
    if (isTooLong) chunks = [];
    else chunks.push(part);
  };
  const endLine = (): void => {
    if (isTooLong) refuse(rpcCodes.parseError, `It is larger than ${maxMessageBytes} bytes.`);
    else take(Buffer.concat(chunks).toString('utf8'));
    [chunks, nBytes, isTooLong] = [[], 0, false];
  };
  const onData = (given: Buffer | string): void => {
    let rest = typeof given === 'string' ? Buffer.from(given) : given;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      add(rest.subarray(0, end));
      endLine();
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) add(rest);
  };
  const onEnd = (): void => void transport.close();
  const transport: Transport = {
    async start() {
      input.on('data', onData);
      input.on('end', onEnd);
      input.on('error', onEnd);
    },
    send,
    async close() {
      input.off('data', onData);
      input.off('end', onEnd);
      input.off('error', onEnd);
      input.pause();
      transport.onclose?.();
    },
  };
  return transport;
}
