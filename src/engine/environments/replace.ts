import { Fault } from '../../base/fault.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { EngineContext } from '../context.ts';
import type { Performer } from '../effects/perform.ts';
import { noteTrash } from '../removal/note-trash.ts';
import { requireKeptWheels } from '../space/kept-wheels.ts';
import { liveInstances } from '../space/needed.ts';
import { declaredEnvironment } from './named.ts';

/**
 * Moves a drifted environment to trash, once per occasion, and writes `environment.replaced`; building it again is the
 * caller's. What can be told of it is in the trash: nothing is lost. One that is not drifted stays where it is.
 * `occasion` names the work for all time: a run, or `outside-o3`. Returns where it lies now; null: it was not moved.
 * Faults: `ENVIRONMENT_IN_USE` while anything runs from it, `WHEEL_HASH_MISMATCH` when it could not be built again.
 */
export async function replaceDrifted(
  engine: EngineContext & Performer,
  options: { environment: string; lockText: string; occasion: string; run: string | null },
): Promise<string | null> {
  const { environment, lockText, occasion, run } = options;
  const { files, python } = engine.outside;
  if ((await declaredEnvironment(engine, lockText)) !== environment) return null;
  const dir = `${engine.paths.envs}/${environment}`;
  const key = `replace:${occasion}:${environment}`;
  const isBegun = engine.ledger.latest(`effect:${key}`)?.kind === 'effect.intended';
  const condition = await python.inspect(dir);
  if (condition.kind !== 'drifted' && !isBegun) return recordFrom(engine, key, run);
  const changed = condition.kind === 'drifted' ? condition.changed : [];
  const trash = `${engine.paths.trash}/${occasion}-drifted`;
  await engine.perform(
    {
      key,
      name: 'move the changed environment to trash',
      input: { environment, trash: `${trash}/${environment}`, nChanged: changed.length, changed: changed.slice(0, 50) },
      run,
    },
    {
      look: async (input) => ((await files.info(dir)) === undefined ? input : undefined),
      act: async (input) => {
        requireUnused(engine, environment);
        await requireKeptWheels(engine, lockText);
        await files.ensureDir(trash);
        await files.rename(dir, `${trash}/${environment}`);
        return input;
      },
    },
  );
  return recordFrom(engine, key, run);
}

/** Fault `ENVIRONMENT_IN_USE`, with what to stop first. */
export function requireUnused(context: Pick<EngineContext, 'ledger'>, environment: string): void {
  const user = liveInstances(context).find((one) => one.environment === environment);
  if (!user) return;
  const isProduction = user.purpose === 'production';
  throw new Fault(
    'ENVIRONMENT_IN_USE',
    `Files of the environment ${environment} have changed, and ${isProduction ? 'production' : user.instance} runs from it: it is not moved away under it.`,
    {
      hints: isProduction ? ['orchestrate service stop'] : [`orchestrate runs cancel ${user.run ?? ''}`],
      state: 'Nothing was changed.',
    },
  );
}

/** The row for people, from the outcome of the effect; once. Returns where the environment lies now. */
async function recordFrom(engine: EngineContext, key: string, run: string | null): Promise<string | null> {
  const done = engine.ledger.latest(`effect:${key}`);
  if (done?.kind !== 'effect.done') return null;
  const output = done.data['output'] as unknown as {
    environment: string;
    trash: string;
    nChanged: number;
    changed: readonly string[];
  };
  const { environment, trash, nChanged, changed } = output;
  if (engine.ledger.latest(`${key}:told`)) return trash;
  await noteTrash(engine, {
    place: trash,
    what: 'environment',
    name: environment,
    from: `${engine.paths.envs}/${environment}`,
    why: `${nChanged === 1 ? 'a file of it was' : `${nChanged} files of it were`} not the ones that were built`,
    run,
    by: { kind: 'program', name: 'environments' },
  });
  await engine.ledger.append([
    row(
      'environment.replaced',
      { environment, nChanged, changed, trash, run },
      { run, keys: [`replaced:${environment}`, `${key}:told`] },
    ),
  ]);
  return trash;
}
