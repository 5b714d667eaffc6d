import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { openEffects } from './bus-effects.ts';
import type { StateDir } from './state-dir.ts';

const program = fileURLToPath(new URL('./bus-child.ts', import.meta.url));

export interface StormOptions {
  readonly place: StateDir;
  readonly nSenders: number;
  /** Messages of each sender. */
  readonly nMessages: number;
  readonly nTakers: number;
  /** Pause between two kills, in milliseconds, at least and at most; null: nobody is killed from outside. */
  readonly killEveryMs: readonly [number, number] | null;
  /** The first taker kills itself between effect and ack after so many rounds with messages; the others begin when it has. */
  readonly firstTakerRounds: number;
  readonly seed: number;
}

/** What a storm came to. */
export interface StormResult {
  readonly nKills: number;
  readonly nEffects: number;
  /** How often a message was handed out: as often as an effect without a key would have happened. */
  readonly nHanded: number;
  /** Of each sender and mailbox in which the numbers of the effects did not rise. */
  readonly unordered: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly nSent: number;
}

/** Lets processes send and take through one ledger, kills them at random, starts them again, and says what came of it. */
export async function storm(options: StormOptions): Promise<StormResult> {
  const { place, nSenders, nMessages, nTakers, killEveryMs } = options;
  const ledger = await place.open();
  const bus = ledger.bus();
  const effects = openEffects(place.dir);
  const next = randomOf(options.seed);
  const senders = Array.from({ length: nSenders }, (_, n) => keepUp(['send', place.dir, `s${n}`, nMessages]));
  const first = keepUp(['take', place.dir, 0], ['take', place.dir, options.firstTakerRounds]);
  // Beside others it might never get a message to die with, and the control had nothing to show.
  await first.hasDied;
  const takers = [first, ...Array.from({ length: nTakers - 1 }, () => keepUp(['take', place.dir, 0]))];
  const allSent = Promise.all(senders.map(({ finished }) => finished));
  let isSent = false;
  void allSent.then(() => (isSent = true));
  let nKills = 0;
  const isOpen = (): boolean => bus.counts().some(({ state }) => state === 'waiting' || state === 'taken');
  while (!isSent || isOpen()) {
    await pause(killEveryMs === null ? 50 : killEveryMs[0] + next() * (killEveryMs[1] - killEveryMs[0]));
    const alive = [...senders, ...takers].filter(({ isOver }) => !isOver());
    if (killEveryMs !== null && alive[Math.floor(next() * alive.length)]?.kill() === true) nKills += 1;
  }
  await allSent;
  for (const taker of takers) await taker.stop();
  const all = effects.all();
  const counts: Record<string, number> = {};
  for (const { state, n } of bus.counts()) counts[state] = (counts[state] ?? 0) + n;
  const nSent = bus.sentTo().reduce((sum, { n }) => sum + n, 0);
  const result = { nKills, nEffects: all.length, nHanded: effects.nHanded(), unordered: unordered(all), counts, nSent };
  effects.close();
  await ledger.close();
  return result;
}

function unordered(all: readonly { sender: string; mailbox: string; n: number }[]): string[] {
  const last = new Map<string, number>();
  const wrong = new Set<string>();
  for (const { sender, mailbox, n } of all) {
    const name = `${sender} in ${mailbox}`;
    if (n <= (last.get(name) ?? 0)) wrong.add(name);
    last.set(name, n);
  }
  return [...wrong];
}

interface Kept {
  /** Resolves when it ended by itself. */
  readonly finished: Promise<void>;
  /** Resolves when it has killed itself, or ended. */
  readonly hasDied: Promise<void>;
  isOver(): boolean;
  kill(): boolean;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/** Starts a process, and again whenever it was killed; with `firstArgs` until it has killed itself. */
function keepUp(args: readonly (string | number)[], firstArgs = args): Kept {
  const died = Promise.withResolvers<void>();
  let child: ChildProcess;
  let given = firstArgs;
  let isKilled = false;
  let isOver = false;
  let isStopped = false;
  const finished = (async () => {
    for (;;) {
      child = spawn(process.execPath, [program, ...given.map(String)], { stdio: ['ignore', 'ignore', 'inherit'] });
      const [code] = (await once(child, 'exit')) as [number | null];
      if (code !== null && code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
      if (code === 0 || isStopped) break;
      if (!isKilled) {
        given = args;
        died.resolve();
      }
      isKilled = false;
    }
    isOver = true;
    died.resolve();
  })();
  return {
    finished,
    hasDied: died.promise,
    isOver: () => isOver,
    kill: () => (isKilled = child.kill('SIGKILL')),
    async stop() {
      isStopped = true;
      child.kill('SIGKILL');
      await finished;
    },
  };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
