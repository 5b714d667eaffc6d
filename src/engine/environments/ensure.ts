import type { ReadyEnvironment } from '../../actions/_context.ts';
import { Fault } from '../../base/fault.ts';
import { parseLock } from '../../domain/environments/lock.ts';
import type { BuiltEnvironment, PackageIndex, PythonFacts } from '../../ports/index.ts';
import { type EngineContext, markOf } from '../context.ts';
import type { Performer } from '../effects/perform.ts';
import { declaredEnvironment } from '../instances/compose.ts';

/** Probes the interpreter that the installation's environments are made with. */
export function interpreter(engine: Pick<EngineContext, 'outside' | 'config' | 'paths'>): Promise<PythonFacts> {
  const { program } = engine.config.python;
  return engine.outside.python.probe({ toolsDir: engine.paths.tools, ...(program === null ? {} : { program }) });
}

/**
 * Returns the environment of a lock, built or found intact. `index` absent: only kept wheels may serve.
 * A drifted one is never used: Fault `ENVIRONMENT_DRIFTED`, its files are left as they are.
 */
export async function ensureEnvironment(
  engine: EngineContext & Performer,
  options: { lockText: string; run: string | null; effectKey: string; index?: PackageIndex },
): Promise<ReadyEnvironment> {
  const { lockText, run } = options;
  const python = await interpreter(engine);
  const id = declaredEnvironment(engine, lockText, python);
  const dir = `${engine.paths.envs}/${id}`;
  const packages = parseLock({ file: 'requirements.lock', text: lockText });
  const condition = await engine.outside.python.inspect(dir);
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
    };
  }
  if (condition.kind === 'drifted') {
    throw new Fault(
      'ENVIRONMENT_DRIFTED',
      `Files of the environment ${id} are not the ones that were built: ${condition.changed.slice(0, 5).join(', ')}.`,
      {
        hints: [`Move ${dir} away to have it rebuilt from kept wheels, then repeat.`],
        state: 'Nothing was changed; production was not touched.',
        data: { environment: id, changed: condition.changed.slice(0, 50) },
      },
    );
  }
  const built: BuiltEnvironment = await engine.perform(
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
          ...(options.index ? { index: options.index } : {}),
        }),
    },
  );
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

/** One that is not recorded as done: an environment that was built and taken away since has to be built again. */
function freshKey(engine: EngineContext, key: string): string {
  for (let n = 1; ; n += 1) {
    const candidate = n === 1 ? key : `${key}:${n}`;
    if (engine.ledger.latest(`effect:${candidate}`)?.kind !== 'effect.done') return candidate;
  }
}
