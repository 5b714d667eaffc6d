import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Makes the home folder that `vitest.config.ts` names: the tests see no other. */
export function setup(): void {
  mkdirSync(home(), { mode: 0o700 });
  mkdirSync(join(home(), 'run'), { mode: 0o700 });
}

/** Removes it once all tests have run. */
export function teardown(): void {
  rmSync(home(), { recursive: true, force: true });
}

function home(): string {
  const path = process.env['ORCHESTRATE_TEST_HOME'];
  if (path === undefined) throw new Error('vitest.config.ts names the home folder of the tests');
  return path;
}
