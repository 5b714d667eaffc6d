import { Fault } from '../../base/fault.ts';
import { row } from '../../domain/journal/kinds.ts';
import { markOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import { preserveAttempt } from './preserve.ts';

/**
 * Returns the fault of a step that failed: as it is, or `ATTEMPT_DIED` when a program of this attempt was ended by a signal that
 * came from nobody here. Then the slot's files are kept first, and both are written down.
 */
export async function asDeath(
  engine: Engine,
  failed: { run: string; task: string; attempt: string; error: unknown; signal: AbortSignal },
): Promise<unknown> {
  const { run, task, attempt, error, signal } = failed;
  const death = engine.outside.processes.deaths(markOf(engine, attempt)).at(-1);
  if (!(error instanceof Fault) || error.code === 'EPOCH_OLD' || signal.aborted || death === undefined) return error;
  const program = death.program.slice(death.program.lastIndexOf('/') + 1);
  const fault = error.toRecord();
  await engine.ledger.append([
    row('attempt.died', { task, attempt, program, signal: death.signal, fault }, { run, keys: [`died:${attempt}`] }),
  ]);
  const kept = await preserveAttempt(engine, { run, task, attempt });
  return new Fault(
    'ATTEMPT_DIED',
    `${program} was ended by ${death.signal}, and ${attempt} failed with it: ${error.message}`,
    {
      hints: [
        `orchestrate failover ${run}   (goes on in another slot, with its files)`,
        `orchestrate runs resume ${run}   (tries again where it is)`,
      ],
      state: `${kept === undefined ? 'Its files are in the slot as they were' : `Its files are kept: ${kept.ref}`}; the branch and production are as they were.`,
      data: { program, signal: death.signal, cause: { code: fault.code, message: fault.message } },
    },
  );
}
