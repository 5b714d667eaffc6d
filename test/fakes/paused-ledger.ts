import type { Ledger, NewEntry } from '../../src/ports/ledger.ts';

/** A ledger whose commits wait until the test lets them through. */
export interface PausedLedger extends Ledger {
  isPaused: boolean;
  readonly nHeld: number;
  /** Lets the commits through that are held now. */
  letThrough(): void;
  /** Fails every later commit. */
  breakWith(error: Error | undefined): void;
}

/** Returns the ledger with a gate before its commits. */
export function pausedLedger(ledger: Ledger): PausedLedger {
  const held: (() => void)[] = [];
  let broken: Error | undefined;
  const paused: PausedLedger = {
    isPaused: false,
    get nHeld() {
      return held.length;
    },
    letThrough: () => {
      for (const go of held.splice(0)) go();
    },
    breakWith: (error) => {
      broken = error;
    },
    async append(rows: readonly NewEntry[], answers) {
      if (paused.isPaused) await new Promise<void>((resolve) => held.push(resolve));
      if (broken !== undefined) throw broken;
      return ledger.append(rows, answers);
    },
    acquire: () => ledger.acquire(),
    overtake: (epoch) => ledger.overtake(epoch),
    isHeld: () => ledger.isHeld(),
    read: (options) => ledger.read(options),
    latest: (key) => ledger.latest(key),
    head: () => ledger.head(),
    follow: (options) => ledger.follow(options),
    verify: () => ledger.verify(),
    request: (kind, data) => ledger.request(kind, data),
    findRequest: (id) => ledger.findRequest(id),
    openRequests: () => ledger.openRequests(),
    waitForBell: (timeoutMs, signal) => ledger.waitForBell(timeoutMs, signal),
    close: () => ledger.close(),
  };
  return paused;
}
