import type { PlanningContext } from '../../../src/actions/_context.ts';
import { findEnvironment } from '../../../src/engine/environments/named.ts';
import { failedBefore } from '../../../src/engine/memory/failed-before.ts';
import { bisectLine } from '../../../src/engine/restore/bisect-line.ts';
import { wasOnBranch } from '../../../src/engine/restore/was-on-branch.ts';
import { fakePythonFacts } from '../../fakes/fake-python.ts';
import type { World } from '../../fakes/fake-world.ts';

/** Returns what a planning action is given, at the first commit of a world. */
export async function planningContext(world: World): Promise<PlanningContext> {
  const { config, paths, store, sources, outside } = world.context;
  const { clock, digest, files, python, accelerators } = outside;
  return {
    ...{ config, paths, clock, digest, files, python, accelerators, store, sources, bundles: outside.bundles },
    memory: world.context.memory,
    failedBefore: (name) => failedBefore({ ...world.context, ledger: world.ledgers.open() }, name),
    interpreter: async () => fakePythonFacts,
    index: config.python.index,
    baseTree: await store.treeOf(world.first),
    sources: world.sources,
    environmentNow: async () => {
      const bytes = await store.readFile(await store.treeOf(world.first), 'requirements.lock');
      return (
        await findEnvironment({ ...world.context, ledger: world.ledgers.open() }, new TextDecoder().decode(bytes))
      ).condition;
    },
    bisectLine: async (asked) => {
      const { good, bad, commits } = await bisectLine({ store, ledger: world.ledgers.open() }, world.first, asked);
      return { good: good.name, bad: bad.name, nCommits: commits.length - 1 };
    },
    wasOnBranch: async (component) => wasOnBranch({ store, ledger: world.ledgers.open() }, component),
    signal: new AbortController().signal,
    mark: 'demo/r1',
    outsideChanges: async () => [],
    definitions: { agents: new Map(), trees: new Map(), playbooks: new Map() },
    questions: new Set<string>(),
    treeInUse: async () => undefined,
    pointName: async (asked) => asked,
  };
}
