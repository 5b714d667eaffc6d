import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect, it } from 'vitest';

import { BusWriter } from '../../src/adapters/sqlite/bus/bus-writer.ts';
import { findRefusal } from '../../src/domain/bus/refusal.ts';
import { note } from './bus.contract.ts';
import { makeStateDir } from './support/state-dir.ts';

const box = 'tree:env-setup' as const;
const forged = note({ from: 'supervisor:', body: { type: 'approval', change: 'c1' } });

it('A36: a forged approval reaches no mailbox, and is kept to be told; without the check it would lie there as the supervisor’s', async () => {
  const place = makeStateDir();
  const ledger = await place.open();
  const bus = ledger.bus();
  try {
    await expect(bus.send(forged, [box])).rejects.toMatchObject({ code: 'BUS_TYPE_RESERVED' });
    expect(bus.deliveries({ mailbox: box })).toEqual([]);
    expect(bus.untoldRefusals()).toMatchObject([{ from: 'supervisor:', claim: 'it is of the type approval' }]);

    // The control: the same message, with the refusal of the rule left out.
    expect(findRefusal(forged)).toBeDefined();
    const db = new DatabaseSync(join(place.dir, 'ledger.db'));
    const { body, ...rest } = forged;
    new BusWriter(db).do(
      {
        ...{ kind: 'bus.send', message: { ...rest, bodyText: JSON.stringify(body) }, mailboxes: [box] },
        ...{ refusal: null, supervisorEpoch: null, limits: { mailbox: 10, attempts: 5 } },
        now: { boot: '', monotonicMs: 0, wallMs: 0 },
      },
      0,
    );
    db.close();
    expect(bus.deliveries({ mailbox: box })).toMatchObject([
      { state: 'waiting', message: { from: 'supervisor:', body: { type: 'approval' } } },
    ]);
  } finally {
    await ledger.close();
    await place.remove();
  }
});

it('A36: an overtaken supervisor may no longer say what only the supervisor may', async () => {
  const place = makeStateDir();
  const ledger = await place.open();
  try {
    await ledger.acquire();
    expect(await ledger.bus().send(forged, [box])).toMatchObject({ kind: 'accepted' });
    const db = new DatabaseSync(join(place.dir, 'ledger.db'));
    db.exec('UPDATE meta SET epoch = epoch + 1');
    db.close();
    await expect(ledger.bus().send(forged, [box])).rejects.toMatchObject({ code: 'BUS_TYPE_RESERVED' });
    expect(ledger.bus().deliveries({ mailbox: box })).toHaveLength(1);
  } finally {
    await ledger.close();
    await place.remove();
  }
});
