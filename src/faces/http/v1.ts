import type { App } from '../../app/app.ts';
import { followJournal } from '../../app/follow-journal.ts';
import { operations } from '../../app/operations/index.gen.ts';
import {
  describeOperation,
  describeOperations,
  type Operations,
  performForProgram,
} from '../../app/perform-for-program.ts';
import { entrySentence } from '../../app/views/journal-line.ts';
import { Fault } from '../../base/fault.ts';
import type { HttpAnswer, HttpRequest } from './exchange.ts';
import { faultAnswer } from './fault-answer.ts';
import { jsonAnswer, methodRefused } from './json-answer.ts';

const table = operations as unknown as Operations;

/**
 * Answers below `/v1`: `GET /v1` lists the operations, `GET /v1/<operation>` describes one, `POST /v1/<operation>` runs it,
 * `GET /v1/events?from=<row>` follows the journal. `open` makes the application that the request is answered with. Never throws.
 */
export async function answerV1(open: () => Promise<App>, request: HttpRequest): Promise<HttpAnswer> {
  const { method, path } = request;
  try {
    if (path === '/v1/events') return await events(await open(), request);
    const name = decoded(path.slice('/v1/'.length));
    if (method === 'POST' && name !== '') {
      const input = parsedBody(request.body);
      return jsonAnswer(200, await performForProgram(await open(), table, { name, input }));
    }
    if (method === 'GET' || method === 'HEAD')
      return jsonAnswer(
        200,
        name === '' ? { operations: await describeOperations(table) } : await describeOperation(table, name),
      );
    return name === ''
      ? methodRefused('GET lists the operations; POST /v1/<operation> runs one.', 'GET, HEAD')
      : methodRefused('POST runs the operation, GET describes it.', 'GET, HEAD, POST');
  } catch (error) {
    return faultAnswer(error);
  }
}

/** One row a line, as JSON; from the next one on where no row is named. */
async function events(app: App, { method, query, signal }: HttpRequest): Promise<HttpAnswer> {
  if (method !== 'GET') return methodRefused('Only GET: the journal is read.', 'GET');
  const { ledger } = await app.installation();
  const asked = query.get('from');
  if (asked !== null && !/^\d{1,15}$/.test(asked))
    throw new Fault('USAGE_BAD_ARGUMENT', `from has to be the number of a journal row, not ${JSON.stringify(asked)}.`, {
      hints: ['GET /v1/events?from=1'],
    });
  const from = asked === null ? ledger.head().seq + 1 : Number(asked);
  return {
    status: 200,
    headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
    body: lines(),
  };

  async function* lines(): AsyncGenerator<string> {
    for await (const entry of followJournal(ledger, { from, signal: AbortSignal.any([signal, app.signal]) })) {
      const { seq, atMs, kind, run, hash, data } = entry;
      yield `${JSON.stringify({ seq, atMs, kind, run, sentence: entrySentence(entry), hash, data })}\n`;
    }
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** No body is no input. Fault: `USAGE_BAD_ARGUMENT` with what is wrong and where. */
function parsedBody(body: string): unknown {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Fault('USAGE_BAD_ARGUMENT', `The body is not JSON: ${(error as Error).message}`, {
      state: 'Nothing was done.',
      hints: ['Send a JSON object, e.g. {"limit": 5}'],
    });
  }
}
