import { execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { createComponentSources } from '../../../src/adapters/git/component-sources.ts';
import { asCommitId } from '../../../src/base/ids.ts';
import { faultOf } from '../support/fault-of.ts';
import { git, makeHome, openWorkshop } from './support.ts';

const backend = path.join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');
const canServe =
  spawnSync('openssl', ['version']).status === 0 &&
  fs.existsSync(backend) &&
  fs.existsSync(path.join(path.dirname(backend), 'git-remote-https'));

/** Serves the repositories below a folder over https on loopback, with a certificate made for the test. */
async function serve(root: string, cert: string, key: string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) }, (request, response) => {
    const [pathInfo = '', query = ''] = (request.url ?? '').split('?');
    asked.push(
      `${request.method} ${pathInfo} ${request.headers.authorization ?? '-'} ${request.headers.cookie ?? '-'}`,
    );
    if (pathInfo.startsWith('/old/')) {
      response.writeHead(301, { location: `/new/${(request.url ?? '').slice('/old/'.length)}` }).end();
      return;
    }
    const child = spawn(backend, {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathInfo.replace('/new/', '/'),
        QUERY_STRING: query,
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      },
    });
    request.pipe(child.stdin);
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('close', () => {
      const whole = Buffer.concat(parts);
      const at = whole.indexOf('\r\n\r\n');
      for (const line of whole.subarray(0, at).toString('latin1').split('\r\n')) {
        const [name = '', value = ''] = line.split(': ');
        if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      response.end(whole.subarray(at + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

it.skipIf(!canServe)(
  'fetches over https with the named authority, follows a renamed repository, sends no password',
  async () => {
    const { dir, store } = await openWorkshop();
    const head = asCommitId(makeHome(path.join(dir, 'served/pack'), { '__init__.py': 'x = 1\n' }));
    git(path.join(dir, 'served/pack'), 'tag', 'v1');
    const [cert, key] = [path.join(dir, 'cert.pem'), path.join(dir, 'key.pem')];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync(
      'openssl',
      [...made, '-subj', '/CN=loopback', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    );
    const { url, asked } = await serve(path.join(dir, 'served'), cert, key);

    // A certificate of nobody who is trusted is not taken.
    const strange = createComponentSources({ store });
    expect(await faultOf(strange.versions(`${url}/pack/.git`))).toMatchObject({ code: 'COMPONENT_SOURCE_UNREACHABLE' });
    expect(asked).toEqual([]);

    const sources = createComponentSources({ store, https: { certificateFile: cert } });
    const source = `${url}/old/pack/.git`;
    expect((await sources.versions(source)).map((one) => one.name)).toEqual(['main', 'v1']);
    const { tree } = await sources.fetchCommit({ source, commit: head, ref: 'refs/tags/v1' });
    expect((await store.list(tree)).map((one) => one.path)).toEqual(['__init__.py']);
    expect(asked.every((one) => one.endsWith(' - -'))).toBe(true);
    expect(await faultOf(sources.versions(`${url}/nobody/.git`))).toMatchObject({
      code: 'COMPONENT_SOURCE_UNREACHABLE',
    });
  },
);
