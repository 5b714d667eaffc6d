import { Fault } from '../../base/fault.ts';
import { nameOf } from '../../domain/bus/address.ts';
import { findCircle, type Waiting } from '../../domain/bus/waiting.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { EngineContext } from '../context.ts';

/** Who waits for whom in this process: all agents that ask are in it. */
export interface Waits {
  /** Lets an agent wait for an answer. Fault `AGENTS_WAIT`, told in the journal, where the other waits for it, straight or through others. */
  during<T>(
    context: Pick<EngineContext, 'ledger'>,
    one: Waiting & { readonly run: string },
    work: () => Promise<T>,
  ): Promise<T>;
}

export function createWaits(): Waits {
  const waits = new Set<Waiting>();
  return {
    async during({ ledger }, { asker, asked, run }, work) {
      const circle = findCircle([...waits], { asker, asked });
      if (circle !== undefined) {
        await ledger.append([row('agents.parted', { asker, asked, waits: circle.slice(1) }, { run })]);
        const through = circle.slice(1, -1).map(nameOf);
        throw new Fault(
          'AGENTS_WAIT',
          `${nameOf(asked)} waits for ${through.length === 0 ? '' : `${through.join(', which waits for ')}, which waits for `}an answer of ${nameOf(asker)}: neither would go on.`,
          {
            hints: ['Answer what was asked of you first (bus_questions, bus_answer), or go on without an answer.'],
            state: 'The question was not put.',
          },
        );
      }
      const wait = { asker, asked };
      waits.add(wait);
      try {
        return await work();
      } finally {
        waits.delete(wait);
      }
    },
  };
}
