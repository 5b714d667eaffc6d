import { Fault } from '../../base/fault.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { baseUrl, composedInstance } from '../instances/start.ts';
import { awaitIdle, hasGraphics, nPromptsOnCard } from './graphics.ts';

/** How often the queue of production is looked at while a proof draws. */
const lookEveryMs = 1_000;
/** A proof that gave way so often is a question for a person: production is never done. */
const maxYields = 3;

/**
 * Lets a proof draw on the graphics card while production draws nothing, where `policy.one-generator` says so: it waits until production's
 * queue is idle, and gives way when production is given a prompt, with its own prompt taken back and its memory asked to be freed.
 * `work` is begun again then, with the number of the try. What draws on the CPU, or has no card, is not kept waiting.
 * Fault `WAITING_FOR_PERSON` when production stays busy.
 */
export async function drawAlone<T>(
  engine: Engine,
  { run, instance, signal }: { readonly run: string; readonly instance: string; readonly signal: AbortSignal },
  work: (signal: AbortSignal, nth: number) => Promise<T>,
): Promise<T> {
  if (!engine.config.policy.oneGenerator || !hasGraphics(engine, run)) return work(signal, 1);
  for (let nth = 1; ; nth += 1) {
    await awaitIdle(engine, { run, signal });
    const tried = await tryAlone(engine, { signal, nth }, work);
    if (tried.kind === 'done') return tried.value;
    const { port } = composedInstance(engine, instance);
    const data = { run, instance, nth, nPrompts: tried.nPrompts };
    await engine.ledger.append([row('graphics.yielded', data, { run, keys: [`graphics-yielded:${instance}`] })]);
    await engine.outside.service.free(baseUrl(port));
    if (nth > maxYields)
      throw new Fault('WAITING_FOR_PERSON', `The proof gave way to production ${nth} times, and has not drawn yet.`, {
        state: 'Production was left alone; the branch is as it was.',
        hints: [
          `orchestrate runs resume ${run}`,
          'Or let both draw at once: set policy.one-generator to false in orchestrate.yaml.',
        ],
      });
  }
}

type Tried<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'yielded'; readonly nPrompts: number };

async function tryAlone<T>(
  engine: Engine,
  { signal, nth }: { readonly signal: AbortSignal; readonly nth: number },
  work: (signal: AbortSignal, nth: number) => Promise<T>,
): Promise<Tried<T>> {
  const giveWay = new AbortController();
  const over = new AbortController();
  let nPrompts = 0;
  const watch = async (): Promise<void> => {
    while (await engine.outside.clock.sleep(lookEveryMs, over.signal)) {
      nPrompts = await nPromptsOnCard(engine);
      if (nPrompts > 0) return giveWay.abort(new Fault('INTERRUPTED', 'The proof gives way to production.'));
    }
  };
  const watching = watch();
  try {
    return { kind: 'done', value: await work(AbortSignal.any([signal, giveWay.signal]), nth) };
  } catch (error) {
    // Called off by its own run, or failed by itself.
    if (signal.aborted || error !== giveWay.signal.reason) throw error;
    return { kind: 'yielded', nPrompts };
  } finally {
    over.abort();
    await watching;
  }
}
