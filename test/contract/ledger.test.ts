import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createMemoryLedgers } from '../fakes/memory-ledger.ts';
import { describeLedger } from './ledger.contract.ts';
import { makeStateDir } from './support/state-dir.ts';

describeLedger('in memory', async () => {
  const ledgers = createMemoryLedgers({ clock: createSystemClock() });
  return { open: async () => ledgers.open(), remove: async () => {} };
});
describeLedger('over sqlite, writing inline', async () => makeStateDir('inline'));
describeLedger('over sqlite, writing in a worker', async () => makeStateDir('worker'));
