import { createServer as createProxy } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import type { PackageIndex } from '../../src/ports/python.ts';
import { faultOf } from './support/fault-of.ts';
import { plain, writePackages } from './support/packages.ts';
import { pythonHarness } from './support/python-harness.ts';
import { serveSimple } from './support/simple-server.ts';

const { folder, python, withNetwork } = pythonHarness();
const sha = (digit: string): string => digit.repeat(64);
const json = 'application/vnd.pypi.simple.v1+json';
const wheel = 'torch-2.11.0+cu128-cp312-cp312-manylinux_2_28_x86_64.whl';
const offersAt = (url: string, name = 'torch') => python.offers({ name, index: { kind: 'url', url } });

describe('what an index offers', () => {
  it('is read from JSON, with sizes, times and what was withdrawn, newest first', async () => {
    const server = await serveSimple({
      '/simple/torch/': {
        type: json,
        body: JSON.stringify({
          meta: { 'api-version': '1.1' },
          name: 'torch',
          files: [
            { filename: 'torch-2.9.1-cp312-cp312-win_amd64.whl', url: '/f/a.whl', hashes: {}, yanked: 'broken' },
            {
              filename: wheel,
              url: 'https://files.example/torch.whl#x',
              hashes: { sha256: sha('A') },
              'requires-python': '>=3.10',
              size: 900,
              'upload-time': '2026-03-01T10:00:00.5Z',
              yanked: false,
            },
            { filename: 'torch-2.9.1.tar.gz', url: '/f/a.tar.gz', hashes: {} },
            { filename: 'torchvision-0.26.0-py3-none-any.whl', url: '/f/v.whl', hashes: {} },
            { filename: 'torch-2.9.0-py3-none-any.whl', url: '/f/b.whl', hashes: {}, yanked: true, size: -1 },
            { filename: 7 },
            null,
          ],
        }),
      },
    });
    const offers = await offersAt(server.url.slice(0, -1));
    expect(offers.map((one) => one.version)).toEqual(['2.11.0+cu128', '2.9.1', '2.9.0']);
    expect(offers[0]?.files).toEqual([
      {
        file: wheel,
        url: 'https://files.example/torch.whl',
        sha256: sha('a'),
        sizeBytes: 900,
        uploadedAtMs: Date.UTC(2026, 2, 1, 10, 0, 0, 500),
        yanked: null,
        requiresPython: '>=3.10',
      },
    ]);
    expect(offers[1]?.files[0]).toMatchObject({
      url: new URL('/f/a.whl', server.url).href,
      yanked: 'broken',
      uploadedAtMs: null,
    });
    expect(offers[2]?.files[0]).toMatchObject({ yanked: '', sizeBytes: null });
    expect(server.requests[0]?.headers.accept).toContain(json);
  });

  it('is read from HTML, where only hashes, withdrawals and Python ranges are told', async () => {
    const name = wheel.replace('+', '%2B');
    const server = await serveSimple({
      '/simple/torch/': {
        body: [
          '<!DOCTYPE html><html><body>',
          `<a href="../../whl/${name}#sha256=${sha('b')}" data-requires-python="&gt;=3.10">${wheel}</a><br/>`,
          `<a data-yanked='bad &amp; old' href=/x/torch-2.9.0-py3-none-any.whl#sha256=${sha('c')}>torch-2.9.0-py3-none-any.whl</a>`,
          '<a href="/x/torch-2.8.0-py3-none-any.whl" data-yanked>torch-2.8.0-py3-none-any.whl</a>',
          '<a href="https://elsewhere.example/readme">read me</a>',
          '</body></html>',
        ].join('\n'),
      },
    });
    const offers = await offersAt(server.url);
    expect(offers.map((one) => one.files[0])).toMatchObject([
      { file: wheel, url: new URL(`/whl/${name}`, server.url).href, sha256: sha('b'), requiresPython: '>=3.10' },
      { sha256: sha('c'), yanked: 'bad & old', requiresPython: null },
      { sha256: null, yanked: '', uploadedAtMs: null, sizeBytes: null },
    ]);
  });

  it('is read from a folder of wheels', async () => {
    const dir = join(folder, 'wheels-of-torch');
    const [made] = writePackages(dir, [plain('torch', '2.0'), plain('torch', '10.0'), plain('torch-other', '11.0')]);
    const offers = await python.offers({ name: 'Torch', index: { kind: 'folder', path: dir } });
    expect(offers.map((one) => one.version)).toEqual(['10.0', '2.0']);
    expect(offers[1]?.files).toMatchObject([{ file: made?.file, sizeBytes: made?.sizeBytes, uploadedAtMs: null }]);
    const absent = { kind: 'folder', path: join(folder, 'nowhere') } as const;
    expect((await faultOf(python.offers({ name: 'torch', index: absent }))).code).toBe('INDEX_UNREACHABLE');
  });

  it('is nothing where the index does not know the name, and a name is no path', async () => {
    const server = await serveSimple({});
    expect(await offersAt(server.url)).toEqual([]);
    expect(server.requests.map((one) => one.url)).toEqual(['/simple/torch/']);
    expect((await faultOf(offersAt(server.url, '../evil'))).code).toBe('NAME_INVALID');
  });

  it.each([
    ['a refusal', { status: 403 }, 'it answered 403'],
    ['a page that is none of an index', { type: 'text/plain', body: 'sign in first' }, 'not one of a package index'],
    ['JSON that is none', { type: json, body: '{"files": 3' }, 'not one of a package index'],
    ['a page that leads to plain http elsewhere', { status: 302, location: 'http://index.example/x' }, 'not https'],
    ['a page that leads to itself', { status: 301, location: '/simple/torch/' }, 'leads on more than 5 times'],
  ])('is a fault after %s', async (_title, page, why) => {
    const server = await serveSimple({ '/simple/torch/': page });
    expect(await faultOf(offersAt(server.url))).toMatchObject({
      code: 'INDEX_UNREACHABLE',
      message: expect.stringContaining(why) as string,
    });
  });

  it('is a fault where nobody answers, or the address is not one of an index', async () => {
    expect((await faultOf(offersAt('http://127.0.0.1:9/simple/'))).message).toContain('nothing answers');
    expect((await faultOf(offersAt('https://index.invalid/simple/'))).code).toBe('INDEX_UNREACHABLE');
    expect((await faultOf(offersAt('http://index.example/simple/'))).message).toContain('not https');
    expect((await faultOf(offersAt('file:///etc'))).code).toBe('CONFIG_INVALID');
  });

  it('ends when it is called off', async () => {
    const server = await serveSimple({ '/simple/torch/': { hangs: true } });
    const abort = new AbortController();
    const index: PackageIndex = { kind: 'url', url: server.url };
    const asked = python.offers({ name: 'torch', index, signal: abort.signal });
    abort.abort(new Error('called off'));
    await expect(asked).rejects.toThrow('called off');
  });

  it('shows a password to the index and to nobody it leads to', async () => {
    const other = await serveSimple({ '/simple/torch/': { body: '<a href="x">x</a>' } });
    const first = await serveSimple({ '/simple/torch/': { status: 302, location: `${other.url}torch/` } });
    await offersAt(first.url.replace('http://', 'http://me:s3cret@'));
    expect(first.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:s3cret').toString('base64')}`);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    const closed = await serveSimple({ '/simple/torch/': { status: 403 } });
    const fault = await faultOf(offersAt(closed.url.replace('http://', 'http://me:s3cret@')));
    expect(JSON.stringify(fault.toRecord())).not.toContain('s3cret');
  });

  it('asks the proxy for an https index, and nobody else', async () => {
    const targets: string[] = [];
    const proxy = createProxy();
    proxy.on('connect', (request, socket) => {
      targets.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    afterAll(() => void proxy.close());
    const behind = withNetwork({ proxy: `http://me:pw@127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    const index = { kind: 'url', url: 'https://index.example/simple' } as const;
    expect((await faultOf(behind.offers({ name: 'torch', index }))).message).toContain('the proxy answered 407');
    expect(targets).toEqual([`index.example:443 Basic ${Buffer.from('me:pw').toString('base64')}`]);
    const local = await serveSimple({ '/simple/torch/': { body: '<a href="x">x</a>' } });
    expect(await behind.offers({ name: 'torch', index: { kind: 'url', url: local.url } })).toEqual([]);
    expect(targets).toHaveLength(1);
  });

  it('says that the certificate file is not there', async () => {
    const astray = withNetwork({ certificateFile: join(folder, 'no-such.pem') });
    const index = { kind: 'url', url: 'https://index.example/simple' } as const;
    expect((await faultOf(astray.offers({ name: 'torch', index }))).message).toContain('no-such.pem cannot be read');
  });
});
