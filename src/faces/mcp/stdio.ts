import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

import type { App } from '../../app/app.ts';
import type { AttemptRelay } from '../../ports/attempt-sockets.ts';
import { ErrorCode, JSONRPCMessageSchema } from './mcp-sdk.apart.ts';
import { maxMessageBytes, readMessage } from './read-message.ts';
import { createRelayServer } from './relay.ts';
import { createMcpServer } from './server.ts';

/** Ends of the pipe to whoever started this process. */
export interface Pipe {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Speaks MCP, one message a line, until the other side closes its end or the person ends it. Never throws for what was sent. */
export async function speakStdio(app: App, { input, output }: Pipe): Promise<void> {
  const gone = new AbortController();
  const signal = AbortSignal.any([app.signal, gone.signal]);
  const server = createMcpServer({ open: (ended) => app.forProgram('mcp', ended), version: app.outside.host.version });
  const ended = Promise.withResolvers<void>();
  server.server.onclose = () => ended.resolve();
  await server.connect(lineTransport({ input, output }));
  signal.addEventListener('abort', () => void server.close(), { once: true });
  if (signal.aborted) await server.close();
  await ended.promise;
  gone.abort();
}

/** The same for the agent of one attempt: its tools, over the socket that is its identity. */
export async function speakRelay(relay: AttemptRelay, { input, output }: Pipe, signal: AbortSignal): Promise<void> {
  const server = createRelayServer(relay, { session: `p${process.pid}` });
  const ended = Promise.withResolvers<void>();
  server.onclose = () => ended.resolve();
  await server.connect(lineTransport({ input, output }));
  signal.addEventListener('abort', () => void server.close(), { once: true });
  if (signal.aborted) await server.close();
  await ended.promise;
}

function lineTransport({ input, output }: Pipe): Transport {
  let chunks: Buffer[] = [];
  let nBytes = 0;
  let isTooLong = false;
  const send = async (message: JSONRPCMessage): Promise<void> => {
    if (!output.write(`${JSON.stringify(message)}\n`))
      await new Promise<void>((resolve) => output.once('drain', resolve));
  };
  const refuse = (code: ErrorCode, message: string): void =>
    void send({ jsonrpc: '2.0', error: { code, message } } as JSONRPCMessage);
  const take = (line: string): void => {
    if (line.trim() === '') return;
    const read = readMessage(line);
    if (read.kind === 'refused') return refuse(ErrorCode.ParseError, read.why);
    const parsed = JSONRPCMessageSchema.safeParse(read.message);
    if (parsed.success) transport.onmessage?.(parsed.data);
    else refuse(ErrorCode.InvalidRequest, 'It is no message of JSON-RPC 2.0.');
  };
  const add = (part: Buffer): void => {
    nBytes += part.length;
    // What is too long is let go as it comes, and refused once, at its end.
    isTooLong ||= nBytes > maxMessageBytes;
    if (isTooLong) chunks = [];
    else chunks.push(part);
  };
  const endLine = (): void => {
    if (isTooLong) refuse(ErrorCode.ParseError, `It is larger than ${maxMessageBytes} bytes.`);
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
