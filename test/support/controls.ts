import { execFileSync, spawnSync } from 'node:child_process';

/** Who the ordinary git of a control commits as. It obeys whatever the repository says: that is the point. */
const ordinary = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_AUTHOR_NAME: 'Person',
  GIT_AUTHOR_EMAIL: 'person@example.invalid',
  GIT_COMMITTER_NAME: 'Person',
  GIT_COMMITTER_EMAIL: 'person@example.invalid',
};

/** What hardened reading of the tests itself sets: tests look at repositories that are full of traps. */
const careful = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'log.showSignature=false',
  'core.pager=cat',
  'gc.auto=0',
].flatMap((pair) => ['-c', pair]);

export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  /** It had to be ended. */
  readonly isHung: boolean;
}

/** Runs git as a script without a defence would. Never throws: planted programs make it fail in many ways. */
export function naiveGit(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
  const ended = spawnSync('git', args, {
    cwd,
    env: { ...ordinary, ...env },
    encoding: 'utf8',
    timeout: 5_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return {
    status: ended.status,
    out: ended.stdout,
    err: ended.stderr,
    isHung: ended.error !== undefined && 'code' in ended.error && ended.error.code === 'ETIMEDOUT',
  };
}

/** What a script without a defence does with the work of an agent: add, commit, look, merge. */
export function naiveFlow(options: { readonly home: string; readonly slot: string }): void {
  naiveGit(options.slot, ['status', '--short']);
  naiveGit(options.slot, ['add', '--all']);
  naiveGit(options.slot, ['commit', '--message', 'work of an agent']);
  const { out } = naiveGit(options.slot, ['rev-parse', 'HEAD']);
  naiveGit(options.home, ['diff', `HEAD..${out.trim()}`]);
  naiveGit(options.home, ['merge', '--no-edit', '--no-ff', out.trim()]);
  naiveGit(options.home, ['log', '-p', '--show-signature', '-2']);
}

/** Reads a repository without obeying it; returns trimmed text. Throws when git fails. */
export function readGit(gitDir: string, args: readonly string[]): string {
  const env = { ...ordinary, GIT_DIR: gitDir, GIT_NO_REPLACE_OBJECTS: '1', GIT_OPTIONAL_LOCKS: '0' };
  return execFileSync('git', [...careful, ...args], {
    env,
    cwd: '/',
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
    maxBuffer: 64 * 1024 * 1024,
  }).trim();
}

/** The same, with the bytes as they are. */
export function readGitBytes(gitDir: string, args: readonly string[]): Buffer {
  const env = { ...ordinary, GIT_DIR: gitDir, GIT_NO_REPLACE_OBJECTS: '1', GIT_OPTIONAL_LOCKS: '0' };
  return execFileSync('git', [...careful, ...args], {
    env,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** Runs Python that an attacker wrote. Throws when it fails. */
export function runPython(code: string): void {
  execFileSync('python3', ['-I', '-c', code], { env: ordinary, stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
}
