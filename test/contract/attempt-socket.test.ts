import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { createAttemptRelay } from '../../src/adapters/network/attempt-relay.ts';
import { createAttemptSockets } from '../../src/adapters/network/attempt-sockets.ts';

const { signal } = new AbortController();
let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'orch-attempt-'));
  path = join(dir, 'run', 'a-1.sock');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Answers with what was said, and what the relay expects of a list. */
const echo = async (line: string): Promise<string> => {
  const { id, ...said } = JSON.parse(line) as { id: string };
  if ('tool' in said && said.tool === 'refused')
    return JSON.stringify({
      id,
      ok: false,
      fault: { code: 'TOOL_UNKNOWN', message: 'no', hints: [], state: 'Nothing.' },
    });
  return JSON.stringify({
    id,
    ok: true,
    tools: [said],
    outcome: { isError: false, text: JSON.stringify({ id, ...said }) },
    answer: said,
  });
};

it('carries questions and answers, faults as faults, and is this user’s only', async () => {
  const socket = await createAttemptSockets().open(path, echo);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(dir, 'run')).mode & 0o777).toBe(0o700);
  const relay = createAttemptRelay(path);
  expect(await relay.list(signal)).toEqual([{ list: true }]);
  const text = 'x'.repeat(200_000);
  const { text: said } = await relay.call({ tool: 'write_file', arguments: { text }, callId: 'c-1' }, signal);
  expect(JSON.parse(said)).toEqual({ id: 'c-1', tool: 'write_file', arguments: { text } });
  await expect(relay.call({ tool: 'refused', arguments: {}, callId: 'c-2' }, signal)).rejects.toMatchObject({
    code: 'TOOL_UNKNOWN',
  });
  await socket.close();
  await expect(relay.list(signal)).rejects.toMatchObject({ code: 'SOCKET_UNAVAILABLE' });
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
});

it('answers lines of one connection in their order, and lets a line without an end go', async () => {
  const order: string[] = [];
  const socket = await createAttemptSockets().open(path, async (line) => {
    order.push(`begin ${line}`);
    await new Promise((resolve) => void setImmediate(resolve));
    order.push(`end ${line}`);
    return line;
  });
  const connection = connect({ path });
  const got = await new Promise<string>((resolve) => {
    let text = '';
    connection.on('data', (piece) => {
      text += piece.toString();
      if (text.split('\n').length === 3) resolve(text);
    });
    connection.write('one\ntwo\n');
  });
  expect(got).toBe('one\ntwo\n');
  expect(order).toEqual(['begin one', 'end one', 'begin two', 'end two']);
  const ended = new Promise((resolve) => void connection.on('close', resolve));
  connection.on('error', () => {});
  connection.write('y'.repeat(2 * 1024 * 1024));
  await ended;
  await socket.close();
});

it('takes over the place of a dead process', async () => {
  const first = await createAttemptSockets().open(path, echo);
  const second = await createAttemptSockets().open(path, echo);
  expect(await createAttemptRelay(path).list(signal)).toHaveLength(1);
  await second.close();
  await first.close();
});

it('stops waiting when it is called off', async () => {
  const seen: { gone?: AbortSignal } = {};
  const socket = await createAttemptSockets().open(path, (_, aborted) => {
    seen.gone = aborted;
    return new Promise(() => {});
  });
  const off = new AbortController();
  const waiting = createAttemptRelay(path).hook({ hook: 'notify', input: {} }, off.signal);
  while (seen.gone === undefined) await new Promise((resolve) => void setImmediate(resolve));
  off.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'SOCKET_UNAVAILABLE' });
  while (!seen.gone.aborted) await new Promise((resolve) => void setImmediate(resolve));
  await socket.close();
});
