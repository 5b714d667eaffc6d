import { PassThrough } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { readMessage } from '../../../../src/faces/mcp/read-message.ts';
import { speakStdio } from '../../../../src/faces/mcp/stdio.ts';
import { fakeApp } from '../../../support/fake-app.ts';
import { doneScene } from '../../../support/journal-scene.ts';

/** Sends the lines, closes its end, and returns what was said in answer. */
async function spoken(lines: readonly string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let text = '';
  output.setEncoding('utf8').on('data', (part: string) => (text += part));
  const app = fakeApp(doneScene());
  const speaking = speakStdio(app, { input, output });
  for (const line of lines) input.write(`${line}\n`);
  await expect.poll(() => text.split('\n').length - 1, { timeout: 20_000 }).toBe(lines.length);
  input.end();
  await speaking;
  const answers = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id?: number; error?: { code: number; message: string } });
  return { answers, asked: app.asked };
}

const call = (argumentsText: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"runs_cancel","arguments":${argumentsText}}}`;

describe('MCP on a pipe', () => {
  it('A59: refuses what is too large, too deep, no JSON or has a hidden key, and goes on', async () => {
    const { answers, asked } = await spoken([
      call('{"run":"r1","yes":true,"__proto__":{"x":1}}'),
      call(`{"run":"${'x'.repeat(2_000_000)}","yes":true}`),
      call(`{"run":${'['.repeat(100_000)}${']'.repeat(100_000)},"yes":true}`),
      '{"jsonrpc":"2.0",',
      '{"hello":1}',
      '{"jsonrpc":"2.0","id":7,"method":"ping"}',
    ]);
    expect(answers.slice(0, 5).map(({ error }) => error?.message)).toEqual([
      'It has a key "__proto__".',
      'It is larger than 1048576 bytes.',
      'It is nested more than 64 levels deep.',
      expect.stringContaining('It is not JSON'),
      'It is no message of JSON-RPC 2.0.',
    ]);
    expect(answers[5]).toMatchObject({ id: 7, result: {} });
    expect(asked).toEqual([]);
    expect((await spoken([call('{"run":"r1","yes":true,"detach":true}')])).asked).toHaveLength(1);
  });

  it('counts no brackets in texts', () => {
    const brackets = JSON.stringify({ text: `${'['.repeat(500)}\\"${'{'.repeat(500)}` });
    expect(readMessage(brackets)).toMatchObject({ kind: 'message' });
    expect(readMessage(`${'['.repeat(65)}${']'.repeat(65)}`)).toMatchObject({ kind: 'refused' });
    expect(readMessage(`${'['.repeat(64)}${']'.repeat(64)}`)).toMatchObject({ kind: 'message' });
  });
});
