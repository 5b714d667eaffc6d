import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What programs of a person's shell get: nothing of this test run's own. */
const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', PIP_CONFIG_FILE: '/dev/null', LANG: 'C.UTF-8' };

/** Makes a venv as a person does, with pip in it, and installs what is named from a folder of wheels. Returns its interpreter. */
export function makeVenv(folder: string, options: { wheels: string; packages: readonly string[] }): string {
  mkdirSync(dirname(folder), { recursive: true });
  execFileSync(realPython(), ['-I', '-m', 'venv', folder], { env, stdio: 'pipe' });
  const python = join(folder, 'bin', 'python');
  if (options.packages.length > 0)
    pip(python, ['install', '--no-index', '--find-links', options.wheels, ...options.packages]);
  return python;
}

/** Runs the pip of an environment, as people do behind everybody's back. */
export function pip(python: string, args: readonly string[]): void {
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-cache-dir'];
  execFileSync(python, ['-m', 'pip', ...args.slice(0, 1), ...quiet, ...args.slice(1)], { env, stdio: 'pipe' });
}

let found: string | undefined;

/** The interpreter behind `python3`: on some machines that is a script which looks for one at each start. */
export function realPython(): string {
  found ??= execFileSync('python3', ['-I', '-c', 'import os, sys; print(os.path.realpath(sys._base_executable))'], {
    encoding: 'utf8',
  }).trim();
  return found;
}
