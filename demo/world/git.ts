import { execFileSync } from 'node:child_process';

/**
 * Runs git in a folder and returns its trimmed standard output; throws when it
 * fails. Nothing of the person's configuration, hooks or identity is used, and
 * the dates are fixed, so the same files give the same commit everywhere.
 */
export function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync('git', [...SETTINGS, ...args], { cwd, env: environment(), encoding: 'utf8' }).trim();
}

const SETTINGS = [
  'init.defaultBranch=master',
  'commit.gpgSign=false',
  'core.autocrlf=false',
  'core.hooksPath=/dev/null',
  'gc.auto=0',
  'maintenance.auto=false',
].flatMap((setting) => ['-c', setting]);

function environment(): NodeJS.ProcessEnv {
  const who = { NAME: 'Demo Author', EMAIL: 'demo@example.invalid', DATE: '2025-10-12T12:00:00Z' };
  return {
    PATH: process.env['PATH'],
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...Object.fromEntries(Object.entries(who).map(([key, value]) => [`GIT_AUTHOR_${key}`, value])),
    ...Object.fromEntries(Object.entries(who).map(([key, value]) => [`GIT_COMMITTER_${key}`, value])),
  };
}
