import { Fault, type FaultRecord } from '../../base/fault.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { NewEntry } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import type { RemoteRule } from './remote.ts';

/**
 * Returns where the remote leads by the record; at its first use that is written down. A name is looked up in home's git
 * configuration, which others may write: only a person moves it on. Null where it leads nowhere that is used.
 */
export async function noteAddress(engine: Engine, { remote }: RemoteRule): Promise<string | null> {
  const known = pinned(engine, remote);
  if (known !== undefined) return known;
  try {
    const address = await engine.remotes.addressOf(remote);
    await engine.ledger.append([addressRow({ remote, address, was: null, by: { kind: 'program', name: 'remote' } })]);
    return address;
  } catch (error) {
    if (error instanceof Fault && error.code === 'REMOTE_REFUSED') return null;
    throw error;
  }
}

/** Returns the address that may be sent to. Fault `REMOTE_MOVED` when the name leads elsewhere than by the record. */
export async function requireAddress(engine: Engine, rule: RemoteRule, run: string): Promise<string> {
  const address = await engine.remotes.addressOf(rule.remote);
  const known = await noteAddress(engine, rule);
  if (known === null || known === address) return address;
  throw new Fault('REMOTE_MOVED', `${rule.remote} leads to ${address} now; until now it led to ${known}.`, {
    hints: [
      `git config --show-origin --get-regexp '^remote\\.${rule.remote}\\.'   (in home: who wrote that?)`,
      `orchestrate runs resume ${run}   (sends to ${address} from now on)`,
    ],
    state: 'Nothing was sent there. Home and production are as they were.',
    data: { remote: rule.remote, address, was: known },
  });
}

/** The row by which a person who resumes agrees to the address that they were told of; undefined when it was about something else. */
export function acceptedAddress(fault: FaultRecord | null, by: Actor): NewEntry | undefined {
  const { remote, address, was } = fault?.data ?? {};
  if (fault?.code !== 'REMOTE_MOVED' || typeof remote !== 'string' || typeof address !== 'string') return undefined;
  return addressRow({ remote, address, was: typeof was === 'string' ? was : null, by });
}

const pinned = (engine: Engine, remote: string): string | undefined =>
  dataOf('remote.addressed', engine.ledger.latest(`remote-address:${remote}`))?.address;

const addressRow = (data: { remote: string; address: string; was: string | null; by: Actor }): NewEntry =>
  row('remote.addressed', data, { keys: [`remote-address:${data.remote}`] });
