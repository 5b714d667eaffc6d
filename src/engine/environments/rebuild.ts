import type { ReadyEnvironment } from '../../actions/_context.ts';
import { Fault } from '../../base/fault.ts';
import { missingWheels } from '../changes/questions.ts';
import type { Engine } from '../engine.ts';
import { composedInstance } from '../instances/start.ts';
import { ensureEnvironment } from './ensure.ts';

/**
 * Builds a sealed environment again from kept wheels, at the place where one lies whose files are not the ones that
 * were built; that one goes to trash. Repeated after a kill it goes on: a trash of its own per `key`, the build by its id.
 * Faults: `ENVIRONMENT_IN_USE`, `RESTORE_UNAVAILABLE` when a wheel is not kept, those of the build; the drifted one is
 * back in its place after them.
 */
export async function rebuildEnvironment(
  engine: Engine,
  options: { readonly id: string; readonly lockText: string; readonly key: string; readonly run: string | null },
): Promise<{ readonly environment: ReadyEnvironment; readonly trash: string }> {
  const { id, lockText, key, run } = options;
  const { files } = engine.outside;
  const dir = `${engine.paths.envs}/${id}`;
  requireUnused(engine, id);
  const missing = await missingWheels(engine, lockText);
  if (missing.length > 0) {
    throw new Fault('RESTORE_UNAVAILABLE', `These wheels are not kept: ${missing.slice(0, 5).join(', ')}.`, {
      hints: ['orchestrate restore list'],
      state: 'The environment is as it was.',
      data: { environment: id, missing },
    });
  }
  const { effect, trash } = await asideOf(engine, { id, key });
  await engine.perform(
    { key: effect, name: 'move the drifted environment to trash', input: { from: dir, to: trash }, run },
    {
      look: async () => ((await files.info(trash)) === undefined ? undefined : { trash }),
      act: async () => {
        await files.ensureDir(`${engine.paths.trash}/environments`);
        await files.rename(dir, trash);
        return { trash };
      },
    },
  );
  try {
    return { environment: await ensureEnvironment(engine, { lockText, run, effectKey: key }), trash };
  } catch (error) {
    // Better a drifted one that is told of than none.
    if ((await engine.outside.python.inspect(dir)).kind === 'missing') {
      await files.remove(dir);
      await files.rename(trash, dir);
    }
    throw error;
  }
}

/** Where it goes, and the effect that moves it: another one where an earlier try had to bring it back. */
async function asideOf(
  engine: Engine,
  { id, key }: { id: string; key: string },
): Promise<{ effect: string; trash: string }> {
  for (let n = 1; ; n += 1) {
    const effect = `${key}:set-aside${n === 1 ? '' : `:${n}`}`;
    const trash = `${engine.paths.trash}/environments/${id}.${engine.outside.digest.sha256(effect).slice(0, 8)}`;
    const isDone = engine.ledger.latest(`effect:${effect}`)?.kind === 'effect.done';
    if (!isDone || (await engine.outside.files.info(trash)) !== undefined) return { effect, trash };
  }
}

/** What a process runs from must stay where it is until that has ended. */
function requireUnused(engine: Engine, id: string): void {
  const user = engine.host
    .all('instance')
    .find((view) => view.state !== 'stopped' && composedInstance(engine, view.subject).environment === id);
  if (user === undefined) return;
  throw new Fault('ENVIRONMENT_IN_USE', `${user.subject} runs in the environment ${id}.`, {
    hints: ['orchestrate service stop', 'Then repeat.'],
    state: 'The environment is as it was.',
    data: { environment: id, instance: user.subject },
  });
}
