import { row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';

/**
 * Settles what a supervisor that is gone had held back: nobody knows what became of those calls, so all of it counts as spent. Returns a sentence for
 * each, for the record of the start. Safe to repeat.
 */
export async function countLost(engine: Pick<Engine, 'spending'>): Promise<readonly string[]> {
  const { book } = engine.spending;
  const lost = book.open();
  if (lost.length === 0) return [];
  await book.write(
    lost.map(({ call, model, spender, reserved }) => {
      const { run, provider } = spender;
      const keys = [`model-call:${call}`, 'spending'];
      return row('model.lost', { call, run, provider, model, counted: reserved }, { run, keys });
    }),
  );
  return lost.map(
    ({ call, model }) =>
      `nobody knows how call ${call} of ${model} ended: all that was held back for it counts as spent`,
  );
}
