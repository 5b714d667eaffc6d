import { describe, expect, it } from 'vitest';

import type { App } from '../../../../src/app/app.ts';
import { answerHttp } from '../../../../src/faces/http/answer.ts';
import { fakeApp, type FakeApp } from '../../../support/fake-app.ts';
import { doneScene, waitingScene } from '../../../support/journal-scene.ts';
import type { SceneLedger } from '../../../support/scene-ledger.ts';

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly app: FakeApp;
}

async function ask(
  scene: SceneLedger,
  method: string,
  address: string,
  body = '',
  app = fakeApp(scene, { onAsk: () => 'r1' }),
): Promise<Answered> {
  const [path = '', query = ''] = address.split('?');
  const served = { app: app as App, open: async () => app as App };
  const stop = new AbortController();
  const answer = await answerHttp(served, {
    method,
    path,
    query: new URLSearchParams(query),
    body,
    signal: stop.signal,
  });
  const { status, headers } = answer;
  if (typeof answer.body === 'string') return { status, headers, text: answer.body, app };
  let text = '';
  for await (const part of answer.body) {
    text += part;
    if (text.split('\n').length > 3) stop.abort();
  }
  return { status, headers, text, app };
}
const errorOf = ({ text }: Answered): Record<string, unknown> =>
  (JSON.parse(text) as { error: Record<string, unknown> }).error;

describe('an operation by HTTP', () => {
  it('gives what --json prints, by the same schema', async () => {
    const { status, text } = await ask(doneScene(), 'POST', '/v1/runs-list', '{"limit": 1}');
    expect(status).toBe(200);
    expect((JSON.parse(text) as { runs: unknown[] }).runs).toHaveLength(1);
    expect((await ask(doneScene(), 'POST', '/v1/runs%20list')).status).toBe(200);
  });

  it.each([
    ['{"limit": 1', 'The body is not JSON'],
    ['[1]', 'takes a JSON object'],
    ['{"limit": "many"}', 'limit: '],
    ['{"limt": 3}', 'takes no "limt". Did you mean limit?'],
    ['{"__proto__": {"limit": 3}}', 'takes no "__proto__"'],
  ])('refuses %s with what is wrong, the state and where to look', async (body, message) => {
    const answered = await ask(doneScene(), 'POST', '/v1/runs-list', body);
    expect(answered.status).toBe(400);
    expect(errorOf(answered)).toMatchObject({
      code: 'USAGE_BAD_ARGUMENT',
      kind: 'usage',
      message: expect.stringContaining(message) as string,
      state: 'Nothing was done.',
    });
  });

  it('that there is not is refused with the nearest names', async () => {
    const answered = await ask(doneScene(), 'POST', '/v1/runs-lsit');
    expect(answered.status).toBe(404);
    expect((errorOf(answered)['hints'] as string[])[0]).toBe('POST /v1/runs-list');
    expect(errorOf(answered)).toMatchObject({
      code: 'USAGE_UNKNOWN_COMMAND',
      message: expect.stringContaining('Near it: runs-list') as string,
      hints: expect.arrayContaining(['POST /v1/runs-list']) as string[],
    });
    for (const name of ['constructor', '__proto__', '..', '%', 'runs-list/'])
      expect((await ask(doneScene(), 'POST', `/v1/${name}`)).status).toBe(404);
  });

  it('that fails gives its fault: code, state, hints, and a status of its kind', async () => {
    const answered = await ask(doneScene(), 'POST', '/v1/runs-show', '{"run": "r9"}');
    expect(answered.status).toBe(404);
    expect(errorOf(answered)).toEqual({
      code: 'RUN_NOT_FOUND',
      kind: 'not-found',
      message: 'There is no run r9.',
      hints: ['orchestrate runs list'],
    });
  });

  it('that takes something away is done with a yes only', async () => {
    const refused = await ask(waitingScene(), 'POST', '/v1/runs-cancel', '{"run": "r1"}');
    expect([refused.status, refused.app.asked]).toEqual([409, []]);
    expect(errorOf(refused)).toMatchObject({ code: 'YES_REQUIRED', hints: ['Add "yes": true to the body.'] });
    expect((await ask(waitingScene(), 'POST', '/v1/runs-cancel', '{"run": "r1", "yes": "true"}')).status).toBe(409);
    const done = await ask(waitingScene(), 'POST', '/v1/runs-cancel', '{"run": "r1", "yes": true}');
    expect(done.status).toBe(200);
    expect(done.app.asked).toMatchObject([{ kind: 'run.cancel', data: { run: 'r1' } }]);
  });

  it('of the command line only is refused, and not listed', async () => {
    for (const name of ['serve', 'serve-stop', 'supervisor-stop', 'init', 'eject']) {
      const answered = await ask(doneScene(), 'POST', `/v1/${name}`, '{"yes": true}');
      expect(errorOf(answered)).toMatchObject({
        message: expect.stringContaining('for the command line only') as string,
      });
    }
    const { operations } = JSON.parse((await ask(doneScene(), 'GET', '/v1')).text) as {
      operations: { name: string }[];
    };
    const names = operations.map(({ name }) => name);
    expect(names).toContain('runs-list');
    expect(names).not.toContain('serve');
  });

  it('is described with its schemas, and other methods are refused', async () => {
    const told = JSON.parse((await ask(doneScene(), 'GET', '/v1/runs-list')).text) as Record<string, unknown>;
    expect(told).toMatchObject({ name: 'runs-list', effect: 'read', input: { properties: { limit: {} } } });
    const refused = await ask(doneScene(), 'DELETE', '/v1/runs-list');
    expect([refused.status, refused.headers['allow']]).toEqual([405, 'GET, HEAD, POST']);
    expect((await ask(doneScene(), 'POST', '/v1')).status).toBe(405);
  });
});

describe('the journal by HTTP', () => {
  it('comes a row a line, from the one that is named', async () => {
    const { headers, text } = await ask(doneScene(), 'GET', '/v1/events?from=2');
    expect(headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number; sentence: string; data: object });
    expect(rows.map(({ seq }) => seq).slice(0, 3)).toEqual([2, 3, 4]);
    expect(rows[0]?.sentence).not.toBe('');
    expect(rows[0]?.data).toBeTypeOf('object');
  });

  it('refuses a place that is none, and other methods', async () => {
    const answered = await ask(doneScene(), 'GET', '/v1/events?from=-1');
    expect([answered.status, errorOf(answered)['code']]).toEqual([400, 'USAGE_BAD_ARGUMENT']);
    expect((await ask(doneScene(), 'POST', '/v1/events')).status).toBe(405);
  });
});
