import type { Engine } from '../engine.ts';
import { tryLookOutside } from '../outside/look.ts';
import { readBranch } from '../runs/preview.ts';
import { startProduction } from './production.ts';

/**
 * Starts production from the branch; every prompt that an earlier one left behind is offered to it. With `copies`, each is in the
 * file of the new one before it leaves that of the old. Returns its instance. Faults: those of a start that fails.
 */
export async function startFromBranch(
  engine: Engine,
  { answers, copies }: { answers?: NonNullable<Parameters<typeof startProduction>[1]['answers']>; copies?: true } = {},
): Promise<string> {
  const { base } = await readBranch(engine);
  await tryLookOutside(engine, 'service start');
  const saved = await engine.template.work.saved(engine);
  return startProduction(engine, {
    tree: await engine.store.treeOf(base),
    signal: new AbortController().signal,
    ...(answers === undefined ? {} : { answers }),
    before: async (instance) => {
      for (const from of saved)
        await engine.template.work.again(engine, {
          from,
          to: instance,
          run: null,
          ...(copies === undefined ? {} : { copies }),
        });
    },
  });
}
