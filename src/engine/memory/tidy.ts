import { Fault } from '../../base/fault.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { pastRetention } from '../../domain/memory/retention.ts';
import { mayWrite } from '../../domain/memory/standard.ts';
import type { EngineContext } from '../context.ts';

const pageSize = 1_000;

/**
 * Takes away the entries of a tree's own domain, and of sessions, whose time is over. Their versions stay, and `memory revert` brings one
 * back. One that is written anew meanwhile stays. A repeat takes away what is left.
 */
export async function tidyMemory(
  { memory, outside }: Pick<EngineContext, 'memory' | 'outside'>,
  { tree, by }: { readonly tree: string; readonly by: Actor },
): Promise<{ readonly nEntries: number; readonly bytes: number }> {
  const nowMs = outside.clock.nowMs();
  let nEntries = 0;
  let bytes = 0;
  for (let afterKey = ''; ;) {
    const page = memory.list({ withOld: true, afterKey, limit: pageSize });
    for (const one of page) {
      const reason = pastRetention(one, nowMs);
      if (reason === undefined || !mayWrite(tree, one.key)) continue;
      if (!(await isRemoved(memory, { key: one.key, ifVersion: one.version, by, reason }))) continue;
      nEntries += 1;
      bytes += one.sizeBytes;
    }
    if (page.length < pageSize) return { nEntries, bytes };
    afterKey = page.at(-1)?.key ?? '';
  }
}

async function isRemoved(
  memory: EngineContext['memory'],
  asked: Parameters<EngineContext['memory']['remove']>[0],
): Promise<boolean> {
  try {
    return await memory.remove(asked);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'MEMORY_MOVED') throw error;
    return false;
  }
}
