import { createHmac } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterAll, describe, expect, it, onTestFinished } from 'vitest';

import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createFiles } from '../../src/adapters/files/files.ts';
import { maxFileBytes } from '../../src/adapters/notify/append-notice.ts';
import { createNotifier } from '../../src/adapters/notify/notifier.ts';
import { createInProcessSpawner } from '../../src/adapters/process/in-process-spawner.ts';
import { createProcesses } from '../../src/adapters/process/processes.ts';
import type { Notice } from '../../src/ports/index.ts';
import { faultOf } from './support/fault-of.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
const clock = createSystemClock();
const searchPath = ['/usr/bin', '/bin'];
const processes = createProcesses({ spawner: createInProcessSpawner(), clock, searchPath });
afterAll(() => processes.close());

const notifier = createNotifier({
  ...{ files: createFiles(), processes, clock },
  host: { platform: 'linux', session: {}, searchPath },
  env: { ALERT_SECRET: 's3cret' },
});
const notice: Notice = {
  ...{ title: 'home: critical: disk:full', text: 'The disk is full; $(rm -rf /) is data.', severity: 'critical' },
  ...{ key: 'disk:full', data: { installation: 'home' } },
};
const secret = { kind: 'environment', name: 'ALERT_SECRET' } as const;
const textOf = (text: string) => ({ kind: 'text', text }) as const;

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a webhook', () => {
  it('is posted JSON that the receiver can check', async () => {
    const got: { headers: IncomingHttpHeaders; body: string }[] = [];
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        got.push({ headers: request.headers, body });
        response.writeHead(204).end();
      });
    });
    await notifier.send({ kind: 'webhook', url: textOf(`${url}/hook`), secret }, notice);
    const [{ headers, body } = { headers: {}, body: '' }] = got;
    const stamp = String(headers['x-orchestrate-timestamp']);
    const expected = createHmac('sha256', 's3cret').update(`${stamp}.${body}`).digest('hex');
    expect(headers['x-orchestrate-signature']).toBe(`sha256=${expected}`);
    expect(Math.abs(Number(stamp) * 1000 - Date.now())).toBeLessThan(60_000);
    expect(JSON.parse(body)).toMatchObject({ key: 'disk:full', severity: 'critical' });
    expect(body).not.toContain('s3cret');
  });

  it('that sends elsewhere is not followed, and what it answers is told by its status', async () => {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(302, { location: '/other' }).end();
    });
    const fault = await faultOf(
      notifier.send({ kind: 'webhook', url: textOf(`${url}/token-in-path`), secret }, notice),
    );
    expect(fault).toMatchObject({ code: 'NOTICE_FAILED' });
    expect(fault.message).toMatch(/^127\.0\.0\.1:\d+ answered 302\.$/);
    expect(asked).toEqual(['/token-in-path']);
  });

  it('is sent to over https, or to this machine, and nowhere else', async () => {
    for (const url of ['http://example.org/', 'https://anna:x@example.org/', 'ftp://127.0.0.1/', 'nonsense']) {
      const fault = await faultOf(notifier.send({ kind: 'webhook', url: textOf(url), secret }, notice));
      expect(fault.code).toBe('NOTICE_FAILED');
      expect(fault.message).toMatch(/^The address of the webhook has/);
    }
  });

  it('where nobody listens is a fault that names the host and not the path', async () => {
    const url = textOf('http://127.0.0.1:1/token-in-path');
    const fault = await faultOf(notifier.send({ kind: 'webhook', url, secret }, notice));
    expect(fault.message).toMatch(/^127\.0\.0\.1:1 could not be reached: /);
    expect(fault.message).not.toContain('token-in-path');
  });

  it('has its secret from a file that others cannot read', async () => {
    const path = join(folder, 'secret');
    writeFileSync(path, 'from a file\n', { mode: 0o600 });
    const signatures: unknown[] = [];
    const url = await serve((request, response) => {
      signatures.push(request.headers['x-orchestrate-signature']);
      request.resume();
      response.writeHead(200).end();
    });
    const target = { kind: 'webhook', url: textOf(url), secret: { kind: 'file', path } } as const;
    await notifier.send(target, notice);
    expect(signatures).toHaveLength(1);
    chmodSync(path, 0o644);
    const fault = await faultOf(notifier.send(target, notice));
    expect(fault.message).toBe(`${path} can be read by others: chmod 600 ${path}.`);
    const absent = { ...target, secret: { kind: 'environment', name: 'NOT_THERE' } } as const;
    expect((await faultOf(notifier.send(absent, notice))).message).toContain('NOT_THERE');
    expect(signatures).toHaveLength(1);
  });
});

describe('a file', () => {
  it('is given one line each, readable by its owner alone, and is moved aside when it is large', async () => {
    const path = join(folder, 'alerts.jsonl');
    await notifier.send({ kind: 'file', path }, notice);
    await notifier.send({ kind: 'file', path }, { ...notice, text: 'two\nlines' });
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Notice).text)).toEqual([notice.text, 'two\nlines']);
    writeFileSync(path, 'x'.repeat(maxFileBytes));
    await notifier.send({ kind: 'file', path }, notice);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2);
    expect(existsSync(`${path}.1`)).toBe(true);
  });

  it('that is a link is not written through', async () => {
    const path = join(folder, 'link.jsonl');
    const aim = join(folder, 'aim');
    writeFileSync(aim, 'as it was');
    symlinkSync(aim, path);
    const fault = await faultOf(notifier.send({ kind: 'file', path }, notice));
    expect(fault).toMatchObject({ code: 'NOTICE_FAILED', message: `${path} cannot be written (ELOOP).` });
    expect(readFileSync(aim, 'utf8')).toBe('as it was');
  });
});

describe('a command', () => {
  const script = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return path;
  };

  it('has the text on stdin and the severity in its environment, and never on its command line', async () => {
    const out = join(folder, 'mail');
    const mail = script('mail.sh', `{ echo "$# $ORCHESTRATE_SEVERITY"; cat; } > ${out}`);
    await notifier.send({ kind: 'command', argv: [mail, 'anna'] }, notice);
    expect(readFileSync(out, 'utf8')).toBe(`1 critical\n${notice.title}\n\n${notice.text}\n`);
  });

  it('that fails is a fault with its last words, without what looks like a secret', async () => {
    const broken = script('broken.sh', 'echo first; echo "login failed: password=hunter22" >&2; exit 75');
    const fault = await faultOf(notifier.send({ kind: 'command', argv: [broken] }, notice));
    expect(fault.message).toBe(`${broken} ended with 75: login failed: password=[redacted].`);
    expect(await faultOf(notifier.send({ kind: 'command', argv: ['/not/there'] }, notice))).toMatchObject({
      code: 'NOTICE_FAILED',
    });
  });
});

it('a desktop at which nobody sits is a fault', async () => {
  expect(await faultOf(notifier.send({ kind: 'desktop' }, notice))).toMatchObject({
    code: 'NOTICE_FAILED',
    message: 'Nobody is logged in at a desktop of this machine.',
  });
});
