import { Fault } from '../../src/base/fault.ts';
import type { WorkSource, WorkSources } from '../../src/ports/git.ts';
import type { FakeHome } from './fake-home.ts';
import type { FakeStore } from './fake-store.ts';

export interface FakeWork extends WorkSources {
  /** Work trees by their top folder. */
  readonly trees: Map<string, WorkSource>;
}

/** Other people's work in memory: branches of the fake home, and work trees that a test puts there. */
export function createFakeWork(home: FakeHome, store: FakeStore, homeDir: string): FakeWork {
  const trees = new Map<string, WorkSource>();
  return {
    trees,
    async find(asked) {
      if (asked.kind === 'branch') {
        const head = home.refs.get(`refs/heads/${asked.name}`);
        if (head === undefined)
          throw new Fault('SOURCE_NOT_FOUND', `Home has no branch ${JSON.stringify(asked.name)}.`);
        const gitDir = `${homeDir}/.git`;
        return { kind: 'branch', name: asked.name, dir: null, gitDir, head: head as WorkSource['head'], notes: [] };
      }
      const found = trees.get(asked.path);
      if (found) return found;
      if (!asked.path.startsWith(homeDir)) throw new Fault('SOURCE_NOT_FOUND', `There is no folder ${asked.path}`);
      const kind = asked.path.startsWith(`${homeDir}/trees/`) ? 'slot' : 'home';
      return { kind, name: asked.path, dir: asked.path, gitDir: `${homeDir}/.git`, head: home.head(), notes: [] };
    },
    snapshot: ({ source, limits, skip }) =>
      store.snapshot({ dir: source.dir ?? '', limits, ...(skip === undefined ? {} : { skip }) }),
  };
}
