import { Fault } from '../../base/fault.ts';
import type { AgentEvent } from '../../domain/agent-programs/agent-event.ts';
import type { FoundProgram, ProgramRunner } from '../../domain/agent-programs/agent-program.ts';
import { programHosts, reachOf } from '../../domain/agent-programs/hosts.ts';
import { socketInside } from '../../domain/daemon/attempt-socket-path.ts';
import type { AgentPrograms, ProgramWork } from '../../ports/agent-programs.ts';
import type { Files } from '../../ports/files.ts';
import type { Processes } from '../../ports/processes.ts';
import type { WalledProgram, WallExit, Walls, WallSpec } from '../../ports/walls.ts';
import { findProgram } from '../host/search-path.ts';
import { followAcp } from './acp.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import type { Dialect, Launch, LaunchOptions } from './dialect.ts';
import { findLogin, secretsOf } from './find-login.ts';
import { followLines } from './follow-lines.ts';
import { opencode } from './opencode.ts';
import { needsOf } from './program-needs.ts';
import { skillFiles } from './skill-files.ts';

const dialects: Readonly<Record<Exclude<ProgramRunner, 'acp'>, Dialect>> = {
  'claude-code': claudeCode,
  codex,
  opencode,
};

const versionTimeoutMs = 20_000;
const stopGraceMs = 5_000;
/** Characters of stderr that are kept: its end says why. */
const mostErrorText = 4_000;
/** Given to a server that needs no key: programs refuse to begin without one. */
const noKey = 'none-needed';

interface Parts {
  readonly walls: Walls;
  readonly files: Files;
  readonly processes: Processes;
  readonly searchPath: readonly string[];
  readonly homeDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told what of logins and keys a program is given. */
  readonly learn?: (secrets: readonly string[]) => void;
  /** How this very program is started, and what it needs to see for that: inside it serves the tools of an attempt. */
  readonly own: () => {
    readonly program: string;
    readonly args: readonly string[];
    readonly readable: readonly string[];
  };
}

/** Creates the port. Logins are looked for each time: a person may log in between two runs. */
export function createAgentPrograms(parts: Parts): AgentPrograms {
  return {
    find: (runner, options = {}) => findAgentProgram(parts, runner, options.command),
    work: (work, options) => workThrough(parts, work, options),
  };
}

async function findAgentProgram(
  parts: Parts,
  runner: ProgramRunner,
  command?: readonly string[],
): Promise<FoundProgram | undefined> {
  const [name = runner === 'acp' ? '' : dialects[runner].command, ...args] = command ?? [];
  const path = name.startsWith('/') ? name : findProgram(name, parts.searchPath);
  const program = path === undefined ? undefined : await parts.files.realPath(path);
  if (program === undefined) return undefined;
  const version = await versionOf(parts, program);
  const login = runner === 'acp' ? null : (await findLogin(dialects[runner], parts)).login;
  return { runner, program, args, version, login };
}

/** The first thing that looks like a version in what `--version` prints; null: it prints none, or cannot be run. */
async function versionOf({ processes, searchPath }: Parts, program: string): Promise<string | null> {
  try {
    const env = { LC_ALL: 'C', PATH: searchPath.join(':') };
    const { stdout } = await processes.run({ program, args: ['--version'], env, timeoutMs: versionTimeoutMs });
    return /\d+\.\d+(?:\.[\w.-]+)?/.exec(stdout)?.[0] ?? null;
  } catch (error) {
    if (error instanceof Fault && error.code === 'PROCESS_FAILED') return null;
    throw error;
  }
}

async function* workThrough(
  parts: Parts,
  work: ProgramWork,
  options: Parameters<AgentPrograms['work']>[1],
): AsyncIterable<AgentEvent> {
  const { walls } = parts;
  const own = parts.own();
  const tools = work.toolSocket === null ? null : { command: own.program, args: [...own.args, 'mcp'] };
  const given: LaunchOptions = { tools, key: await serverKey(parts, work) };
  const walled = await wallSpec(parts, work, given);
  const { level, by } = await walls.probe();
  // Where a wall holds it is put up, whatever was allowed.
  const spec = options.unwalled === true && level === 'L0' ? withoutWall(walled, work) : walled;
  const program = await walls.open(spec, options);
  const errorText = keepEnd(program.stderr).catch(() => '');
  try {
    const { egress, loopback } = spec;
    yield { kind: 'walled', level, by, egress, loopback };
    yield* follow(program, work, given);
    const exit = work.found.runner === 'acp' ? await endOf(program) : await program.exited;
    yield { kind: 'ended', ...exit, errorText: await errorText };
  } finally {
    await program.stop({ graceMs: stopGraceMs });
  }
}

const follow = (program: WalledProgram, work: ProgramWork, given: LaunchOptions): AsyncIterable<AgentEvent> =>
  work.found.runner === 'acp'
    ? followAcp(program, work, given)
    : followLines(program, dialects[work.found.runner], work.prompt);

async function wallSpec(parts: Parts, work: ProgramWork, given: LaunchOptions): Promise<WallSpec> {
  const { found, server } = work;
  const launch: Launch =
    found.runner === 'acp' ? { args: [], env: {}, home: [] } : dialects[found.runner].launch(work, given);
  const needs = await needsOf(parts, found.program);
  const login = server === null && found.runner !== 'acp' ? await loginFor(parts, dialects[found.runner]) : nothing;
  const reach =
    server === null ? { egress: [...programHosts[found.runner], ...work.hosts], loopback: [] } : reachOf(server.url);
  return {
    program: found.program,
    args: [...found.args, ...launch.args],
    env: {
      GIT_DIR: work.gitDir,
      GIT_WORK_TREE: work.dir,
      LANG: 'C.UTF-8',
      PATH: [...needs.path, '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
      TERM: 'dumb',
      ...(work.toolSocket === null ? {} : { ORCHESTRATE_SOCKET: socketInside }),
      ...launch.env,
      ...login.env,
    },
    cwd: work.dir,
    writable: [work.dir, work.gitDir],
    readable: [...needs.readable, ...(work.toolSocket === null ? [] : parts.own().readable)],
    protected: [],
    covers: work.covers,
    home: [...launch.home, ...login.home, ...(await skillFiles(parts, work.extras.skills))],
    egress: reach.egress,
    loopback: reach.loopback,
    sockets: work.toolSocket === null ? [] : [{ from: work.toolSocket, at: socketInside }],
    limits: work.limits,
    mark: work.mark,
  };
}

/** Without a wall the socket is where it lies. */
const withoutWall = (spec: WallSpec, { toolSocket }: ProgramWork): WallSpec =>
  toolSocket === null ? spec : { ...spec, env: { ...spec.env, ORCHESTRATE_SOCKET: toolSocket } };

/** A server of the protocol has no end of its own: it ends as it is told, and whether it did its work is in what it said. */
async function endOf(program: WalledProgram): Promise<WallExit> {
  await program.stop({ graceMs: stopGraceMs });
  const { limit } = await program.exited;
  return { exitCode: 0, signal: null, limit };
}

const nothing: Pick<Launch, 'env' | 'home'> = { env: {}, home: [] };

/** The one login that the program needs, and nothing else of the person's HOME; a refreshed one goes back to its file. */
async function loginFor(parts: Parts, dialect: Dialect): Promise<Pick<Launch, 'env' | 'home'>> {
  const found = await findLogin(dialect, parts);
  if (found.login === 'none') return nothing;
  parts.learn?.(
    found.from === 'variable' ? [parts.env[found.name] ?? ''] : secretsOf(await parts.files.readText(found.path)),
  );
  if (found.from === 'variable') return { ...nothing, env: { [found.name]: parts.env[found.name] ?? '' } };
  return { ...nothing, home: [{ path: dialect.loginFile, from: found.path, mode: 0o600, keep: true }] };
}

/** Fault `MODEL_KEY_MISSING`. */
async function serverKey({ env, files, learn }: Parts, { server }: ProgramWork): Promise<string> {
  const key = server?.key ?? null;
  if (key === null) return noKey;
  const value = key.kind === 'environment' ? env[key.name] : (await files.readText(key.path))?.trim();
  if (value) {
    learn?.([value]);
    return value;
  }
  const where = key.kind === 'environment' ? key.name : key.path;
  throw new Fault('MODEL_KEY_MISSING', `The key of ${server?.url} is not there: ${where}.`, {
    state: 'Nothing was started.',
  });
}

async function keepEnd(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let end = '';
  for await (const chunk of chunks) end = (end + decoder.decode(chunk, { stream: true })).slice(-mostErrorText);
  return end;
}
