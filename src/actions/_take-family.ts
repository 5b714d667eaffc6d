import { Fault } from '../base/fault.ts';
import { familyOf, familyPattern } from '../domain/environments/cuda-family.ts';
import type { LockedPackage } from '../domain/environments/lock.ts';
import { familyIndexName, namedIndex } from '../domain/environments/named-index.ts';
import { torchFamily } from '../domain/environments/promises.ts';
import type { PythonFacts, TakenPackage } from '../ports/index.ts';
import type { PlanningContext } from './_context.ts';

/** What taking from an index of a CUDA family needs of a planning action's context. */
export type TakingContext = Pick<PlanningContext, 'python' | 'mark'> & {
  readonly config: { readonly python: Pick<PlanningContext['config']['python'], 'torchIndex'> };
  readonly paths: Pick<PlanningContext['paths'], 'tools'>;
};

/**
 * Takes the packages of a lock that come from an index of their own, in the versions that they have: the torch family, so that
 * no other plan finds another build of it on the main index. A build that no index names (`+mine`) is left to its kept
 * wheel. Fault: `CONFIG_INVALID` when the lock names an index that the configuration does not.
 */
export async function takeFamily(
  context: TakingContext,
  options: {
    readonly packages: readonly LockedPackage[];
    /** Names that move or go. */
    readonly free: ReadonlySet<string>;
    readonly python: PythonFacts;
  },
): Promise<readonly TakenPackage[]> {
  const staying = options.packages.filter(({ name }) => !options.free.has(name));
  const taken: TakenPackage[] = [];
  for (const [name, packages] of Map.groupBy(staying, indexNameOf)) {
    if (name === undefined) continue;
    const requirements = packages.map((one) => `${one.name}===${one.version}`);
    const isNamed = packages.some(({ index }) => index !== undefined);
    const found = await takeFrom(context, { name, requirements, python: options.python, isNamed });
    taken.push(...found);
  }
  return taken;
}

/** Takes exact versions from the index of a family. */
export async function takeFrom(
  context: TakingContext,
  wanted: {
    readonly name: string;
    readonly requirements: readonly string[];
    readonly python: PythonFacts;
    /** It has to be there: the lock says so. */
    readonly isNamed: boolean;
  },
): Promise<readonly TakenPackage[]> {
  const { name, requirements, python, isNamed } = wanted;
  const index = namedIndex(name, context.config.python.torchIndex);
  if (index === undefined) {
    if (!isNamed) return [];
    throw new Fault('CONFIG_INVALID', `requirements.lock takes ${requirements.join(', ')} from the index ${name}.`, {
      hints: ['Set python.torch-index in orchestrate.yaml to the folder or address above it.'],
      state: 'Nothing was changed.',
    });
  }
  const { mark, paths } = context;
  const found = await context.python.take({
    requirements,
    index,
    indexName: name,
    python,
    toolsDir: paths.tools,
    mark,
  });
  if (found.kind === 'taken') return found.packages;
  if (!isNamed) return [];
  throw new Fault('PACKAGE_NOT_FOUND', `The index ${name} does not give what the lock takes from it: ${found.reason}`, {
    state: 'Nothing was changed.',
  });
}

/** An adopted environment's lock names no index, and its build does. */
function indexNameOf({ name, version, index }: LockedPackage): string | undefined {
  if (index !== undefined) return index;
  const family = familyOf(version);
  return torchFamily.has(name) && familyPattern.test(family) ? familyIndexName(family) : undefined;
}
