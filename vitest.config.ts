import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Made by test/tidy/test-home.ts. A worker that reads this file again gets the same folder.
const home = (process.env['ORCHESTRATE_TEST_HOME'] ??= join(tmpdir(), `orchestrate-test-${process.pid}`));

/** What a test may know of the machine: the same everywhere, and nothing of the person who runs it but npm's settings. */
const env = {
  HOME: home,
  XDG_CACHE_HOME: join(home, '.cache'),
  XDG_CONFIG_HOME: join(home, '.config'),
  XDG_DATA_HOME: join(home, '.local/share'),
  XDG_RUNTIME_DIR: join(home, 'run'),
  XDG_STATE_HOME: join(home, '.local/state'),
  npm_config_userconfig: process.env['npm_config_userconfig'] ?? join(homedir(), '.npmrc'),
  npm_config_cache: process.env['npm_config_cache'] ?? join(homedir(), '.npm'),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.invalid',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.invalid',
  // Programs of the tests are started again and again, many of them from their sources.
  NODE_COMPILE_CACHE: join(home, '.cache/node'),
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  NO_COLOR: '1',
};

const ring = (name: string, include: string[], timeoutMs: number, order: number): TestProjectConfiguration => ({
  test: {
    name,
    include,
    env,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    // Unit tests touch nothing but their own values: to load every module anew for each file took half of their time.
    isolate: name !== 'unit',
    // One ring after the other: a scene starts real processes and must not be slowed by the rest.
    sequence: { groupOrder: order },
  },
});

/** Files that take long, longest first, by the end of their path: one that begins last keeps a single core busy at the end. */
const longest = [
  'scene/attacks.test.ts',
  'scene/bad-input.test.ts',
  'scene/everyday.test.ts',
  'scene/kill.test.ts',
  'scene/serve.test.ts',
  // It waits for a server that is slow; whatever begins beside it has the machine.
  'contract/service-cancel.test.ts',
  'contract/python-build.test.ts',
  'contract/bus.test.ts',
  'contract/python-resolve.test.ts',
  'contract/service-prompts.test.ts',
  'demo/breaks.test.ts',
  'contract/memory-processes.test.ts',
  'contract/bundles.test.ts',
  'unit/engine/space/prune.test.ts',
  'unit/engine/supervisor/killed-anywhere.test.ts',
];

/** A fresh clone has no times of an earlier run, and a short file may take long: the attacks are seven lines. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex((path) => moduleId.endsWith(path));
      return place < 0 ? longest.length : place;
    };
    const orderOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return (await super.sort(files)).toSorted((a, b) => orderOf(a) - orderOf(b) || rankOf(a) - rankOf(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/tidy/test-home.ts'],
    // One more than the cores of a small machine: scenes wait for processes half of their time.
    maxWorkers: 3,
    passWithNoTests: true,
    teardownTimeout: 10_000,
    projects: [
      ring('unit', ['test/unit/**/*.test.ts', 'test/tidy/**/*.test.ts'], 60_000, 0),
      ring('contract', ['test/contract/**/*.test.ts', 'test/demo/**/*.test.ts'], 120_000, 1),
      ring('scene', ['test/scene/**/*.test.ts'], 180_000, 2),
      ring('long', ['test/long/**/*.test.ts'], 300_000, 3),
      ring('attacks', ['test/attacks/**/*.test.ts'], 180_000, 4),
      ring('faults', ['test/faults/**/*.test.ts'], 600_000, 5),
      ring('external', ['test/external/**/*.test.ts'], 1_800_000, 6),
      ring('real', ['test/real/**/*.test.ts'], 1_800_000, 7),
    ],
  },
});
