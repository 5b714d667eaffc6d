import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';

/** Returns the run that a machine belongs to; of a change, the run that proposed it. */
export function runOfSubject(engine: Engine, subject: string): string | undefined {
  const run = /^r\d+/.exec(subject)?.[0];
  if (run !== undefined) return run;
  return dataOf('change.drafted', engine.ledger.latest(`change:${subject}`))?.run;
}

/** Runs that ended in a killed process before they were closed. */
export function unclosedRuns(engine: Engine): readonly string[] {
  const open: string[] = [];
  for (const entry of engine.ledger.read({ kinds: ['run.created'], descending: true, limit: 200 })) {
    const run = dataOf('run.created', entry)?.run;
    if (run === undefined || engine.ledger.latest(`close:${run}`)) continue;
    if (!engine.host.find(run)) engine.host.restore('run', run);
    open.push(run);
  }
  return open;
}

/** Runs that are over and could not be closed: nothing moves any more that would have them looked at. */
export const endedUnclosed = ({ host, ledger }: Engine): readonly string[] =>
  host
    .all('run')
    .filter(({ subject, isFinal }) => isFinal && !ledger.latest(`close:${subject}`))
    .map(({ subject }) => subject);
