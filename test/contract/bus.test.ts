import { createFakeBus } from '../fakes/fake-bus.ts';
import { createFakeClock } from '../fakes/fake-clock.ts';
import { createMemoryLedgers } from '../fakes/memory-ledger.ts';
import { describeBus, limits } from './bus.contract.ts';
import { makeStateDir } from './support/state-dir.ts';

for (const mode of ['inline', 'worker'] as const)
  describeBus(`over sqlite, writing in ${mode === 'inline' ? 'its own thread' : 'a worker'}`, async () => {
    const clock = createFakeClock();
    const dir = makeStateDir(mode);
    let boot = 'first';
    return {
      clock,
      async open(given = {}) {
        const ledger = await dir.open({ clock, limits: { ...limits, ...given }, bootName: () => boot });
        return { ledger, bus: ledger.bus() };
      },
      restartMachine: () => {
        boot = 'second';
      },
      remove: () => dir.remove(),
    };
  });

describeBus('in memory', async () => {
  const clock = createFakeClock();
  const ledgers = createMemoryLedgers({ clock, limits });
  let holder: object | undefined;
  return {
    clock,
    async open(given = {}) {
      Object.assign(ledgers.mail.limits, given);
      const ledger = ledgers.open();
      const acquire = ledger.acquire.bind(ledger);
      ledger.acquire = async () => {
        holder = ledger;
        return acquire();
      };
      return { ledger, bus: createFakeBus({ ledgers, isSupervisor: () => holder === ledger }) };
    },
    restartMachine: () => {
      ledgers.mail.boot = 'second';
    },
    remove: async () => {},
  };
});
