import * as fs from 'node:fs';
import * as path from 'node:path';

import { createHomeRepository } from '../../../src/adapters/git/home-repository.ts';
import { createTrustedStore } from '../../../src/adapters/git/trusted-store.ts';
import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import { asCommitId } from '../../../src/base/ids.ts';

/** What a scenario is given: written by the test, read by the child. */
export interface Plan {
  readonly base: string;
  readonly next: string;
}

/**
 * Does one thing that may be cut short anywhere, and does the rest of it when it is run again. `arm` is called when what
 * comes is the thing itself.
 */
export async function runScenario(scenario: string, dir: string, arm: () => void): Promise<void> {
  const homeDir = path.join(dir, 'home');
  const { base, next } = JSON.parse(fs.readFileSync(path.join(dir, 'plan.json'), 'utf8')) as Plan;
  const spawner = createInProcessSpawner();
  const store = createTrustedStore({
    gitDir: path.join(dir, 'state/store.git'),
    scratchDir: path.join(dir, 'state/scratch'),
    spawner,
    searchPath: process.env['PATH'] ?? '',
  });
  const home = createHomeRepository({ homeDir, store });
  const slot = { name: 'env-setup', dir: path.join(homeDir, 'trees/env-setup') };
  const trashDir = path.join(homeDir, '.orchestrate/trash');
  const [from, to] = [asCommitId(base), asCommitId(next)];
  try {
    switch (scenario) {
      case 'import': {
        const commit = asCommitId(fs.readFileSync(path.join(homeDir, '.git/refs/heads/import'), 'utf8').trim());
        arm();
        await store.importCommit({ gitDir: path.join(homeDir, '.git'), commit, name: 'home' });
        break;
      }
      case 'prepare': {
        arm();
        await home.prepareSlot({ slot, commit: to, trashDir });
        break;
      }
      case 'remove': {
        arm();
        await home.removeSlot({ slot, trashDir });
        break;
      }
      case 'apply': {
        arm();
        await home.applyPaths(await store.treeOf(from), await store.treeOf(to));
        break;
      }
      case 'merge': {
        arm();
        const taken = await store.snapshot({
          dir: slot.dir,
          limits: { maxFiles: 1000, maxFileBytes: 1e6, maxTotalBytes: 1e7 },
          cacheKey: 'slot:env-setup',
        });
        if (taken.kind !== 'taken') throw new Error('refused');
        const commit = await store.commit({
          tree: taken.tree,
          parents: [from],
          message: 'merge',
          author: { name: 'A', email: 'a@a' },
          atSeconds: 1_800_000_000,
        });
        const tag = await store.tagObject({
          name: 'restore/0001',
          target: commit,
          message: 'm',
          atSeconds: 1_800_000_000,
        });
        const moves = [
          { ref: 'refs/tags/restore/0001', from: null, to: tag },
          { ref: 'refs/heads/main', from, to: commit },
        ];
        if ((await store.findRef('refs/heads/main')) !== commit) await store.updateRefs(moves);
        await home.deliverObjects({ commit, tag, known: from });
        if ((await home.findRef('refs/heads/main')) !== commit) await home.updateRefs(moves);
        await home.applyPaths(await store.treeOf(from), taken.tree);
        break;
      }
      default:
        throw new Error(`no scenario ${scenario}`);
    }
  } finally {
    await store.close();
    await spawner.close();
  }
}
