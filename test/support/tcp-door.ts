import { readFileSync } from 'node:fs';
import { request } from 'node:http';

interface Door {
  readonly at: string;
  readonly tokenFile: string;
}

/** Asks by TCP and returns the status and the answer. */
function ask(
  { at }: Door,
  path: string,
  { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: string } = {},
): Promise<{ status: number; text: string }> {
  const [host, port] = at.split(':');
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What a running `serve --listen` answers: by case, what is refused; last, what is not. */
export async function statusesAt(door: Door): Promise<Readonly<Record<string, number>>> {
  const token = readFileSync(door.tokenFile, 'utf8').trim();
  const own = { authorization: `Bearer ${token}` };
  const json = { ...own, 'content-type': 'application/json' };
  const status = async (path: string, options: Parameters<typeof ask>[2]) => (await ask(door, path, options)).status;
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', origin: 'http://evil.com' };
  return {
    A49: await status('/v1/runs-list', { headers: { 'content-type': 'application/json' }, body: '{}' }),
    A50: await status('/v1', { headers: { ...own, host: 'evil.com' } }),
    A51: await status('/v1', { headers: { ...own, origin: 'null' } }),
    A52: await status('/v1/runs-list', { headers: { ...own, 'content-type': 'text/plain' }, body: '{}' }),
    A53: await status('/v1/events', { headers: { ...own, ...upgrade } }),
    A54: await status(`/v1?token=${token}`, {}),
    control: await status('/v1/runs-list', { headers: json, body: '{}' }),
  };
}
