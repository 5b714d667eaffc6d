import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';

import { type FaultCode, faultCodes } from '../../base/fault-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { socketInside } from '../../domain/daemon/attempt-socket-path.ts';
import type { AttemptRelay, ListedTool, RelayedOutcome } from '../../ports/attempt-sockets.ts';

/** Longest answer that is read, in bytes. */
const maxAnswerBytes = 8 * 1024 * 1024;
/** Longest wait for an answer, in milliseconds: what a tool starts has limits of its own. */
const answerMs = 60 * 60_000;

/** Returns the relay of the attempt inside whose wall this process is; undefined: it is inside of none. */
export function findAttemptRelay(env: Readonly<Record<string, string | undefined>>): AttemptRelay | undefined {
  const path = env['ORCHESTRATE_SOCKET'] ?? (existsSync(socketInside) ? socketInside : '');
  return path === '' ? undefined : createAttemptRelay(path);
}

/** Returns a relay to the socket at a path. */
export function createAttemptRelay(path: string): AttemptRelay {
  let n = 0;
  const ask = async (request: JsonObject, signal: AbortSignal): Promise<JsonObject> => {
    const id = typeof request['id'] === 'string' ? request['id'] : `q${(n += 1)}`;
    const answer = JSON.parse(await exchange(path, JSON.stringify({ ...request, id }), signal)) as Answer;
    if (answer.ok) return answer;
    const { code, message, hints, state } = answer.fault;
    const known = code in faultCodes ? (code as FaultCode) : 'SOCKET_UNAVAILABLE';
    throw new Fault(known, message, { hints, state });
  };
  return {
    session: randomBytes(6).toString('hex'),
    list: async (signal) => (await ask({ list: true }, signal))['tools'] as unknown as readonly ListedTool[],
    call: async ({ tool, arguments: given, callId }, signal) =>
      (await ask({ id: callId, tool, arguments: given }, signal))['outcome'] as unknown as RelayedOutcome,
    hook: async ({ hook, input }, signal) => (await ask({ hook, input }, signal))['answer'] as JsonObject,
  };
}

type Answer =
  | ({ readonly ok: true } & JsonObject)
  | { readonly ok: false; readonly fault: { code: string; message: string; hints: string[]; state: string } };

/** Sends a line and returns the one that comes back. */
function exchange(path: string, line: string, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const connection = connect({ path });
  const pieces: Buffer[] = [];
  let nBytes = 0;
  const fail = (why: string): void => {
    reject(
      new Fault('SOCKET_UNAVAILABLE', `The socket of this attempt does not answer: ${why}.`, {
        hints: ['Go on with the work; what was done is seen by whoever started you.'],
        state: 'Nothing is known of what became of it.',
      }),
    );
    connection.destroy();
  };
  const stop = (): void => fail('it was called off');
  signal.addEventListener('abort', stop, { once: true });
  connection.setTimeout(answerMs, () => fail('it took too long'));
  connection.on('error', ({ message }) => fail(message));
  connection.on('close', () => fail('it was closed'));
  connection.on('connect', () => connection.write(`${line}\n`));
  connection.on('data', (piece: Buffer) => {
    const end = piece.indexOf(10);
    pieces.push(end < 0 ? piece : piece.subarray(0, end));
    nBytes += piece.length;
    if (end >= 0) {
      resolve(Buffer.concat(pieces).toString('utf8'));
      connection.destroy();
    } else if (nBytes > maxAnswerBytes) fail('its answer has no end');
  });
  return promise.finally(() => signal.removeEventListener('abort', stop));
}
