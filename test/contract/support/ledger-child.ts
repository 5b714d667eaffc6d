// A process of its own for the ledger tests: node ledger-child.ts <what> <state folder> [<how much>] [<inline or worker>]
// It says what it did as JSON lines on stdout.
import { rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { createDigest } from '../../../src/adapters/clock/digest.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { openLedger } from '../../../src/adapters/sqlite/open-ledger.ts';
import { faultRecord } from '../../../src/base/fault.ts';

const [what, dir = '', count = '0', mode = 'inline'] = process.argv.slice(2);
// Written at once, so that a kill cannot lose a line that the ledger has acknowledged.
const say = (fact: unknown): void => void writeSync(1, `${JSON.stringify(fact)}\n`);

process.on('uncaughtException', (error) => {
  say(faultRecord(error));
  process.exit(1);
});

const ledger = await openLedger({
  dir,
  clock: createSystemClock(),
  digest: createDigest(),
  mode: mode === 'worker' ? 'worker' : 'inline',
});
switch (what) {
  case 'request':
    for (let n = 0; n < Number(count); n += 1) say({ id: await ledger.request('run.start', { pid: process.pid, n }) });
    break;
  case 'hold':
    say({ epoch: (await ledger.acquire())?.epoch });
    await pause(60_000);
    break;
  case 'write': {
    say({ epoch: (await ledger.acquire())?.epoch });
    const write = async (publisher: number): Promise<void> => {
      for (let n = 0; ; n += 1) {
        const entries = await ledger.append([
          { kind: 'counted', run: `r${publisher}`, keys: [`publisher:${publisher}`], data: { n } },
          { kind: 'counted', keys: [`n:${n % 7}`], data: { n, text: 'x'.repeat(n % 300) } },
        ]);
        for (const { seq, hash } of entries) say({ seq, hash });
      }
    };
    await Promise.all([1, 2, 3, 4].map(write));
    break;
  }
  case 'fill': {
    await ledger.acquire();
    const filler = join(dir, 'filler');
    const row = { kind: 'counted', keys: ['k'], data: { text: 'x'.repeat(100_000) } };
    let nAcknowledged = 0;
    const appendUntilRefused = async (): Promise<unknown> => {
      try {
        while (nAcknowledged < 1_000) nAcknowledged += (await ledger.append([row])).length;
        return undefined;
      } catch (error) {
        return faultRecord(error);
      }
    };
    await ledger.append([row]);
    nAcknowledged += 1;
    fillDisk(filler);
    const refusal = await appendUntilRefused();
    say({
      refusal,
      nAcknowledged,
      nRows: ledger.head().seq,
      verdict: ledger.verify().kind,
      nRequests: ledger.openRequests().length,
    });
    rmSync(filler);
    nAcknowledged += (await ledger.append([row])).length;
    say({ nAcknowledged, nRows: ledger.head().seq, verdict: ledger.verify().kind });
    break;
  }
  default:
    throw new Error(`what is ${what}?`);
}
await ledger.close();

/** Leaves no room at all, so that the next page that must be added has none. */
function fillDisk(file: string): void {
  for (const chunk of [1 << 20, 1 << 16, 1 << 12]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(chunk), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}
