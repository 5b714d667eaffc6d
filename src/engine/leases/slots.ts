import { Fault } from '../../base/fault.ts';
import type { InstallationConfig, Tree } from '../../domain/definitions/types.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { Ledger, Ports } from '../../ports/index.ts';

export type Lease = JournalKinds['lease.taken'];
/** A lease that has a slot. */
export type SlotLease = Lease & { readonly slot: string; readonly homePort: number };

export interface SlotLeases {
  /** The run's lease on a slot of the tree and a port; waits in line, in the order of the runs' numbers. A repeat returns the same one. */
  take(options: { run: string; tree: Tree; signal: AbortSignal }): Promise<Lease>;
  /** A port alone, for a run that needs no slot: it waits for nobody. A repeat returns the same one. */
  takePort(run: string): Promise<number>;
  /** The run's lease, if it has one. */
  find(run: string): Lease | undefined;
  /** Gives back what the run holds. A repeat is safe. */
  free(run: string): Promise<readonly string[]>;
}

/** Numbers at the end of run ids: `r12` before `r13`. */
const numberOf = (run: string): number => Number(run.slice(1));

/** A slot's name: the tree's own for the first, `@2` and up for the others. */
export const slotName = (tree: string, index: number): string => (index === 0 ? tree : `${tree}@${index + 1}`);

/**
 * Hands out slots and ports. A lease is the newest row of `lease:slot:<name>`; the port is the tree's
 * home port when it is free, else the first free one of the configured range. The production port is never leased.
 */
export function createSlotLeases(options: {
  ledger: Ledger;
  ports: Ports;
  config: () => InstallationConfig;
  live: () => readonly string[];
}): SlotLeases {
  const { ledger, ports } = options;
  const waiting: { run: string; tree: string; wake: () => void }[] = [];

  const holderOf = (slot: string): string | undefined => {
    const lease = dataOf('lease.taken', ledger.latest(`lease:slot:${slot}`));
    return lease && options.live().includes(lease.run) ? lease.run : undefined;
  };
  const isPortLeased = (port: number): boolean => {
    const lease = dataOf('lease.taken', ledger.latest(`lease:port:${port}`));
    return lease !== undefined && options.live().includes(lease.run);
  };

  const choosePort = async (homePort: number | null): Promise<Pick<Lease, 'port' | 'skipped'>> => {
    const skipped: { port: number; why: string }[] = [];
    const { first, last } = options.config().ports;
    const range = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    for (const port of homePort === null ? range : [homePort, ...range]) {
      const why = await whyNot(port);
      if (why === undefined) return { port, skipped };
      if (!skipped.some((one) => one.port === port)) skipped.push({ port, why });
    }
    throw new Fault('PORT_NONE_FREE', `No port from ${first} to ${last} is free.`, { data: { skipped } });
  };
  const whyNot = async (port: number): Promise<string | undefined> => {
    const { mode, port: productionPort } = options.config().service;
    if (mode !== 'none' && port === productionPort) return 'your production';
    if (isPortLeased(port)) return 'leased to another run';
    if (await ports.isFree(port)) return undefined;
    const holder = await ports.holder(port);
    const owner = holder.kind === 'held' ? holder.owners[0] : undefined;
    return owner ? `held by process ${owner.pid}` : 'held by a process of another user';
  };

  const firstInLine = (run: string, tree: string): boolean =>
    !waiting.some((one) => one.tree === tree && numberOf(one.run) < numberOf(run));

  // One lease is chosen at a time: two runs must not look at the same free port.
  let turn: Promise<unknown> = Promise.resolve();
  const tryTake = (run: string, tree: Tree): Promise<Lease | undefined> => {
    const mine = turn.then(async () => {
      // Two steps of one run may ask at once: they share what the run holds.
      const known = find(run);
      if (known && known.slot !== null) return known;
      if (!firstInLine(run, tree.id)) return undefined;
      const names = Array.from({ length: tree.slots }, (_, index) => slotName(tree.id, index));
      const slot = names.find((name) => holderOf(name) === undefined);
      if (slot === undefined) return undefined;
      const lease: Lease = { run, slot, tree: tree.id, homePort: tree.homePort, ...(await choosePort(tree.homePort)) };
      const keys = [`lease:slot:${slot}`, `lease:port:${lease.port}`, `lease-of:${run}`];
      await ledger.append([row('lease.taken', lease, { run, keys })]);
      return lease;
    });
    turn = mine.catch(() => undefined);
    return mine;
  };

  const takePort = (run: string): Promise<number> => {
    const mine = turn.then(async () => {
      const known = find(run);
      if (known) return known.port;
      const chosen = await choosePort(null);
      const lease: Lease = { run, slot: null, tree: null, homePort: null, ...chosen };
      await ledger.append([row('lease.taken', lease, { run, keys: [`lease:port:${lease.port}`, `lease-of:${run}`] })]);
      return lease.port;
    });
    turn = mine.catch(() => undefined);
    return mine;
  };

  const find = (run: string): Lease | undefined => dataOf('lease.taken', ledger.latest(`lease-of:${run}`));

  return {
    find,
    takePort,
    async take({ run, tree, signal }) {
      const known = find(run);
      if (known) return known;
      const place = { run, tree: tree.id, wake: () => {} };
      waiting.push(place);
      try {
        for (;;) {
          const woken = new Promise<void>((resolve) => {
            place.wake = resolve;
          });
          const lease = await tryTake(run, tree);
          if (lease) return lease;
          const aborted = new Promise<void>((resolve) =>
            signal.addEventListener('abort', () => resolve(), { once: true }),
          );
          await Promise.race([woken, aborted]);
          if (signal.aborted) throw new Fault('INTERRUPTED', `${run} no longer waits for a slot of ${tree.id}.`);
        }
      } finally {
        waiting.splice(waiting.indexOf(place), 1);
        for (const other of waiting) other.wake();
      }
    },
    async free(run) {
      const lease = find(run);
      if (!lease) return [];
      const { slot, port } = lease;
      const keys = [...(slot === null ? [] : [`lease:slot:${slot}`]), `lease:port:${port}`, `lease-of:${run}`];
      await ledger.append([row('lease.freed', { run, slot, port }, { run, keys })]);
      for (const other of waiting) other.wake();
      return [...(slot === null ? [] : [slot]), `:${port}`];
    },
  };
}
