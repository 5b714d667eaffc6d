import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { makeDemoWorld } from '../../demo/make.ts';
import type { WheelSpec } from '../../demo/wheels.ts';
import { makeIndex } from '../../demo/wheels.ts';
import type { Entry } from '../../src/ports/index.ts';
import { endProcessesOf, signal, until } from './fault-processes.ts';
import {
  buildProgram,
  type CommandResult,
  type Mutation,
  quickWatch,
  type RunningCommand,
  startCommand,
} from './fault-program.ts';
import { Resident } from './resident.ts';

export interface WorldOptions {
  readonly mutations?: readonly Mutation[];
  /** More wheels in the index. */
  readonly wheels?: readonly WheelSpec[];
  /** Replacements in orchestrate.yaml, committed as the person would. It says `watch-time: 200ms`. */
  readonly config?: readonly (readonly [find: string, replace: string])[];
  /** Slots of each of the three trees; as built in when left out. */
  readonly slots?: number;
  /** Arguments of `init` beside the usual ones. */
  readonly init?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** An installation of the demonstration in a temporary folder, with a build of the program of its own. */
export class FaultWorld {
  readonly base: string;
  readonly home: string;
  /** Of production. */
  readonly port: number;
  /** Of the tree `env-setup`: each world has its own, so that worlds beside each other do not meet. */
  readonly treePort: number;
  readonly entry: string;
  env: Readonly<Record<string, string>>;
  #resident: Resident | undefined;

  private constructor(parts: {
    base: string;
    home: string;
    port: number;
    treePort: number;
    entry: string;
    env: Readonly<Record<string, string>>;
  }) {
    this.base = parts.base;
    this.home = parts.home;
    this.port = parts.port;
    this.treePort = parts.treePort;
    this.entry = parts.entry;
    this.env = parts.env;
  }

  /** Makes the world and adopts it; production is not started. */
  static async create(options: WorldOptions = {}): Promise<FaultWorld> {
    // Short: sockets lie below it.
    const base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'orc-f-')));
    const live = join(base, 'live');
    for (const name of ['h', 'run', 'state']) fs.mkdirSync(join(live, name), { recursive: true, mode: 0o700 });
    const env = {
      PATH: `${pythonFolder()}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
      HOME: join(live, 'h'),
      XDG_STATE_HOME: join(live, 'state'),
      XDG_RUNTIME_DIR: join(live, 'run'),
      XDG_CACHE_HOME: join(live, 'h/.cache'),
      XDG_CONFIG_HOME: join(live, 'h/.config'),
      // As `bin/orchestrate.cjs` does it: what one process compiled, the next one reads.
      NODE_COMPILE_CACHE: join(base, 'compiled'),
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      ...options.env,
    };
    const entry = await buildProgram(join(base, 'program'), [quickWatch, ...(options.mutations ?? [])]);
    const treePort = await freePort();
    setTreePort(join(base, 'program'), { tree: 'env-setup', was: 8188, port: treePort });
    for (const [tree, was] of [
      ['models-integ', 8189],
      ['ops-maint', 8190],
    ] as const)
      setTreePort(join(base, 'program'), { tree, was, port: await freePort() });
    if (options.slots !== undefined) setSlots(join(base, 'program'), options.slots);
    const world = new FaultWorld({ base, home: join(live, 'home'), port: await freePort(), treePort, entry, env });
    const demo = makeDemoWorld({ folder: join(live, 'w') });
    if (options.wheels) makeIndex({ into: demo.index.folder, extra: options.wheels });
    const { home, port } = world;
    await world.ok(
      [
        'init',
        home,
        '--comfyui',
        demo.comfyui.path,
        '--index',
        demo.index.folder,
        '--require',
        'torch==2.10.0',
        '--workflow',
        demo.smokeWorkflow,
        '--port',
        String(port),
        '--cpu',
        '--yes',
        '--json',
        ...(options.init ?? []),
      ],
      { cwd: live },
    );
    if (options.config) world.edit('orchestrate.yaml', options.config);
    return world;
  }

  get live(): string {
    return join(this.base, 'live');
  }

  get id(): string {
    return /^id: ["']?([^\s"']+)/m.exec(fs.readFileSync(join(this.home, 'orchestrate.yaml'), 'utf8'))?.[1] ?? '';
  }

  get state(): string {
    return join(this.live, 'state/orchestrate', this.id);
  }

  get store(): string {
    return join(this.state, 'store.git');
  }

  /** Keeps the world as it is on disk under a name. Nothing of it may run. */
  keep(name: string): void {
    fs.rmSync(join(this.base, name), { recursive: true, force: true });
    execFileSync('cp', ['-a', '--reflink=auto', this.live, join(this.base, name)]);
  }

  /** Brings the world back to what was kept, at the same paths: they are absolute in many places. */
  async bringBack(name: string): Promise<void> {
    await endProcessesOf(this.base);
    fs.rmSync(this.live, { recursive: true, force: true });
    execFileSync('cp', ['-a', '--reflink=auto', join(this.base, name), this.live]);
  }

  start(
    args: readonly string[],
    options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
  ): RunningCommand {
    return startCommand({
      entry: this.entry,
      args,
      cwd: options.cwd ?? this.home,
      env: { ...this.env, ...options.env },
    });
  }

  run(
    args: readonly string[],
    options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
  ): Promise<CommandResult> {
    if (this.#resident?.takes(args) !== true) return this.start(args, options).done;
    return this.#resident.run({ args, cwd: options.cwd ?? this.home, env: { ...this.env, ...options.env } });
  }

  /** From now on `run` and `ok` have their commands run by one process; `start` begins one of its own as ever. */
  loadOnce(): void {
    this.#resident ??= new Resident(this.entry);
  }

  /** Runs a command that must succeed. */
  async ok(
    args: readonly string[],
    options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
  ): Promise<CommandResult> {
    const result = await this.run(args, options);
    if (result.exitStatus !== 0)
      throw new Error(
        `orchestrate ${args.join(' ')} ended with ${result.exitStatus ?? result.signal}:\n${result.out}\n${result.err}`,
      );
    return result;
  }

  /** Runs git as the person would. */
  git(args: readonly string[], cwd: string = this.home): string {
    const env = {
      ...this.env,
      GIT_AUTHOR_NAME: 'Anna',
      GIT_AUTHOR_EMAIL: 'anna@example.invalid',
      GIT_COMMITTER_NAME: 'Anna',
      GIT_COMMITTER_EMAIL: 'anna@example.invalid',
    };
    return execFileSync('git', [...args], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
  }

  /** Edits a file and commits it, as the person would. */
  edit(file: string, replacements: readonly (readonly [string, string])[]): void {
    const path = join(this.home, file);
    let text = fs.readFileSync(path, 'utf8');
    for (const [find, replace] of replacements) {
      if (!text.includes(find)) throw new Error(`${file} does not hold ${find}`);
      text = text.replace(find, replace);
    }
    fs.writeFileSync(path, text);
    this.git(['add', file]);
    this.git(['commit', '--quiet', '-m', `edit ${file}`]);
  }

  /** Reads the journal, oldest first. */
  journal(): readonly Entry[] {
    const db = new DatabaseSync(join(this.state, 'ledger.db'), { readOnly: true, timeout: 10_000 });
    try {
      return db
        .prepare('SELECT seq, at_ms, epoch, kind, run, keys, data, prev, hash FROM journal ORDER BY seq')
        .all()
        .map((row) => ({
          seq: row['seq'] as number,
          atMs: row['at_ms'] as number,
          epoch: row['epoch'] as number,
          kind: row['kind'] as string,
          run: row['run'] as string | null,
          keys: JSON.parse(row['keys'] as string) as string[],
          data: JSON.parse(row['data'] as string) as Entry['data'],
          prev: row['prev'] as string,
          hash: row['hash'] as string,
        }));
    } finally {
      db.close();
    }
  }

  rows(kind: string): readonly Entry[] {
    return this.journal().filter((one) => one.kind === kind);
  }

  /** The process id that the newest supervisor wrote down. */
  supervisorPid(): number {
    return this.rows('supervisor.started').at(-1)?.data['pid'] as number;
  }

  /** Asks the supervisor to end, and waits until it did. */
  async endSupervisor(): Promise<void> {
    const pid = this.supervisorPid();
    if (pid === undefined || !isOurs(pid, this.home)) return;
    signal(pid, 'SIGTERM');
    await until('the supervisor to end', () => !isOurs(pid, this.home), 15_000);
  }

  async remove(): Promise<void> {
    this.#resident?.end();
    await endProcessesOf(this.base);
    fs.rmSync(this.base, { recursive: true, force: true });
  }

  /** Hash of the content of all tracked files as they are on disk. */
  trackedBytes(): string {
    const hash = createHash('sha256');
    for (const path of this.git(['ls-files', '-z']).split('\0').filter(Boolean).sort()) {
      const file = join(this.home, path);
      const stat = fs.lstatSync(file, { throwIfNoEntry: false });
      hash.update(
        `${path}\0${stat === undefined ? 'absent' : stat.isSymbolicLink() ? fs.readlinkSync(file) : fs.readFileSync(file, 'latin1')}\0${String((stat?.mode ?? 0) & 0o111)}\0`,
      );
    }
    return hash.digest('hex');
  }
}

function isOurs(pid: number, home: string): boolean {
  try {
    const argv = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return argv.includes('supervise') && argv.includes(home);
  } catch {
    return false;
  }
}

/** Where the interpreter itself is: what is called python3 may be a script that looks for it each time. */
function pythonFolder(): string {
  return dirname(execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim());
}

function setSlots(program: string, slots: number): void {
  for (const file of fs.globSync('trees/*.yaml', { cwd: program }).map((name) => join(program, name))) {
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.replace(/^slots: \d+$/m, `slots: ${slots}`));
  }
}

function setTreePort(program: string, { tree, was, port }: { tree: string; was: number; port: number }): void {
  const file = join(program, `trees/${tree}.yaml`);
  const text = fs.readFileSync(file, 'utf8');
  if (!text.includes(`home-port: ${was}`)) throw new Error(`${file} no longer says home-port: ${was}`);
  fs.writeFileSync(file, text.replace(`home-port: ${was}`, `home-port: ${port}`));
}

let nextPort = 20_000 + ((process.pid * 16) % 10_000);

/** Returns a port that nobody has, below those that the kernel hands out by itself. Never the same twice. */
export async function freePort(): Promise<number> {
  for (;;) {
    nextPort += 1;
    if (await isFree(nextPort)) return nextPort;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '::', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Does the work in a world of its own, with a program in which a defence is off. */
export async function inMutant<T>(
  mutations: readonly Mutation[],
  work: (mutant: FaultWorld) => Promise<T>,
  options: Omit<WorldOptions, 'mutations'> = {},
): Promise<T> {
  const mutant = await FaultWorld.create({ ...options, mutations });
  try {
    return await work(mutant);
  } finally {
    await mutant.remove();
  }
}
