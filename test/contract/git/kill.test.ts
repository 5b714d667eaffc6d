import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, test } from 'vitest';

import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import type { Spawner } from '../../../src/adapters/process/spawner.ts';
import { runScenario } from './kill-scenarios.ts';
import { filesIn, git, openWorkshop, sampleFiles, write, type Workshop } from './support.ts';

/** Points tried in each scenario; all of them with ORCHESTRATE_KILL_POINTS=all, which takes minutes. */
const nPoints =
  process.env['ORCHESTRATE_KILL_POINTS'] === 'all' ? { kill: Infinity, ENOSPC: Infinity } : { kill: 4, ENOSPC: 2 };

const nextFiles: Record<string, string | null> = {
  'requirements.lock': 'torch==2.11.0\n',
  'ops/run.sh': '#!/bin/sh\necho new\n',
  'docs/env-setup/notes.md': null,
  'workflows/new/deep.json': '{}\n',
  'ops/alerts.yaml': null,
  'ops/alerts.yaml/now-a-folder': 'x\n',
};
const afterFiles = {
  ...sampleFiles,
  'requirements.lock': 'torch==2.11.0\n',
  'ops/run.sh': '#!/bin/sh\necho new\n',
  'workflows/new/deep.json': '{}\n',
  'ops/alerts.yaml/now-a-folder': 'x\n',
} as Record<string, string>;
delete afterFiles['docs/env-setup/notes.md'];
delete afterFiles['ops/alerts.yaml'];

async function setStage(): Promise<Workshop> {
  const shop = await openWorkshop();
  const { 'ops/alerts.yaml/now-a-folder': below, ...edits } = nextFiles;
  let tree = await shop.store.editTree(await shop.store.treeOf(shop.base), new Map(Object.entries(edits)));
  tree = await shop.store.editTree(tree, new Map([['ops/alerts.yaml/now-a-folder', below as string]]));
  const next = await shop.commit(tree, [shop.base]);
  await shop.home.deliverObjects({ commit: next, known: shop.base });
  fs.writeFileSync(path.join(shop.dir, 'plan.json'), JSON.stringify({ base: shop.base, next }));
  await shop.store.close();
  return shop;
}

function runChild(scenario: string, dir: string, mode: string, nth = 0): string {
  const child = spawnSync(
    process.execPath,
    [path.join(import.meta.dirname, 'kill-child.ts'), scenario, dir, mode, String(nth)],
    { encoding: 'utf8', timeout: 30_000 },
  );
  return child.stdout.trim() || `ended by ${child.signal ?? child.stderr}`;
}

interface Scenario {
  readonly name: string;
  /** Makes the ground, in a shop at the base. */
  readonly set: (shop: Workshop) => Promise<void> | void;
  /** Asserts after a failure, before the repeat. */
  readonly between?: (shop: Workshop) => void;
  /** Asserts after the repeat. */
  readonly check: (shop: Workshop) => void;
}

const slotOf = (shop: Workshop): string => shop.slot().dir;
const plan = (shop: Workshop): { base: string; next: string } =>
  JSON.parse(fs.readFileSync(path.join(shop.dir, 'plan.json'), 'utf8')) as { base: string; next: string };

function everyText(dir: string): string {
  return JSON.stringify(Object.values(filesIn(dir)));
}

const scenarios: readonly Scenario[] = [
  {
    name: 'prepare',
    set: async (shop) => {
      await shop.prepare(shop.base);
      write(slotOf(shop), { 'requirements.lock': 'precious edit\n', 'untracked/precious.txt': 'precious leftover\n' });
      fs.rmSync(path.join(slotOf(shop), 'orchestrate.yaml'));
      await shop.store.close();
    },
    between: (shop) => {
      const everywhere = everyText(shop.homeDir);
      expect(everywhere).toContain('precious edit');
      expect(everywhere).toContain('precious leftover');
    },
    check: (shop) => {
      expect(filesIn(slotOf(shop))).toEqual(afterFiles);
      expect(git(slotOf(shop), 'status', '--porcelain', '--ignored')).toBe('');
      expect(git(slotOf(shop), 'rev-parse', 'HEAD').trim()).toBe(plan(shop).next);
    },
  },
  {
    name: 'apply',
    set: (shop) => write(shop.homeDir, { 'precious.ignored': 'ignored\n', 'ops/untracked': 'untracked\n' }),
    between: (shop) => {
      // Each path is whole: old, new, or absent between the two kinds.
      for (const [file, text] of Object.entries(filesIn(shop.homeDir))) {
        if (file.startsWith('trees/') || file.startsWith('.orchestrate/')) continue;
        expect([sampleFiles[file as keyof typeof sampleFiles], afterFiles[file], 'ignored\n', 'untracked\n']).toContain(
          text,
        );
      }
    },
    check: (shop) => {
      expect(filesIn(shop.homeDir)).toEqual({
        ...afterFiles,
        'precious.ignored': 'ignored\n',
        'ops/untracked': 'untracked\n',
      });
      git(shop.homeDir, 'update-ref', 'refs/heads/main', plan(shop).next);
      // A killed git or ours may have left the lock; the index was then left alone and says so.
      expect(fs.existsSync(path.join(shop.homeDir, '.git/orchestrate-tmp'))).toBe(false);
      if (!fs.existsSync(path.join(shop.homeDir, '.git/index.lock')))
        expect(git(shop.homeDir, 'status', '--porcelain')).toBe('?? ops/untracked\n');
    },
  },
  {
    name: 'merge',
    set: async (shop) => {
      await shop.prepare(shop.base);
      write(slotOf(shop), { 'requirements.lock': 'merged\n', 'new/file': 'merged too\n' });
      await shop.store.close();
    },
    between: (shop) => {
      const main = git(shop.homeDir, 'rev-parse', 'main').trim();
      if (main !== shop.base) {
        expect(git(shop.homeDir, 'rev-parse', `${main}^`).trim()).toBe(shop.base);
        expect(git(shop.homeDir, 'rev-parse', 'restore/0001^{commit}').trim()).toBe(main);
      }
      expect(git(shop.homeDir, 'fsck', '--connectivity-only', '--no-dangling').trim()).toBe('');
    },
    check: (shop) => {
      expect(git(shop.homeDir, 'show', 'main:requirements.lock')).toBe('merged\n');
      expect(filesIn(shop.homeDir)).toMatchObject({ 'requirements.lock': 'merged\n', 'new/file': 'merged too\n' });
      expect(git(shop.homeDir, 'rev-parse', 'restore/0001^{commit}')).toBe(git(shop.homeDir, 'rev-parse', 'main'));
      expect(git(path.join(shop.dir, 'state/store.git'), 'fsck', '--strict', '--no-dangling').trim()).toBe('');
    },
  },
  {
    name: 'remove',
    set: async (shop) => {
      await shop.prepare(shop.base);
      write(slotOf(shop), { 'precious.txt': 'precious leftover\n' });
      await shop.store.close();
    },
    check: (shop) => {
      expect(fs.existsSync(slotOf(shop))).toBe(false);
      expect(fs.existsSync(path.join(shop.homeDir, '.git/worktrees/env-setup'))).toBe(false);
      expect(everyText(shop.trashDir)).toContain('precious leftover');
    },
  },
  {
    name: 'import',
    set: (shop) => {
      git(shop.homeDir, 'switch', '--quiet', '--create', 'import');
      write(shop.homeDir, { 'imported.txt': 'x\n' });
      git(shop.homeDir, 'add', 'imported.txt');
      git(shop.homeDir, 'commit', '--quiet', '--message', 'to import');
    },
    check: (shop) => {
      const gitDir = path.join(shop.dir, 'state/store.git');
      expect(git(gitDir, 'rev-parse', 'refs/orchestrate/incoming/home')).toBe(git(shop.homeDir, 'rev-parse', 'import'));
      expect(git(gitDir, 'fsck', '--strict', '--no-dangling').trim()).toBe('');
      expect(fs.readdirSync(path.join(gitDir, 'objects/pack')).filter((name) => name.startsWith('tmp_'))).toEqual([]);
    },
  },
];

describe.each(scenarios)('$name', ({ name, set, between, check }) => {
  test.each(['kill', 'ENOSPC'] as const)(
    'is finished by a repeat after a %s at any change to the disk',
    async (mode) => {
      const first = await setStage();
      await set(first);
      const total = Number(/^done (\d+)$/.exec(runChild(name, first.dir, 'count'))?.[1]);
      expect(total).toBeGreaterThan(2);
      check(first);
      const stride = Math.max(1, total / nPoints[mode]);
      for (let point = 1; point <= total; point += stride) {
        const shop = await setStage();
        await set(shop);
        const nth = Math.floor(point);
        const told = runChild(name, shop.dir, mode, nth);
        // Later calls of the count may be ones that a full disk does not fail.
        const expected = mode === 'kill' ? /^ended by SIGKILL$/ : /^(failed DISK_FULL with a state|done \d+)$/;
        expect(told, `at ${nth} of ${total}`).toMatch(expected);
        between?.(shop);
        await runScenario(name, shop.dir, () => undefined);
        check(shop);
        await shop.spawner.close();
      }
    },
    600_000,
  );
});

describe('refs', () => {
  test('are all moved or none after update-ref is killed at a random moment, and the call tells which', async () => {
    const inner = createInProcessSpawner();
    let killAfterMs: number | undefined;
    const spawner: Spawner = {
      ...inner,
      async open(spec) {
        const before = new Set(children());
        const program = await inner.open(spec);
        const pid = children().find((child) => !before.has(child));
        if (!spec.args.includes('update-ref')) return program;
        return {
          ...program,
          write(data) {
            program.write(data);
            if (killAfterMs === undefined || pid === undefined) return;
            const untilMs = performance.now() + killAfterMs;
            killAfterMs = undefined;
            while (performance.now() < untilMs);
            process.kill(pid, 'SIGKILL');
          },
        };
      },
    };
    const { store, base, commit, homeDir, home } = await openWorkshop({ spawner });
    const tree = await store.treeOf(base);
    let main = base;
    for (let round = 0; round < 24; round++) {
      const next = await commit(tree, [main], `round ${round}`);
      await home.deliverObjects({ commit: next, known: main });
      const updates = [
        { ref: `refs/tags/restore/${round}`, from: null, to: next },
        { ref: 'refs/heads/main', from: main, to: next },
      ];
      const where = round % 2 === 0 ? store : home;
      killAfterMs = (round % 12) * 0.25;
      expect(await where.updateRefs(updates)).toEqual({ kind: 'moved' });
      expect(await where.findRef('refs/heads/main')).toBe(next);
      expect(await where.findRef(`refs/tags/restore/${round}`)).toBe(next);
      // The other repository follows without a kill.
      expect(await (where === store ? home : store).updateRefs(updates)).toEqual({ kind: 'moved' });
      main = next;
    }
    expect(git(homeDir, 'fsck', '--connectivity-only', '--no-dangling').trim()).toBe('');
  });
});

function children(): number[] {
  return fs
    .readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((pid) => pid !== '')
    .map(Number);
}
