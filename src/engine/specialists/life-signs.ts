import { canonicalJson } from '../../base/json.ts';
import { markOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import type { WorkOrder } from './order.ts';

/** Entries of a slot that are looked at: a home holds declarations. */
const maxEntries = 5_000;
/** Less is what a program takes that only waits, in milliseconds of the processor. */
const cpuStepMs = 200;

/** What can be seen of an agent from outside. `moved`: a file, a program of it, its processor time or a row is another one than at the last look. */
export function lifeSigns(
  engine: Engine,
  { parts, slotDir }: Pick<WorkOrder, 'parts' | 'slotDir'>,
): { moved(): Promise<boolean> } {
  const { processes, files, machine } = engine.outside;
  const mark = markOf(engine, parts.attempt);
  let before: string | undefined;
  return {
    async moved() {
      const programs = await processes.findMarked((one) => one === mark);
      const taken = await Promise.all(
        programs.map(async ({ pid }) => [pid, Math.floor(((await machine.process(pid))?.cpuMs ?? 0) / cpuStepMs)]),
      );
      const { statDigest } = await files.tally(slotDir, { maxEntries });
      const newest = engine.ledger
        .read({ run: parts.run, descending: true, limit: 20 })
        .find(({ kind }) => !ownWords.includes(kind));
      const programsNow = Object.fromEntries(taken.map(([pid, cpu]) => [String(pid), cpu ?? 0]));
      const now = canonicalJson({ programs: programsNow, statDigest, row: newest?.seq ?? 0 });
      const isOther = before !== undefined && now !== before;
      before = now;
      return isOther;
    },
  };
}

/** Rows that we write about an agent while it does nothing. */
const ownWords: readonly string[] = ['attempt.beat', 'status.summarised', 'conversation.told'];
