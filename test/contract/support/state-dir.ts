import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createDigest } from '../../../src/adapters/clock/digest.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { openLedger, type LedgerOptions } from '../../../src/adapters/sqlite/open-ledger.ts';
import type { SqliteLedger } from '../../../src/adapters/sqlite/sqlite-ledger.ts';

/** A state folder of its own, removed at the end. */
export interface StateDir {
  readonly dir: string;
  open(options?: Partial<LedgerOptions>): Promise<SqliteLedger>;
  remove(): Promise<void>;
}

/** Makes a state folder; the ledger in it does not exist yet. */
export function makeStateDir(mode: LedgerOptions['mode'] = 'inline'): StateDir {
  const parent = mkdtempSync(join(tmpdir(), 'ledger-'));
  const dir = join(parent, 'state');
  return {
    dir,
    open: (options) => openLedger({ dir, clock: createSystemClock(), digest: createDigest(), mode, ...options }),
    remove: async () => rmSync(parent, { recursive: true, force: true }),
  };
}
