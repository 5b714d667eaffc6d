import type { Memory } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { tellProblem } from './tell-problem.ts';

/** The folder is looked through at most this often, whoever asks: a look goes through all that is on record. */
const everyMs = 10_000;

/** The last look at each memory: when it began, by the monotonic clock, and its end. */
const looks = new WeakMap<Memory, { readonly beganMs: number; readonly end: Promise<void> }>();

type Looking = Pick<Engine, 'ledger'> & Pick<EngineContext, 'memory' | 'outside'>;

/**
 * Takes up what was edited by hand, and tells in the journal, once, what is no entry. All who ask within ten seconds share one look; an
 * entry that is read by its key is as its file is at that moment all the same. Faults: those of `Memory.sync`; the next one looks again.
 */
export async function lookAtFolder(engine: Looking): Promise<void> {
  const { memory, outside } = engine;
  const beganMs = outside.clock.monotonicMs();
  const last = looks.get(memory);
  if (last !== undefined && beganMs - last.beganMs < everyMs) return last.end;
  const end = look(engine);
  looks.set(memory, { beganMs, end });
  try {
    await end;
  } catch (error) {
    looks.delete(memory);
    throw error;
  }
}

async function look(engine: Looking): Promise<void> {
  const { problems } = await engine.memory.sync();
  for (const problem of problems) await tellProblem(engine, problem);
}
