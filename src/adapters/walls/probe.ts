import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';

import { faultRecord } from '../../base/fault.ts';
import { forbiddenActNames, levelOf } from '../../domain/walls/forbidden-acts.ts';
import type { ProbedAct, WallProbe, WallSpec } from '../../ports/walls.ts';
import type { Bubblewrap } from './bubblewrap.ts';
import { openInside } from './open-inside.ts';
import { ownHelper } from './own-helper.ts';
import { inside } from './places-inside.ts';

const probeMs = 30_000;

/** Puts up a wall as agents get it, around a program of ours that tries the eight acts, and judges by what is there outside. */
export async function probeWall(bubblewrap: Bubblewrap): Promise<WallProbe> {
  const by = `bubblewrap ${bubblewrap.version} at ${bubblewrap.path}`;
  const world = await makeWorld();
  try {
    const helper = ownHelper('wall-acts');
    const program = await openInside(bubblewrap, specOf(world, helper.at), {
      signal: AbortSignal.timeout(probeMs),
      onEgress: () => {},
      ours: [helper],
    });
    program.endInput();
    const [text, errors] = await Promise.all([textOf(program.stdout), textOf(program.stderr), program.exited]);
    const acts = judge(world, text, errors);
    return { level: levelOf(acts), acts, by };
  } catch (error) {
    const seen = `the wall was not there: ${faultRecord(error).message}`;
    return { level: 'L0', acts: forbiddenActNames.map((act) => ({ act, held: false, seen })), by };
  } finally {
    await world.end();
  }
}

/** What is outside and must stay as it is. */
interface World {
  readonly dir: string;
  readonly slot: string;
  readonly outside: string;
  readonly secret: string;
  readonly token: string;
  readonly git: string;
  readonly bystander: ChildProcess;
  readonly ports: readonly { readonly host: string; readonly port: number; readonly isLoopback: boolean }[];
  readonly abstract: string;
  /** Which of the listeners somebody reached. */
  readonly reached: Set<string>;
  end(): Promise<void>;
}

const gitText = 'gitdir: /nowhere\n';

async function makeWorld(): Promise<World> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'orchestrate-probe-')));
  const token = randomUUID();
  const [slot, secret] = [join(dir, 'slot'), join(dir, 'secret')];
  const git = join(slot, '.git');
  mkdirSync(slot);
  writeFileSync(secret, token, { mode: 0o600 });
  writeFileSync(git, gitText);
  const bystander = spawn('/bin/sleep', ['60'], { env: { ORCHESTRATE_PROBE: token }, stdio: 'ignore' });
  bystander.on('error', () => {});
  const reached = new Set<string>();
  const servers: Server[] = [];
  const ports: { host: string; port: number; isLoopback: boolean }[] = [];
  const open = async (at: { host: string } | { path: string }, name: string): Promise<number> => {
    const server = createServer((client) => {
      reached.add(name);
      client.destroy();
    });
    servers.push(server);
    server.listen('path' in at ? at.path : { host: at.host, port: 0 });
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  const outer = Object.values(networkInterfaces())
    .flat()
    .find((one) => one !== undefined && !one.internal && one.family === 'IPv4');
  for (const host of ['127.0.0.1', ...(outer === undefined ? [] : [outer.address])])
    ports.push({ host, port: await open({ host }, host), isLoopback: host === '127.0.0.1' });
  // The program is told this name, and never the token.
  const abstract = `\0orchestrate-${randomUUID()}`;
  await open({ path: abstract }, 'abstract socket');
  return {
    ...{ dir, slot, secret, token, git, bystander, ports, abstract, reached, outside: join(dir, 'outside') },
    async end() {
      bystander.kill('SIGKILL');
      await Promise.all(servers.map((server) => new Promise((resolve) => void server.close(resolve))));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const specOf = (world: World, helper: string): WallSpec => ({
  program: inside.node,
  args: [
    '--disable-warning=ExperimentalWarning',
    helper,
    JSON.stringify({
      ...{ outside: world.outside, secret: world.secret, git: world.git, pid: world.bystander.pid ?? -1 },
      // One beyond this machine, too: it answers nobody, and a network would say something else than that there is none.
      addresses: [...world.ports, { host: '192.0.2.1', port: 443 }, { host: '169.254.169.254', port: 80 }],
      sockets: [world.abstract],
    }),
  ],
  env: {},
  cwd: world.slot,
  writable: [world.slot],
  readable: [],
  protected: [world.git],
  home: [],
  egress: [],
  loopback: [],
  sockets: [],
  limits: { memoryBytes: 2 ** 31, processes: 64, wallMs: probeMs, outputBytes: 2 ** 20, temporaryBytes: 2 ** 24 },
  mark: 'wall/probe',
});

function judge(world: World, text: string, errors: string): readonly ProbedAct[] {
  const said = saidBy(text);
  const { token, reached, bystander, ports } = world;
  const connections = said?.['connections'] ?? '';
  const isOut = (address: string): boolean => !/ (?:ENETUNREACH|EHOSTUNREACH|ENETDOWN|EPERM|EACCES)$/.test(address);
  const isInner = (one: string): boolean => one.startsWith('127.0.0.1') || one.startsWith('\0');
  const tried = (isWanted: (one: string) => boolean): string =>
    connections.split(', ').filter(isWanted).join(', ').replace(world.abstract, 'abstract socket');
  const beyond = connections.split(', ').filter((one) => /^(?:192\.0\.2\.1|169\.254)/.test(one) && isOut(one));
  const git = existsSync(world.git) ? readFileSync(world.git, 'utf8') : 'gone';
  const outer = ports.filter(({ isLoopback }) => !isLoopback).map(({ host }) => host);
  const isAlive = bystander.exitCode === null && bystander.signalCode === null && bystander.pid !== undefined;
  const rows: Readonly<Record<(typeof forbiddenActNames)[number], readonly [boolean, string]>> = {
    'write-outside': [
      !existsSync(world.outside),
      said?.['write-outside']?.replace('written', 'not there outside') ?? '',
    ],
    'read-secret': [!text.includes(token), said?.['read-secret'] ?? ''],
    'connect-out': [!outer.some((host) => reached.has(host)) && beyond.length === 0, tried((one) => !isInner(one))],
    'connect-loopback': [!reached.has('127.0.0.1') && !reached.has('abstract socket'), tried(isInner)],
    'see-processes': [!(said?.['see-processes'] ?? token).includes(token), 'only its own processes'],
    'nest-namespace': [/^(?!nested|no unshare)./.test(said?.['nest-namespace'] ?? ''), said?.['nest-namespace'] ?? ''],
    'write-git': [git === gitText, said?.['write-git'] ?? ''],
    'signal-parent': [isAlive, said?.['signal-parent'] ?? ''],
  };
  return forbiddenActNames.map((act) => {
    const [held, seen] = rows[act];
    if (said === undefined) return { act, held: false, seen: `it was not tried: ${errors.trim().slice(0, 200)}` };
    return { act, held, seen: held ? seen.replaceAll('\0', '@').slice(0, 200) : 'it succeeded, or was not tried' };
  });
}

function saidBy(text: string): Readonly<Record<string, string>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, string>>;
  } catch {
    return undefined;
  }
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
