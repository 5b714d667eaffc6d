import type * as Sdk from '@agentclientprotocol/sdk';

import type { AgentEvent } from '../../domain/agent-programs/agent-event.ts';
import type { ProgramWork } from '../../ports/agent-programs.ts';
import type { WalledProgram } from '../../ports/walls.ts';
import type { LaunchOptions } from './dialect.ts';

/**
 * Speaks the Agent Client Protocol (https://agentclientprotocol.com, version 1) with a program and yields what it says. It is offered no
 * files and no terminal of ours: it works inside its wall, and what it asks leave for is within that wall.
 */
export async function* followAcp(
  program: WalledProgram,
  { prompt, instructions, dir }: ProgramWork,
  { tools }: Pick<LaunchOptions, 'tools'>,
): AsyncIterable<AgentEvent> {
  // Loaded here: nobody else needs it.
  const { client, methods, ndJsonStream, PROTOCOL_VERSION } = await import('@agentclientprotocol/sdk');
  const app = client({ name: 'orchestrate' }).onRequest(methods.client.session.requestPermission, ({ params }) =>
    permitted(params),
  );
  const connection = app.connect(ndJsonStream(writableTo(program), readableOf(program.stdout)));
  try {
    const { agent } = connection;
    await agent.request(methods.agent.initialize, { protocolVersion: PROTOCOL_VERSION, clientCapabilities: {} });
    const mcpServers = tools === null ? [] : [{ name: 'orchestrate', ...tools, args: [...tools.args], env: [] }];
    const session = await agent.buildSession({ cwd: dir, mcpServers }).start();
    yield { kind: 'began', session: session.sessionId, model: null };
    const answered = session.prompt(instructions === '' ? prompt : `${instructions}\n\n${prompt}`);
    // Its end is heard of below as well.
    answered.catch(() => undefined);
    yield* followSession(session);
  } catch (error) {
    yield { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  } finally {
    connection.close();
    program.endInput();
  }
}

async function* followSession(session: Sdk.ActiveSession): AsyncIterable<AgentEvent> {
  let said = '';
  for (;;) {
    const message = await session.nextUpdate();
    const isText = message.kind === 'session_update' && message.update.sessionUpdate === 'agent_message_chunk';
    if (!isText && said !== '') {
      yield { kind: 'text', text: said };
      said = '';
    }
    if (message.kind === 'stop') {
      yield { kind: 'sums', usage: null, turns: 1, costMicroUsd: null };
      if (message.stopReason !== 'end_turn') yield { kind: 'failed', why: `it stopped: ${message.stopReason}` };
      return;
    }
    const { update } = message;
    if (update.sessionUpdate === 'agent_message_chunk')
      said += update.content.type === 'text' ? update.content.text : '';
    else yield* readAcpUpdate(update);
  }
}

/** Returns what an update says, beside the text of the agent, which comes in pieces. Exported for its test. */
export function readAcpUpdate(update: Sdk.SessionUpdate): readonly AgentEvent[] {
  switch (update.sessionUpdate) {
    case 'tool_call':
      return [
        {
          kind: 'tool',
          id: update.toolCallId,
          name: update.kind ?? 'other',
          input: update.title,
        },
      ];
    case 'tool_call_update': {
      if (update.status !== 'completed' && update.status !== 'failed') return [];
      const text = (update.content ?? []).map((part) => textOfPart(part)).join('\n');
      return [{ kind: 'tool-result', id: update.toolCallId, isError: update.status === 'failed', text }];
    }
    case 'usage_update': {
      const { cost } = update;
      if (!cost || cost.currency !== 'USD') return [];
      return [{ kind: 'sums', usage: null, turns: null, costMicroUsd: Math.round(cost.amount * 1_000_000) }];
    }
    default:
      return [];
  }
}

const textOfPart = (part: Sdk.ToolCallContent): string => {
  if (part.type === 'diff') return part.path;
  return part.type === 'content' && part.content.type === 'text' ? part.content.text : '';
};

/** Once, never for always: what is asked for is within the wall. */
function permitted({ options }: Sdk.RequestPermissionRequest): Sdk.RequestPermissionResponse {
  const allows =
    options.find(({ kind }) => kind === 'allow_once') ?? options.find(({ kind }) => kind === 'allow_always');
  return { outcome: allows ? { outcome: 'selected', optionId: allows.optionId } : { outcome: 'cancelled' } };
}

const writableTo = (program: WalledProgram): WritableStream<Uint8Array> =>
  new WritableStream({ write: (chunk) => program.write(chunk) });

const readableOf = (chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> => ReadableStream.from(chunks);
