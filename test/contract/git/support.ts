import { execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { onTestFinished } from 'vitest';

import { createHomeRepository } from '../../../src/adapters/git/home-repository.ts';
import { createTrustedStore, type GitStore } from '../../../src/adapters/git/trusted-store.ts';
import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import type { Spawner } from '../../../src/adapters/process/spawner.ts';
import { asCommitId, type CommitId, type GitTreeId } from '../../../src/base/ids.ts';
import type { HomeRepository, SlotLocation, SnapshotLimits } from '../../../src/ports/git.ts';
import { eventually } from '../support/eventually.ts';

export const searchPath = process.env['PATH'] ?? '/usr/bin:/bin';
export const limits: SnapshotLimits = { maxFiles: 10_000, maxFileBytes: 50_000_000, maxTotalBytes: 200_000_000 };
export const author = { name: 'Agent', email: 'agent@example.invalid' };

/** Who plain git commits as; its own configuration is that of the repository alone. */
const plainEnvironment = {
  PATH: searchPath,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_AUTHOR_NAME: 'Person',
  GIT_AUTHOR_EMAIL: 'person@example.invalid',
  GIT_COMMITTER_NAME: 'Person',
  GIT_COMMITTER_EMAIL: 'person@example.invalid',
  GIT_AUTHOR_DATE: '1700000000 +0000',
  GIT_COMMITTER_DATE: '1700000000 +0000',
};

/** Runs git as a person would, obeying whatever is planted. Throws when it fails. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd,
    env: plainEnvironment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
}

/** Runs git as a person would and tells only its exit status: planted programs make it fail in many ways. */
export function tryGit(cwd: string, args: readonly string[], env: Record<string, string> = {}): number | null {
  return spawnSync('git', args, { cwd, env: { ...plainEnvironment, ...env }, stdio: 'ignore', timeout: 20_000 }).status;
}

/** Starts ordinary git, which may never end, and ends it as soon as the file is there. */
export async function gitUntil(file: string, cwd: string, args: readonly string[]): Promise<void> {
  const child = spawn('git', args, { cwd, env: plainEnvironment, stdio: 'ignore' });
  try {
    await eventually(`${file} is there`, () => fs.existsSync(file));
  } finally {
    child.kill('SIGKILL');
  }
}

/** Returns a new folder that is removed when the test is over. */
export function temporaryFolder(): string {
  const dir = fs.mkdtempSync(
    path.join(fs.existsSync('/dev/shm') ? '/dev/shm' : fs.realpathSync(os.tmpdir()), 'orchestrate-git-'),
  );
  onTestFinished(() => {
    // What a test took the permissions of must still go.
    spawnSync('chmod', ['-R', 'u+rwX', dir]);
    fs.rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

export interface Workshop {
  readonly dir: string;
  readonly homeDir: string;
  readonly store: GitStore;
  readonly home: HomeRepository;
  readonly spawner: Spawner;
  readonly trashDir: string;
  /** First commit of home, imported. */
  readonly base: CommitId;
  slot(name?: string): SlotLocation;
  prepare(commit: CommitId, name?: string): ReturnType<HomeRepository['prepareSlot']>;
  /** Snapshot of a slot; a refusal fails the test. */
  take(name?: string): Promise<GitTreeId>;
  commit(tree: GitTreeId, parents: readonly CommitId[], message?: string): Promise<CommitId>;
  /** Imports what the person has committed since. */
  head(): Promise<CommitId>;
  /** The whole merge: commit, tag, refs in the store and in home, files. */
  merge(
    tree: GitTreeId,
    base: CommitId,
    number: number,
  ): Promise<{ readonly commit: CommitId; readonly applied: Awaited<ReturnType<HomeRepository['applyPaths']>> }>;
}

/** Writes files given as path and content; folders are made. */
export function write(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [file, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    fs.writeFileSync(path.join(dir, file), content);
  }
}

export const sampleFiles = {
  '.gitignore': 'trees/\n.orchestrate/\n*.ignored\n',
  'orchestrate.yaml': 'branch: main\n',
  'ops/alerts.yaml': 'rules: []\n',
  'ops/run.sh': '#!/bin/sh\necho run\n',
  'docs/env-setup/notes.md': 'first\nsecond\nthird\n',
  'requirements.lock': 'torch==2.8.0\n',
};

/** Makes a home with a first commit. */
export function makeHome(homeDir: string, files: Readonly<Record<string, string>> = sampleFiles): string {
  fs.mkdirSync(homeDir, { recursive: true });
  git(homeDir, 'init', '--quiet', '--initial-branch=main');
  write(homeDir, files);
  if (fs.existsSync(path.join(homeDir, 'ops/run.sh'))) fs.chmodSync(path.join(homeDir, 'ops/run.sh'), 0o755);
  git(homeDir, 'add', '--all', '--force');
  git(homeDir, 'commit', '--quiet', '--message', 'first');
  return git(homeDir, 'rev-parse', 'HEAD').trim();
}

/** A home with one commit, imported into a store, with everything closed when the test is over. */
export async function openWorkshop(
  options: { files?: Readonly<Record<string, string>>; spawner?: Spawner } = {},
): Promise<Workshop> {
  const dir = temporaryFolder();
  const homeDir = path.join(dir, 'home');
  makeHome(homeDir, options.files);
  const spawner = options.spawner ?? createInProcessSpawner();
  const store = createTrustedStore({
    gitDir: path.join(dir, 'state/store.git'),
    scratchDir: path.join(dir, 'state/scratch'),
    spawner,
    searchPath,
  });
  const home = createHomeRepository({ homeDir, store });
  onTestFinished(async () => {
    await store.close();
    await spawner.close();
  });
  await store.create();
  const trashDir = path.join(homeDir, '.orchestrate/trash');
  const slot = (name = 'env-setup'): SlotLocation => ({ name, dir: path.join(homeDir, 'trees', name) });
  const head = async (): Promise<CommitId> => {
    const commit = asCommitId(git(homeDir, 'rev-parse', 'HEAD').trim());
    await store.importCommit({ gitDir: path.join(homeDir, '.git'), commit, name: 'home' });
    const known = await store.findRef('refs/heads/main');
    if (known !== commit) await store.updateRefs([{ ref: 'refs/heads/main', from: known ?? null, to: commit }]);
    return commit;
  };
  const base = await head();
  const commit: Workshop['commit'] = (tree, parents, message = 'a change') =>
    store.commit({ tree, parents, message, author, atSeconds: 1_800_000_000 });
  return {
    dir,
    homeDir,
    store,
    home,
    spawner,
    trashDir,
    base,
    slot,
    head,
    commit,
    prepare: (at, name) => home.prepareSlot({ slot: slot(name), commit: at, trashDir }),
    async take(name) {
      const taken = await store.snapshot({ dir: slot(name).dir, limits, cacheKey: `slot:${slot(name).name}` });
      if (taken.kind !== 'taken') throw new Error(JSON.stringify(taken.refused));
      return taken.tree;
    },
    async merge(tree, from, number) {
      const made = await commit(tree, [from], `change ${number}`);
      const name = `restore/${String(number).padStart(4, '0')}-change`;
      const tag = await store.tagObject({ name, target: made, message: 'restore point', atSeconds: 1_800_000_000 });
      const moves = [
        { ref: `refs/tags/${name}`, from: null, to: tag },
        { ref: 'refs/heads/main', from, to: made },
      ];
      const moved = await store.updateRefs(moves);
      if (moved.kind !== 'moved') throw new Error(JSON.stringify(moved));
      await home.deliverObjects({ commit: made, tag, known: from });
      const movedHome = await home.updateRefs(moves);
      if (movedHome.kind !== 'moved') throw new Error(JSON.stringify(movedHome));
      return { commit: made, applied: await home.applyPaths(await store.treeOf(from), tree) };
    },
  };
}

/** Returns all files below a folder with their text; links as `-> target`; `.git` at the top is left out. */
export function filesIn(dir: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(path.join(dir, prefix), { withFileTypes: true })) {
    const name = prefix + entry.name;
    if (name === '.git') continue;
    if (entry.isDirectory()) Object.assign(found, filesIn(dir, `${name}/`));
    else if (entry.isSymbolicLink()) found[name] = `-> ${fs.readlinkSync(path.join(dir, name))}`;
    else if (entry.isFile()) found[name] = fs.readFileSync(path.join(dir, name), 'utf8');
  }
  return found;
}

/** A program that leaves a marker when it is run, to be planted. */
export function plantProgram(dir: string, marker: string): string {
  const program = path.join(dir, `planted-${path.basename(marker)}.sh`);
  fs.writeFileSync(program, `#!/bin/sh\necho ran >> '${marker}'\ncat 2>/dev/null\nexit 0\n`, { mode: 0o755 });
  return program;
}

/** Tells whether the planted program ran, and forgets it. */
export function takeMarker(marker: string): boolean {
  const ran = fs.existsSync(marker);
  fs.rmSync(marker, { force: true });
  return ran;
}
