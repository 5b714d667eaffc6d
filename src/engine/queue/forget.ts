import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { composedInstance } from '../instances/start.ts';
import { giveBack } from './ahead.ts';
import { isAhead } from './owner.ts';

/** More were never proven ahead at once. */
const lookBackRows = 100;

/**
 * Forgets what a supervisor that is gone was proving ahead: its instance stops, its port is free, and it is foreseen anew where it
 * is still wanted. Returns what was found. A repeat finds nothing.
 */
export async function forgetAhead(engine: Engine): Promise<readonly string[]> {
  const owners = new Set<string>();
  for (const { subject, state } of engine.host.all('instance')) {
    const { run } = composedInstance(engine, subject);
    if (run !== null && isAhead(run) && state !== 'stopped') owners.add(run);
  }
  const recent = engine.ledger.read({ kinds: ['queue.predicted'], descending: true, limit: lookBackRows });
  const findings: string[] = [];
  for (const entry of recent) {
    const begun = dataOf('queue.predicted', entry);
    if (begun === undefined) continue;
    const { change, onTop, tree, owner } = begun;
    if (engine.leases.find(owner)) owners.add(owner);
    if (engine.ledger.latest(`ahead:${change}`)?.seq !== entry.seq) continue;
    const reason = 'the supervisor that proved it is gone';
    await engine.ledger.append([row('queue.dropped', { change, onTop, tree, reason }, { keys: [`ahead:${change}`] })]);
    findings.push(`forgot what was proven ahead of ${change}`);
  }
  for (const owner of owners) await giveBack(engine, owner);
  return findings;
}
