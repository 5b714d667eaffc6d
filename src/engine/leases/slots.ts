import { Fault } from '../../base/fault.ts';
import type { InstallationConfig, Tree } from '../../domain/definitions/types.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { Waiting } from '../../domain/queue/rank.ts';
import type { Ledger, NewEntry, Ports } from '../../ports/index.ts';
import { slotNamesOf } from '../scale/slots-of.ts';
import { createLine, type Line, standingOf } from './line.ts';

export type Lease = JournalKinds['lease.taken'];
/** A lease that has a slot. */
export type SlotLease = Lease & { readonly slot: string; readonly homePort: number };

export interface SlotLeases {
  /** The run's lease on a slot of the tree and a port; waits in line, by age and priority. A repeat returns the same one. */
  take(options: { run: string; tree: Tree; signal: AbortSignal }): Promise<Lease>;
  /** A port alone, for a run that needs no slot: it waits for nobody. A repeat returns the same one. */
  takePort(run: string): Promise<number>;
  /** A port for somebody who is no run; nobody else is given it before `release`, which is called once something listens there. Fault `PORT_NONE_FREE`. */
  reservePort(homePort: number): Promise<{ readonly port: number; release(): void }>;
  /** Whether so many ports of the range are free now, for somebody who takes one only where others find theirs. Takes none. */
  hasFreePorts(n: number): Promise<boolean>;
  /**
   * Gives the run another port in place of the one that it has: somebody else bound it after it was found free. `why`
   * is kept with the lease. Fault `PORT_NONE_FREE`.
   */
  movePort(run: string, why: string): Promise<Lease>;
  /**
   * Gives the run that slot of its tree and a port for it, or undefined when it is not free. The old ones are free then. What
   * `beside` makes of the new lease is on record with it or not at all.
   */
  moveSlot(options: {
    run: string;
    tree: Tree;
    slot: string;
    beside: (lease: SlotLease) => readonly NewEntry[];
  }): Promise<SlotLease | undefined>;
  /** The slot is given to nobody as long as this process lives: something may still write there. */
  setAside(slot: string): void;
  /**
   * Keeps a slot that nobody has from being given to anybody, until the answer is called: it is taken away, or comes back.
   * Undefined when a run has it, or somebody else keeps it. A lease that is being chosen comes before.
   */
  hold(slot: string): Promise<(() => void) | undefined>;
  /** The run's lease, if it has one. */
  find(run: string): Lease | undefined;
  /** Who waits for a slot of the tree, first to last. */
  waitingFor(tree: string): readonly Waiting[];
  /** The run that has the slot, if any. */
  holderOf(slot: string): string | undefined;
  /** Lets those who wait look again: there may be more slots than before. */
  wake(): void;
  /** Gives back what the run holds. A repeat is safe. */
  free(run: string): Promise<readonly string[]>;
}

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
  const lines = new Map<string, Line>();
  const lineOf = (tree: string): Line => {
    const line = lines.get(tree) ?? createLine((run) => standingOf(ledger, run));
    lines.set(tree, line);
    return line;
  };

  const holderOf = (slot: string): string | undefined => {
    const lease = dataOf('lease.taken', ledger.latest(`lease:slot:${slot}`));
    return lease && options.live().includes(lease.run) ? lease.run : undefined;
  };
  const aside = new Set<string>();
  const held = new Set<string>();
  const freeSlots = (tree: Tree): readonly string[] =>
    slotNamesOf({ ledger }, tree).filter((name) => holderOf(name) === undefined && !aside.has(name) && !held.has(name));
  const isPortLeased = (port: number): boolean => {
    const lease = dataOf('lease.taken', ledger.latest(`lease:port:${port}`));
    return lease !== undefined && options.live().includes(lease.run);
  };

  const choosePort = async (
    homePort: number | null,
    lost: Lease['skipped'] = [],
  ): Promise<Pick<Lease, 'port' | 'skipped'>> => {
    const skipped = [...lost];
    const { first, last } = options.config().ports;
    const range = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    for (const port of homePort === null ? range : [homePort, ...range]) {
      if (skipped.some((one) => one.port === port)) continue;
      const why = await whyNot(port);
      if (why === undefined) return { port, skipped };
      skipped.push({ port, why });
    }
    throw new Fault('PORT_NONE_FREE', `No port from ${first} to ${last} is free.`, { data: { skipped } });
  };
  const isProduction = (port: number): boolean => {
    const { mode, port: productionPort } = options.config().service;
    return mode !== 'none' && port === productionPort;
  };
  const reserved = new Set<number>();
  const whyNot = async (port: number): Promise<string | undefined> => {
    if (reserved.has(port)) return 'about to be used to show a slot';
    if (isProduction(port)) return 'your production';
    if (isPortLeased(port)) return 'leased to another run';
    if (await ports.isFree(port)) return undefined;
    const holder = await ports.holder(port);
    const owner = holder.kind === 'held' ? holder.owners[0] : undefined;
    return owner ? `held by process ${owner.pid}` : 'held by a process of another user';
  };

  const hasFreePorts = async (n: number): Promise<boolean> => {
    const { first, last } = options.config().ports;
    let nFree = 0;
    for (let port = first; port <= last && nFree < n; port += 1)
      if (!isProduction(port) && !reserved.has(port) && !isPortLeased(port) && (await ports.isFree(port))) nFree += 1;
    return nFree >= n;
  };

  // One lease is chosen at a time: two runs must not look at the same free port.
  let turn: Promise<unknown> = Promise.resolve();
  const tryTake = (run: string, tree: Tree): Promise<Lease | undefined> => {
    const mine = turn.then(async () => {
      // Two steps of one run may ask at once: they share what the run holds.
      const known = find(run);
      if (known && known.slot !== null) return known;
      if (!lineOf(tree.id).isFirst(run)) return undefined;
      const [slot] = freeSlots(tree);
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

  /** Only the new lease is the run's; what it gives up is free with the same commit. */
  const replace = async <Next extends Lease>(
    old: Lease,
    next: Next,
    beside: readonly NewEntry[] = [],
  ): Promise<Next> => {
    const { run } = old;
    const isSame = old.slot === next.slot;
    const given = { run, slot: isSame ? null : old.slot, port: old.port };
    const freed = [...(isSame || old.slot === null ? [] : [`lease:slot:${old.slot}`]), `lease:port:${old.port}`];
    const taken = [
      ...(next.slot === null ? [] : [`lease:slot:${next.slot}`]),
      `lease:port:${next.port}`,
      `lease-of:${run}`,
    ];
    await ledger.append([
      row('lease.freed', given, { run, keys: freed }),
      row('lease.taken', next, { run, keys: taken }),
      ...beside,
    ]);
    return next;
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const movePort = (run: string, why: string): Promise<Lease> =>
    inTurn(async () => {
      const old = requireLease(run);
      const lost = [...old.skipped, { port: old.port, why }];
      return replace(old, { ...old, ...(await choosePort(old.homePort, lost)) });
    });
  const moveSlot: SlotLeases['moveSlot'] = ({ run, tree, slot, beside }) =>
    inTurn(async () => {
      const old = requireLease(run);
      if (!freeSlots(tree).includes(slot)) return undefined;
      const next = { ...old, slot, homePort: tree.homePort, ...(await choosePort(tree.homePort)) };
      return replace(old, next, beside(next));
    });
  const requireLease = (run: string): Lease => {
    const lease = find(run);
    if (!lease) throw new Error(`${run} holds no lease`);
    return lease;
  };

  const find = (run: string): Lease | undefined => dataOf('lease.taken', ledger.latest(`lease-of:${run}`));

  return {
    find,
    reservePort: (homePort) =>
      inTurn(async () => {
        const { port } = await choosePort(homePort);
        reserved.add(port);
        return { port, release: () => void reserved.delete(port) };
      }),
    takePort,
    hasFreePorts,
    movePort,
    moveSlot,
    setAside: (slot) => void aside.add(slot),
    hold: (slot) =>
      inTurn(() => {
        if (holderOf(slot) !== undefined || held.has(slot)) return Promise.resolve(undefined);
        held.add(slot);
        return Promise.resolve(() => {
          held.delete(slot);
          for (const other of waiting) other.wake();
        });
      }),
    holderOf,
    waitingFor: (tree) => lineOf(tree).order(),
    wake: () => {
      for (const other of waiting) other.wake();
    },
    async take({ run, tree, signal }) {
      const known = find(run);
      if (known) return known;
      const place = { run, tree: tree.id, wake: () => {} };
      waiting.push(place);
      lineOf(tree.id).enter(run);
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
        lineOf(tree.id).leave(run);
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
