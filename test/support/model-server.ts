import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { LLMock } from '@copilotkit/aimock';

import { rewriteStream, standIn } from './model-stream.ts';
import type { Served, ServedCall, Spoken } from './served.ts';

export interface ModelServer {
  /** Bases of the dialects, as providers are configured. */
  readonly urls: { readonly anthropic: string; readonly openai: string; readonly glm: string };
  readonly port: number;
  /** Every call, in order, as it came. */
  readonly calls: readonly ServedCall[];
  /** Adds answers: each answers one call. */
  say(...answers: readonly Served[]): void;
  /** Answers what the script does not; without it such a call is told 500. */
  otherwise(answer: (call: ServedCall) => Served): void;
  close(): Promise<void>;
}

/**
 * Starts a server on a port of this machine that plays Anthropic, OpenAI (both ways) and those that speak alike. Streams are aimock's; in
 * front of it a door takes what the script says next, and lays over what aimock does not know: usage of caches, arguments that are no
 * JSON, errors as the providers write them.
 */
export async function startModelServer(): Promise<ModelServer> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  const behind = await mock.start();
  const calls: ServedCall[] = [];
  const script: Served[] = [];
  let rest: ((call: ServedCall) => Served) | undefined;
  let nCalls = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await readCall(request);
    calls.push(call);
    const served = script.shift() ??
      rest?.(call) ?? { status: 500, body: { error: { message: 'nobody scripted it' } } };
    if ('hangs' in served) return;
    if ('status' in served) {
      response.writeHead(served.status, { 'content-type': 'application/json', ...served.headers });
      response.end(typeof served.body === 'string' ? served.body : JSON.stringify(served.body));
      return;
    }
    if ('raw' in served) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(served.raw);
      return;
    }
    nCalls += 1;
    const mark = `answer-${nCalls}-of-the-script`;
    mock.prependFixture(fixtureOf(mark, served));
    const path = call.path.replace(/^\/api\/(?:coding\/)?paas\/v4/, '/v1');
    const answered = await fetch(`${behind}${path}`, {
      method: 'POST',
      headers: { ...call.headers, 'content-type': 'application/json' },
      body: JSON.stringify(marked(path.replace(/\?.*$/, ''), call.body, mark)),
    });
    response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? 'text/plain' });
    const finished = await rewriteStream(answered, { served, body: call.body, write: (text) => response.write(text) });
    if (finished) response.end();
    else response.destroy();
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  return {
    urls: { anthropic: base, openai: `${base}/v1`, glm: `${base}/api/paas/v4` },
    port,
    calls,
    say: (...answers) => void script.push(...answers),
    otherwise: (decide) => {
      rest = decide;
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await mock.stop();
    },
  };
}

function fixtureOf(mark: string, served: Spoken): Parameters<LLMock['prependFixture']>[0] {
  const overrides = {
    ...(served.finish === undefined ? {} : { finishReason: served.finish }),
    ...(served.model === undefined ? {} : { model: served.model }),
    ...(served.thinking === undefined
      ? {}
      : { reasoning: served.thinking.text, reasoningSignature: served.thinking.signature }),
  };
  const calls = (served.calls ?? []).map((one) => ({ ...one, arguments: standIn(one.arguments) }));
  const isStandIn = (served.calls ?? []).some((one) => standIn(one.arguments) !== one.arguments);
  const text = served.text ?? '';
  const response = ((): Parameters<LLMock['prependFixture']>[0]['response'] => {
    if (calls.length === 0) return { content: text, ...overrides };
    return text === '' ? { toolCalls: calls, ...overrides } : { content: text, toolCalls: calls, ...overrides };
  })();
  return {
    match: { systemMessage: mark },
    response,
    // What stands for something else has to come in one piece.
    chunkSize: isStandIn ? 1_000_000 : (served.chunkSize ?? 1000),
    ...(served.cutAfter === undefined ? {} : { truncateAfterChunks: served.cutAfter }),
    // Without a pace all would be written, and lost, before the connection breaks.
    latency: served.paceMs ?? (served.cutAfter === undefined ? 0 : 3),
  };
}

/** The mark goes along in the system text, which aimock can match. What is kept of the call is what came. */
function marked(path: string, body: ServedCall['body'], mark: string): object {
  if (path.endsWith('/messages')) {
    const system = body['system'];
    const blocks = Array.isArray(system) ? system : system === undefined ? [] : [{ type: 'text', text: system }];
    return { ...body, system: [...(blocks as unknown[]), { type: 'text', text: mark }] };
  }
  if (path.endsWith('/responses'))
    return { ...body, instructions: `${JSON.stringify(body['instructions'] ?? '')}\n${mark}` };
  const messages = Array.isArray(body['messages']) ? (body['messages'] as unknown[]) : [];
  return { ...body, messages: [{ role: 'system', content: mark }, ...messages] };
}

async function readCall(request: IncomingMessage): Promise<ServedCall> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  const headers = Object.fromEntries(
    Object.entries(request.headers)
      .filter(
        ([name]) => !['host', 'content-length', 'connection', 'transfer-encoding', 'accept-encoding'].includes(name),
      )
      .map(([name, value]) => [name, String(value)]),
  );
  const body = text === '' ? {} : (JSON.parse(text) as ServedCall['body']);
  return { path: request.url ?? '/', headers, body };
}
