import { Fault } from '../../base/fault.ts';
import type { Installed } from '../../domain/diagnosis/impact.ts';
import type { PackClasses } from '../../domain/instances/node-packs.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { EngineContext } from '../context.ts';
import { declaredWorkflows } from '../workflows/declared.ts';
import { waitingPrompts } from './waiting-prompts.ts';

/** A pack that fails now was proven some time before. */
const maxProofs = 200;

/** Returns the workflows that home declares, which nodes packs bring by the newest proof that had them, and who waits. Reads only. */
export async function installedNow(context: EngineContext): Promise<Installed> {
  const packs = new Map<string, PackClasses>();
  for (const entry of context.ledger.read({ kinds: ['evidence.recorded'], descending: true, limit: maxProofs })) {
    const evidence = dataOf('evidence.recorded', entry)?.evidence;
    if (evidence?.part !== 'boot') continue;
    for (const one of evidence.nodePacks ?? []) if (!packs.has(one.pack)) packs.set(one.pack, one);
  }
  const waiting = await waitingPrompts(context);
  return {
    workflows: await orNone(declaredWorkflows(context)),
    packs: [...packs.values()],
    ...(waiting === undefined ? {} : { waiting }),
  };
}

/** A folder that cannot be read keeps no finding from being told. */
async function orNone<T>(all: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await all;
  } catch (error) {
    if (error instanceof Fault) return [];
    throw error;
  }
}
