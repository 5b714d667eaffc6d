import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { afterAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';

import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import { createLinuxProcessTable } from '../../../src/adapters/process/linux-process-table.ts';
import { createWalls } from '../../../src/adapters/walls/walls.ts';
import type { WallSpec } from '../../../src/ports/walls.ts';
import { eventually } from '../support/eventually.ts';
import { faultOf } from '../support/fault-of.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { noWall, outcome, wallSpec } from '../support/wall-spec.ts';

const spawner = createInProcessSpawner();
afterAll(() => spawner.close());
const walls = createWalls({ spawner, searchPath: ['/usr/bin', '/bin'] });
const none = createWalls({ spawner, searchPath: [] });
const { signal } = new AbortController();
const outside = tempFolder();
const token = `canary-${process.pid}-${Math.round(performance.now())}`;

const inWall = async (spec: WallSpec) => outcome(await walls.open(spec, { signal }));
/** The control: the same program, and no wall. */
const withoutWall = async (spec: WallSpec) => outcome(await none.open(spec, { signal, unwalled: true }));

const skipWithoutWall = ({ skip }: TestContext): void => {
  if (noWall !== undefined) skip(noWall);
};

describe('a program of a model, in its wall', () => {
  beforeEach(skipWithoutWall);

  it('A61: reads no key, no other worktree, and nothing of the process that started it', async () => {
    const secrets = ['home/.ssh/id_ed25519', 'trees/other/notes', 'state/ledger.db'].map((path) => join(outside, path));
    for (const path of secrets) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, token);
    }
    const mother = spawn('/bin/sleep', ['60'], { env: { KEY: token }, stdio: 'ignore' });
    const spec = wallSpec(
      `cat ${secrets.join(' ')} /proc/${mother.pid}/environ /etc/shadow /proc/*/environ 2>&1 | tr '\\0' '\\n'`,
    );
    const [control, walled] = [await withoutWall(spec), await inWall(spec)];
    mother.kill();
    expect(control.stdout.split(token).length - 1).toBeGreaterThanOrEqual(secrets.length + 1);
    expect(walled.stdout).not.toContain(token);
    expect(walled.stdout).toMatch(/shadow: No such file/);
  });

  it('A62: writes to none of ten places outside', async () => {
    const targets = [
      ...['main/README.md', 'main/.git/config', 'main/.git/HEAD', 'main/.git/hooks/post-commit', 'store.git/config'],
      ...['other/a', 'home2/.bashrc', 'home2/.ssh/authorized_keys', 'state2/ledger.db', 'cron/daily'],
    ].map((path) => join(outside, path));
    const reset = (): void =>
      targets.forEach((path) => {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, 'as it was');
      });
    const changed = (): number => targets.filter((path) => readFileSync(path, 'utf8') !== 'as it was').length;
    const spec = wallSpec(targets.map((path) => `(echo x > ${path})`).join('; '), {
      readable: [join(outside, 'main')],
    });
    reset();
    await withoutWall(spec);
    expect(changed()).toBe(10);
    reset();
    const { stderr } = await inWall(spec);
    expect(changed()).toBe(0);
    expect(stderr.match(/Read-only file system/g)).toHaveLength(4);
  });

  it('A63: reaches no network: TCP, UDP, names, metadata, loopback, abstract and other sockets', async () => {
    const heard = new Set<string>();
    const outer = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.internal === false && one.family === 'IPv4');
    const abstract = `\0${token}`;
    const docker = join(outside, 'docker.sock');
    const servers = [
      ['tcp', { host: '127.0.0.1', port: 0 }],
      ['outer', { host: outer?.address ?? '127.0.0.1', port: 0 }],
      ['abstract', { path: abstract }],
      ['docker', { path: docker }],
    ] as const;
    const listening = await Promise.all(
      servers.map(async ([name, at]) => {
        const server = createServer((client) => void (heard.add(name), client.destroy()));
        await once(server.listen(at), 'listening');
        return server;
      }),
    );
    const udp = createSocket('udp4', () => heard.add('udp'));
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    const [tcpPort, outerPort] = listening.map((server) => Number((server.address() as { port?: number }).port));
    const program = `
      const net = require('node:net'), dns = require('node:dns'), dgram = require('node:dgram');
      const [tcp, outer, udp] = [${tcpPort}, ${outerPort}, ${udp.address().port}];
      for (const at of [{ host: '127.0.0.1', port: tcp }, { host: ${JSON.stringify(outer?.address ?? '127.0.0.1')}, port: outer },
        { path: ${JSON.stringify(abstract)} }, { path: ${JSON.stringify(docker)} }]) net.connect(at).on('error', () => {});
      const socket = dgram.createSocket('udp4').on('error', () => {});
      socket.send('x', udp, '127.0.0.1', () => socket.close());
      const resolver = new dns.Resolver({ timeout: 300, tries: 1 });
      resolver.setServers(['127.0.0.1:' + udp]);
      resolver.resolve4('example.org', () => {});
      net.connect({ host: '169.254.169.254', port: 80, timeout: 500 }).on('error', (error) => console.log(error.code)).on('timeout', function () { this.destroy(); });
      setTimeout(() => process.exit(), 1200);
    `;
    const spec = (node: string) => ({ ...wallSpec(''), program: node, args: ['-e', program] });
    await withoutWall(spec(process.execPath));
    const control = [...heard].sort();
    heard.clear();
    const walled = await inWall(spec('/run/orchestrate/node'));
    for (const server of listening) server.close();
    udp.close();
    expect(control).toEqual(['abstract', 'docker', 'outer', 'tcp', 'udp']);
    expect([...heard]).toEqual([]);
    expect(walled.stdout).toContain('ENETUNREACH');
  });

  it('A65: leaves no daemon behind when it is stopped', async () => {
    const beats = (dir: string): number => (existsSync(join(dir, 'beat')) ? statSync(join(dir, 'beat')).size : 0);
    const daemon = `(setsid sh -c 'while :; do printf x >> beat; sleep 0.05; done' </dev/null >/dev/null 2>&1 &) & sleep 60`;
    const alone = wallSpec(daemon, { mark: token });
    const child = spawn('/bin/sh', ['-c', daemon], {
      cwd: alone.cwd,
      env: { ORCHESTRATE_MARK: token },
      detached: true,
    });
    await eventually('the daemon to live', () => beats(alone.cwd) > 1);
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await pause(300);
    const before = beats(alone.cwd);
    await pause(300);
    const table = createLinuxProcessTable();
    const survivors = (await table.marked()).filter(({ mark }) => mark === token);
    for (const { pid } of survivors) process.kill(pid, 'SIGKILL');
    // To end its group is not enough.
    expect(beats(alone.cwd)).toBeGreaterThan(before);

    const spec = wallSpec(daemon, { mark: `${token}-walled` });
    const program = await walls.open(spec, { signal });
    await eventually('the daemon to live', () => beats(spec.cwd) > 1);
    await program.stop({ graceMs: 100 });
    const atStop = beats(spec.cwd);
    await pause(500);
    expect(beats(spec.cwd)).toBe(atStop);
    expect((await table.marked()).filter(({ mark }) => mark === `${token}-walled`)).toEqual([]);
  });

  it('A67: is not started where the wall is missing, or does not hold', async () => {
    const spec = wallSpec('echo ran > ran');
    const ran = (): boolean => existsSync(join(spec.cwd, 'ran'));
    expect((await faultOf(none.open(spec, { signal }))).code).toBe('WALL_MISSING');
    expect(ran()).toBe(false);
    // A bubblewrap that leaves the network open, and one that puts up no wall at all.
    for (const [name, script] of [
      [
        'open',
        'case $1 in --args) shift 2; exec /usr/bin/bwrap --args 3 --share-net "$@";; *) exec /usr/bin/bwrap "$@";; esac',
      ],
      ['absent', 'case $1 in --args) shift 3; echo "{ \\"child-pid\\": $$ }" >&4; exec "$@";; *) echo 9.9.9;; esac'],
    ] as const) {
      const dir = join(outside, name);
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, 'bwrap'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      const broken = createWalls({ spawner, searchPath: [dir] });
      const fault = await faultOf(broken.open(spec, { signal }));
      expect(fault.code).toBe('WALL_BROKEN');
      expect(await broken.probe()).toMatchObject({ level: 'L0' });
      expect(ran()).toBe(false);
    }
    await inWall(spec);
    expect(ran()).toBe(true);
  });

  it('A69: gets no mount through a link that it planted, and nothing is made outside', async () => {
    const victim = join(outside, 'victim');
    mkdirSync(victim);
    const spec = wallSpec('true');
    symlinkSync(victim, join(spec.cwd, '.vscode'));
    const target = join(spec.cwd, '.vscode', 'tasks.json');
    // The control: what is protected is made first, and whoever does not look follows the link.
    writeFileSync(target, '{}');
    expect(existsSync(join(victim, 'tasks.json'))).toBe(true);
    spawnSync('rm', [join(victim, 'tasks.json')]);
    for (const path of [target, join(spec.cwd, '.vscode')]) {
      const fault = await faultOf(walls.open({ ...spec, protected: [path] }, { signal }));
      expect(fault).toMatchObject({ code: 'WALL_BROKEN', state: 'The program was not started.' });
    }
    expect(existsSync(join(victim, 'tasks.json'))).toBe(false);
  });

  it('A78: has none of the keys of the environment that it was started from', async () => {
    const keys = ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GITHUB_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'HF_TOKEN'];
    for (const key of keys) process.env[key] = token;
    try {
      const inherited = spawnSync('/usr/bin/env', { encoding: 'utf8' }).stdout;
      expect(inherited.split(token)).toHaveLength(keys.length + 1);
      const walled = await inWall(wallSpec('env; cat /proc/*/environ', { env: { LISTED: 'yes' } }));
      expect(walled.stdout).not.toContain(token);
      expect(walled.stdout).toContain('LISTED=yes');
      expect((await withoutWall(wallSpec('env'))).stdout).not.toContain(token);
    } finally {
      for (const key of keys) delete process.env[key];
    }
  });

  it('writes nothing that is protected, and what was put there for it is gone afterwards', async () => {
    const spec = wallSpec(
      'echo x > .mcp.json; mkdir .claude/x; rm -rf .git .claude; mv .git y; cat .mcp.json; ls -A',
      {},
    );
    writeFileSync(join(spec.cwd, '.git'), 'gitdir: x\n');
    const paths = ['.git', '.claude', '.mcp.json'].map((name) => join(spec.cwd, name));
    const { stdout } = await inWall({ ...spec, protected: paths });
    expect(stdout).toBe('{}\n.claude\n.git\n.mcp.json\n');
    expect(paths.map((path) => existsSync(path))).toEqual([true, false, false]);
    expect(readFileSync(join(spec.cwd, '.git'), 'utf8')).toBe('gitdir: x\n');
  });

  it('A69: is not started where a link lies in the place of what is covered: a mount would make a file where it leads', async () => {
    const spec = wallSpec('true');
    const empty = join(outside, 'empty');
    writeFileSync(empty, '');
    const made = join(outside, 'made-outside');
    const covers = [{ from: empty, at: join(spec.cwd, 'AGENTS.md') }];
    writeFileSync(join(spec.cwd, 'AGENTS.md'), 'orders\n');
    // A plain file there is covered, and the program runs.
    expect((await inWall({ ...spec, covers })).exitCode).toBe(0);
    rmSync(join(spec.cwd, 'AGENTS.md'));
    symlinkSync(`/oldroot${made}`, join(spec.cwd, 'AGENTS.md'));
    expect((await faultOf(inWall({ ...spec, covers }))).code).toBe('WALL_BROKEN');
    expect(existsSync(made)).toBe(false);
  });

  it('keeps what is protected in one wall when another one over the same slot ends', async () => {
    const spec = wallSpec('cat; echo x > .mcp.json; cat .mcp.json');
    const protectedPaths = ['.mcp.json', '.gitattributes', '.claude'].map((name) => join(spec.cwd, name));
    const first = await walls.open({ ...spec, protected: protectedPaths }, { signal });
    await inWall({ ...spec, args: ['-c', 'true'], protected: protectedPaths });
    expect(protectedPaths.map((path) => existsSync(path))).toEqual([true, true, true]);
    expect((await outcome(first)).stdout).toBe('{}\n');
    expect(protectedPaths.map((path) => existsSync(path))).toEqual([false, false, false]);
  });

  it('uses the devices of the host and changes none of them', async () => {
    const modes = () => ['null', 'zero', 'full', 'urandom', 'tty'].map((name) => statSync(`/dev/${name}`).mode);
    const before = modes();
    const { stdout } = await inWall(
      wallSpec('chmod 600 /dev/null /dev/full; touch /dev/null; echo x > /dev/null && head -c 4 /dev/zero | wc -c'),
    );
    expect(stdout).toBe('4\n');
    expect(modes()).toEqual(before);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('has a HOME of its own; a login that it refreshed is kept, one that it broke is not', async () => {
    const from = join(outside, 'login.json');
    const login = (path: string) => ({ path, from, keep: true as const });
    const outcomes: string[] = [];
    const old = '{"token":"old","who":"anna"}';
    const fresh = '{"token":"new","who":"anna"}';
    const others = [
      '{"token":"new","who":"anna","more":1}',
      '{"token":"http://x","who":"anna"}',
      '{"token":"new","who":"eve"}',
    ];
    for (const text of [fresh, ...others, '{"token":', '']) {
      writeFileSync(from, old, { mode: 0o600 });
      await inWall(
        wallSpec(`printf '%s' '${text}' > ~/.tool/login.json; touch ~/x`, { home: [login('.tool/login.json')] }),
      );
      outcomes.push(readFileSync(from, 'utf8'));
    }
    expect(outcomes).toEqual([fresh, old, old, old, old, old]);
    expect(statSync(from).mode & 0o777).toBe(0o600);
  });
});

describe('a supervisor that is killed', () => {
  beforeEach(skipWithoutWall);

  it('takes its programs with it, and what it left is swept by the next', async () => {
    const spec = wallSpec('echo up > up; setsid sleep 300 & sleep 300', { mark: `${token}-orphan` });
    const program = join(outside, 'supervisor.ts');
    const from = new URL('../../../src/adapters/', import.meta.url).href;
    writeFileSync(
      program,
      `import { createInProcessSpawner } from '${from}process/in-process-spawner.ts';
       import { createWalls } from '${from}walls/walls.ts';
       const walls = createWalls({ spawner: createInProcessSpawner(), searchPath: ['/usr/bin', '/bin'] });
       await walls.open(${JSON.stringify(spec)}, { signal: new AbortController().signal });
       setInterval(() => {}, 1000);`,
    );
    const env = { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] };
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], { env, stdio: 'ignore' });
    await eventually('the program to be up', () => existsSync(join(spec.cwd, 'up')));
    const left = (): readonly string[] =>
      readdirSync(tmpdir()).filter((name) => name.startsWith(`orchestrate-wall-${child.pid}-`));
    expect(left()).toHaveLength(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const table = createLinuxProcessTable();
    await eventually(
      'all of it to be gone',
      async () => (await table.marked()).every(({ mark }) => mark !== `${token}-orphan`),
      2_000,
    );
    await inWall(wallSpec('true'));
    expect(left()).toEqual([]);
  });
});
