import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer, type ListenOptions, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createPorts } from '../../src/adapters/network/ports.ts';
import { loadRow } from '../../src/adapters/process/linux-process-table.ts';
import type { Ports } from '../../src/ports/network.ts';
import { createFakePorts } from '../fakes/fake-ports.ts';
import { realPython } from '../support/found-environment.ts';
import { tempFolder } from './support/temp-folder.ts';

/** Listens in this process, as far as the port can see; returns what lets go. */
type Hold = (port: number) => Promise<() => Promise<void>>;

function describePorts(name: string, ports: Ports, hold: Hold): void {
  describe(`ports, ${name}`, () => {
    it('are free while nobody listens', async () => {
      const port = await freePort();
      expect(await ports.isFree(port)).toBe(true);
      expect(await ports.holder(port)).toEqual({ kind: 'free' });
    });

    it('are held by who listens, and free again afterwards', async () => {
      const port = await freePort();
      const release = await hold(port);
      expect(await ports.isFree(port)).toBe(false);
      const startTime = (await loadRow(process.pid))?.startTime;
      expect(await ports.holder(port)).toMatchObject({
        kind: 'held',
        owners: [{ pid: process.pid, startTime, argv: expect.any(Array) as unknown }],
      });
      await release();
      expect(await ports.isFree(port)).toBe(true);
    });
  });
}

describePorts('real', createPorts(), async (port) => listen({ port, host: '127.0.0.1' }));
const fake = createFakePorts();
describePorts('fake', fake, async (port) => {
  fake.hold(port, [{ pid: process.pid, startTime: (await loadRow(process.pid))?.startTime ?? '', argv: ['node'] }]);
  return async () => fake.release(port);
});

describe('real ports', () => {
  const ports = createPorts();
  const releases: (() => unknown)[] = [];
  afterEach(async () => {
    for (const release of releases.splice(0)) await release();
  });
  const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

  it.each(['127.0.0.1', '0.0.0.0', '::1', '::'])('see a holder on %s', async (host) => {
    if (host.includes(':') && !hasIpv6) return;
    const port = await freePort();
    releases.push(await listen({ port, host, ipv6Only: host.includes(':') }));
    expect(await ports.isFree(port)).toBe(false);
    expect(await ports.holder(port)).toMatchObject({ kind: 'held', owners: [{ pid: process.pid }] });
  });

  it('list both of two holders that share a port', async () => {
    const port = await freePort();
    releases.push(await listen({ port, host: '127.0.0.1', reusePort: true }));
    const other = await startPython(releases, sharing, port);
    const holder = await ports.holder(port);
    if (holder.kind !== 'held') throw new Error('not held');
    expect(new Set(holder.owners.map(({ pid }) => pid))).toEqual(new Set([process.pid, other.pid]));
  });

  it('list the parent only when a child has inherited the socket', async () => {
    const port = await freePort();
    const parent = await startPython(releases, forking, port);
    expect(await ports.holder(port)).toMatchObject({ kind: 'held', owners: [{ pid: parent.pid }] });
  });

  it('see a socket that is bound and does not listen', async () => {
    const port = await freePort();
    await startPython(releases, binding, port);
    expect(await ports.isFree(port)).toBe(false);
    expect(await ports.holder(port)).toEqual({ kind: 'held', owners: [] });
  });

  it('name nobody when the holder belongs to another user', async ({ skip }) => {
    if (process.geteuid?.() !== 0) skip('only root can start a program as another user');
    const port = await freePort();
    await startPython(releases, listening, port);
    const script = `
      import { createPorts } from ${JSON.stringify(new URL('../../src/adapters/network/ports.ts', import.meta.url).href)};
      process.setuid(65534);
      console.log(JSON.stringify(await createPorts().holder(${port})));
    `;
    const asker = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [answer] = (await once(asker.stdout, 'data')) as [Buffer];
    expect(JSON.parse(answer.toString())).toEqual({ kind: 'held', owners: [] });
  });
});

describe.runIf(process.platform === 'linux')('how a holder was started', () => {
  const ports = createPorts();
  const folder = tempFolder();
  const releases: (() => unknown)[] = [];
  afterEach(() => {
    for (const release of releases.splice(0)) release();
  });
  const python = join(folder, 'venv', 'bin', 'python');
  beforeAll(() => {
    mkdirSync(join(folder, 'venv', 'bin'), { recursive: true });
    symlinkSync(realPython(), python);
  });

  it.each([
    ['by its path', python],
    ['by a path from where it stands', './venv/bin/python'],
    ['by its name, looked up on its own PATH', 'python'],
  ])('is told with links not resolved, when it was %s', async (_, program) => {
    const port = await freePort();
    const child = spawn(program, ['-c', listening, String(port)], {
      cwd: folder,
      env: { PATH: `${join(folder, 'venv', 'bin')}:/usr/bin:/bin` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    releases.push(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    const holder = await ports.holder(port);
    const owner = holder.kind === 'held' ? holder.owners[0] : undefined;
    expect(owner?.pid).toBe(child.pid);
    expect(owner && (await ports.startOf(owner))).toEqual({ program: python, cwd: folder });
  });

  it('is not told of another process that has its number now', async () => {
    expect(await ports.startOf({ pid: process.pid, startTime: '1' })).toBeUndefined();
    expect(await ports.startOf({ pid: 2 ** 22 + 1, startTime: '1' })).toBeUndefined();
  });
});

async function listen(options: ListenOptions): Promise<() => Promise<void>> {
  const server: Server = createServer();
  server.listen(options);
  await once(server, 'listening');
  return async () => {
    server.close();
    await once(server, 'close');
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Starts a small program that says `ready` when it has done its thing to the port. */
async function startPython(releases: (() => unknown)[], script: string, port: number): Promise<ChildProcess> {
  const child = spawn('/usr/bin/env', ['python3', '-c', script, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  releases.push(() => process.kill(-(child.pid ?? 0), 'SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

const open = `
import os, socket, sys, time
s = socket.socket()
`;
const say = `
print("ready", flush=True)
time.sleep(100)
`;
const binding = `${open}s.bind(("127.0.0.1", int(sys.argv[1])))${say}`;
const listening = `${open}s.bind(("127.0.0.1", int(sys.argv[1])))\ns.listen()${say}`;
const sharing = `${open}s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)\ns.bind(("127.0.0.1", int(sys.argv[1])))\ns.listen()${say}`;
const forking = `${open}s.bind(("127.0.0.1", int(sys.argv[1])))\ns.listen()\nif os.fork() == 0: time.sleep(100)${say}`;
