import * as fs from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Entry } from '../../src/ports/index.ts';
import { checkAtTheKill, checkInvariants, checkSecondRecovery } from './fault-invariants.ts';
import { endProcessesOf, until, textOf } from './fault-processes.ts';
import type { FaultWorld } from './fault-world.ts';

/** A commit of the ledger as the control run named it. */
export interface Commit {
  readonly name: string;
  readonly nth: number;
  readonly rows: readonly string[];
}

/**
 * `run`: from the start of production until the change of "upgrade pytorch" is approved. `merge`: from the approval to
 * the end of the run. `undo`: the way back from there. Each phase begins from a copy of the world, to be quick.
 */
export type Phase = 'run' | 'merge' | 'undo';

export const phases: readonly Phase[] = ['run', 'merge', 'undo'];

const start = ['service', 'start', '--json'] as const;
const commandsOf: Readonly<Record<Phase, readonly (readonly string[])[]>> = {
  run: [start, ['run', 'upgrade pytorch', '--yes', '--json']],
  merge: [start, ['review', 'approve', 'c1', '--json']],
  undo: [start, ['undo', '--yes', '--json']],
};

export interface Kill {
  readonly phase: Phase;
  readonly commit: Commit;
  readonly when: 'before' | 'after';
}

export interface KillOutcome {
  readonly kill: Kill;
  /** False when the run never came to this commit: the kill says nothing then. */
  readonly fired: boolean;
  readonly broken: readonly string[];
  /** From the kill until the next supervisor had put everything right. */
  readonly recoveryMs: number | null;
  readonly durationMs: number;
}

/** What the world must be again after `undo`. */
export interface Original {
  readonly tree: string;
  readonly bytes: string;
  readonly environments: Readonly<Record<string, string>>;
  readonly commits: readonly string[];
}

/**
 * Makes the starting points of the phases and runs each of them without a kill. Returns the commits of the supervisor in
 * order; of a phase that was not asked for, none.
 */
export async function control(
  world: FaultWorld,
  wanted: readonly Phase[] = phases,
): Promise<{ commits: Readonly<Record<Phase, readonly Commit[]>>; original: Original }> {
  const original: Original = {
    tree: world.git(['rev-parse', 'HEAD^{tree}']),
    bytes: world.trackedBytes(),
    environments: environmentsOf(world),
    commits: world.git(['rev-list', 'HEAD']).split('\n'),
  };
  world.keep('start-run');
  const commits: Partial<Record<Phase, readonly Commit[]>> = {};
  const go = async (phase: Phase, extra: () => readonly string[] = () => []): Promise<void> => {
    const log = join(world.base, `commits-${phase}`);
    for (const args of commandsOf[phase]) await world.ok(args, { env: sweepEnv({ log, flag: '/nonexistent/flag' }) });
    await until('the run to be closed', () => world.rows('run.closed').length === world.rows('run.created').length);
    const broken = [...(await checkInvariants(world)), ...extra()];
    if (broken.length > 0) throw new Error(`the ${phase} without a kill is not sound:\n${broken.join('\n')}`);
    commits[phase] = read(log);
  };
  const keep = async (phase: Phase): Promise<void> => {
    await world.endSupervisor();
    await endProcessesOf(world.base);
    world.keep(`start-${phase}`);
  };
  if (wanted.includes('run')) await go('run');

  await world.bringBack('start-run');
  await world.ok(start);
  const waiting = await world.run(['run', 'upgrade pytorch', '--json']);
  if (waiting.exitStatus !== 7) throw new Error(`the run does not wait for a review: ${waiting.err}`);
  await world.ok(['service', 'stop', '--json']);
  await keep('merge');
  await world.bringBack('start-merge');
  await go('merge');

  if (wanted.includes('undo')) {
    await world.ok(['service', 'stop', '--json']);
    await keep('undo');
    await go('undo', () => checkUndone(world, original));
    const again = await checkSecondRecovery(world);
    if (again.length > 0) throw new Error(again.join('\n'));
  }
  const run = commits.run ?? [];
  const approved = run.findIndex((one) => one.name === 'machine.moved machine:c1 reviewing.asking>approved');
  return {
    commits: { run: run.slice(0, approved + 1), merge: commits.merge ?? [], undo: commits.undo ?? [] },
    original,
  };
}

/** The time decides how often these are written: they are no place to come back to. */
const isSteady = ({ name }: Commit): boolean => !name.startsWith('status.summarised');

const read = (file: string): readonly Commit[] =>
  fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Commit)
    .filter(isSteady);

/** Kills the supervisor once at the commit, lets the commands go on by themselves, and checks everything. */
export async function tryKill(world: FaultWorld, kill: Kill, original: Original): Promise<KillOutcome> {
  const startedMs = performance.now();
  const { phase, commit, when } = kill;
  await world.bringBack(`start-${phase}`);
  const flag = join(world.base, 'flag');
  fs.rmSync(flag, { force: true });
  const known = world.git(['rev-list', 'HEAD']).split('\n');
  const env = sweepEnv({ flag, at: commit.name, nth: commit.nth, when, look: [join(world.home, '.git'), world.store] });
  const broken: string[] = [];
  let recoveryMs: number | null = null;
  try {
    for (const args of commandsOf[phase]) {
      const result = await world.run(args, { env });
      if (result.exitStatus !== 0)
        broken.push(`end: ${args.join(' ')} ended with ${result.exitStatus}: ${brief(result.err, result.out)}`);
    }
    const fired = fs.existsSync(flag);
    if (fired) {
      const { atMs, refs } = JSON.parse(fs.readFileSync(flag, 'utf8')) as { atMs: number; refs: readonly string[] };
      broken.push(...checkAtTheKill(refs, known));
      const recovered = (): Entry | undefined => world.rows('supervisor.reconciled').find((one) => one.atMs >= atMs);
      // After the last row of all nobody asks for a supervisor any more: the next command does.
      if (!recovered()) await world.run(start);
      const row = recovered();
      // The time until somebody asked is not the program's.
      const isAsked = row !== undefined && row.atMs - atMs > 10_000 && commit.name.startsWith('run.closed');
      recoveryMs = row ? row.atMs - atMs : null;
      if (recoveryMs === null || (recoveryMs > 10_000 && !isAsked))
        broken.push(`I10: recovered after ${recoveryMs ?? 'never'} ms`);
    }
    await until(
      'the run to be closed',
      () => world.rows('run.closed').length === world.rows('run.created').length,
      30_000,
    );
    const last = world.rows('run.closed').at(-1)?.data['state'];
    if (last !== 'done') broken.push(`end: the run is ${textOf(last)}`);
    broken.push(...(await checkInvariants(world, { chain: phase === 'undo' })));
    if (phase !== 'undo') {
      await world.ok(['undo', '--yes', '--json'], { env });
      broken.push(...(await checkInvariants(world)).map((one) => `after undo, ${one}`));
    }
    broken.push(...checkUndone(world, original));
    broken.push(...(await checkSecondRecovery(world)));
    return { kill, fired, broken, recoveryMs, durationMs: performance.now() - startedMs };
  } catch (error) {
    broken.push(`end: ${error instanceof Error ? error.message.slice(0, 1_500) : String(error)}`);
    return { kill, fired: fs.existsSync(flag), broken, recoveryMs, durationMs: performance.now() - startedMs };
  }
}

function checkUndone(world: FaultWorld, original: Original): readonly string[] {
  const broken: string[] = [];
  if (world.git(['rev-parse', 'HEAD^{tree}']) !== original.tree) broken.push('I7: the tree after undo is another one');
  if (world.trackedBytes() !== original.bytes) broken.push('I7: the bytes on disk after undo are others');
  const status = world.git(['status', '--porcelain']);
  if (status !== '') broken.push(`I7: git status after undo: ${status}`);
  const now = environmentsOf(world);
  for (const [name, digest] of Object.entries(original.environments))
    if (now[name] !== digest) broken.push(`I7: the environment ${name} is another one`);
  return broken;
}

/** The manifests of the environments: each lists every file with its hash. The program itself compares files with it. */
function environmentsOf(world: FaultWorld): Readonly<Record<string, string>> {
  const dir = join(world.home, '.orchestrate/envs');
  return Object.fromEntries(
    fs.readdirSync(dir).map((name) => [name, fs.readFileSync(join(dir, name, 'orchestrate-manifest.json'), 'utf8')]),
  );
}

function sweepEnv(settings: object): Record<string, string> {
  return {
    NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import ${pathToFileURL(join(import.meta.dirname, 'sweep-kill-at.mjs')).href}`,
    SWEEP_KILL: JSON.stringify(settings),
  };
}

const brief = (err: string, out: string): string => `${err.slice(-700)} ${out.slice(0, 300)}`;

/** Where in the journal a commit lies, for the table. */
export function regionOf({ commit, phase }: Kill): string {
  const { name } = commit;
  const about = /merge:|branch\.moved|home\.applied|restore\.created|queued|merging/.test(name)
    ? 'merge'
    : /switch|watch|queue:|stop:|production|merged>|verifying|instance/.test(name)
      ? 'service'
      : /change|gate|review/.test(name)
        ? 'gate and review'
        : /r\d+\.\w+/.test(name) || /lease|slot|fingerprint|evidence/.test(name)
          ? 'steps'
          : 'beginning and end';
  return `${phase}: ${about}`;
}
