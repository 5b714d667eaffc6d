import type { ReadyEnvironment } from '../../actions/_context.ts';
import { type LockedPackage, parseLock } from '../../domain/environments/lock.ts';
import { namedIndex } from '../../domain/environments/named-index.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { BuiltEnvironment, PackageIndex } from '../../ports/index.ts';
import { type EngineContext, markOf } from '../context.ts';
import type { Performer } from '../effects/perform.ts';
import type { Engine } from '../engine.ts';
import { findEnvironment, interpreterOf, type NamedEnvironment, unusable } from './named.ts';
import { replaceDrifted } from './replace.ts';

/**
 * Returns the environment of a lock, built or found intact. `index` absent: only kept wheels may serve. A borrowed one
 * is never built. A drifted one is never used: Fault `ENVIRONMENT_DRIFTED`, its files are left as they are;
 * `RESTORE_UNAVAILABLE` when a borrowed one is gone. Only the drifted one that a person agreed to have built again
 * (`replaces`) is moved to trash first.
 */
export async function ensureEnvironment(
  engine: EngineContext & Performer & Pick<Engine, 'inFlight'>,
  options: { lockText: string; run: string | null; effectKey: string; index?: PackageIndex; replaces?: string | null },
): Promise<ReadyEnvironment> {
  const { lockText, run } = options;
  const { replaces = null } = options;
  if (replaces !== null && run !== null)
    await replaceDrifted(engine, { environment: replaces, lockText, occasion: run, run });
  const named = await findEnvironment(engine, lockText);
  const { id, dir, condition } = named;
  const packages = parseLock({ file: 'requirements.lock', text: lockText });
  if (condition.kind === 'intact') {
    const { manifestDigest, sizeBytes } = condition;
    return {
      id,
      dir,
      python: condition.python,
      manifestDigest,
      sizeBytes,
      nPackages: packages.length,
      downloadedBytes: 0,
      fromKeptWheels: 0,
      reused: true,
      ...(!named.isBorrowed ? {} : { borrowed: { readOnly: await sealable(engine, named) } }),
    };
  }
  if (condition.kind === 'drifted' || named.isBorrowed) throw unusable(named);
  const python = await interpreterOf(engine, lockText);
  const build = (): Promise<BuiltEnvironment> =>
    engine.perform(
      {
        key: freshKey(engine, `${options.effectKey}:environment:${id}`),
        name: 'build the environment',
        input: { environment: id, nPackages: packages.length },
        run,
      },
      {
        act: () =>
          engine.outside.python.build({
            id,
            dir,
            lockText,
            packages,
            wheelsDir: engine.paths.wheels,
            python,
            toolsDir: engine.paths.tools,
            mark: markOf(engine, options.effectKey),
            ...(options.index ? { index: options.index, namedIndexes: namedIndexes(engine, packages) } : {}),
          }),
      },
    );
  // Two who build in one folder would each take the other's for what a kill left; the second finds it finished.
  const built = await engine.inFlight.alone(`environment:${id}`, { owner: options.effectKey }, build);
  const { manifestDigest, sizeBytes, downloadedBytes, fromKeptWheels } = built;
  return {
    id,
    dir,
    python: built.python,
    manifestDigest,
    sizeBytes,
    nPackages: packages.length,
    downloadedBytes,
    fromKeptWheels,
    reused: false,
  };
}

/** The indexes that a lock names, as the person's configuration has them. */
function namedIndexes(
  { config }: EngineContext,
  packages: readonly LockedPackage[],
): Readonly<Record<string, PackageIndex>> {
  const names = new Set(packages.flatMap(({ index }) => (index === undefined ? [] : [index])));
  const found = [...names].map((name) => [name, namedIndex(name, config.python.torchIndex)] as const);
  return Object.fromEntries(found.flatMap(([name, index]) => (index === undefined ? [] : [[name, index]])));
}

/** One that is not recorded as done: an environment that was built and taken away since has to be built again. */
function freshKey(engine: EngineContext, key: string): string {
  for (let n = 1; ; n += 1) {
    const candidate = n === 1 ? key : `${key}:${n}`;
    if (engine.ledger.latest(`effect:${candidate}`)?.kind !== 'effect.done') return candidate;
  }
}

/** A person's folders must stay writable, and the system's own is not ours to close: such an environment is only watched. */
async function sealable(engine: EngineContext, { id, dir }: NamedEnvironment): Promise<readonly string[]> {
  const { userDir, inputDir, outputDir } = engine.config.service;
  const recorded = dataOf('environment.borrowed', engine.ledger.latest(`borrowed:${id}`));
  const prefix = await engine.outside.files.realPath(dir);
  if (prefix === undefined || recorded === undefined || recorded.manager === 'system') return [];
  const written = [userDir, inputDir, outputDir, engine.paths.home, engine.paths.state];
  return written.some((folder) => folder !== null && `${folder}/`.startsWith(`${prefix}/`)) ? [] : [prefix];
}
