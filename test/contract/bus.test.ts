import { createFakeBus } from '../fakes/fake-bus.ts';
import { createFakeClock } from '../fakes/fake-clock.ts';
import { createMemoryLedgers } from '../fakes/memory-ledger.ts';
import { describeBus, limits } from './bus.contract.ts';

describeBus('in memory', async () => {
  const clock = createFakeClock();
  const ledgers = createMemoryLedgers({ clock, limits });
  let holder: object | undefined;
  return {
    clock,
    async open() {
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
