// Runs every check that needs no running program, all of them even when one fails, and says which failed.
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

const CHECKS = [
  ['generated files', 'node', ['scripts/generate.mjs', '--check']],
  ['types', 'tsc', ['--noEmit']],
  ['lint', 'oxlint', ['--type-aware', '--deny-warnings']],
  ['import law', 'vitest', ['run', '--project', 'unit', 'test/tidy', '--reporter=dot']],
  ['unused code', 'knip', ['--no-progress']],
  ['format', 'oxfmt', ['--check']],
];

const failed = [];
for (const [name, command, args] of CHECKS) {
  const startedAt = performance.now();
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  const isGood = result.status === 0;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${isGood ? '✓' : '✗'} ${name.padEnd(16)} ${seconds.padStart(5)} s`);
  if (isGood) continue;
  failed.push(name);
  console.log(result.error?.message ?? `${result.stdout}${result.stderr}`.trimEnd());
}
console.log(failed.length === 0 ? 'verified' : `failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
