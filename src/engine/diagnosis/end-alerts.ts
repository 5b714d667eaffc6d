import { findSignature } from '../../domain/diagnosis/catalogue.ts';
import type { Reading } from '../../domain/diagnosis/matcher.ts';
import type { ShownBy } from '../../domain/diagnosis/signature.ts';
import { dataOf, type JournalKinds } from '../../domain/journal/kinds.ts';
import { bookOf } from '../alerts/book.ts';
import { resolveAlert } from '../alerts/raise.ts';
import type { Engine } from '../engine.ts';
import { shownByCard } from './shown/card.ts';
import { shownByNode } from './shown/node.ts';
import { shownByPrompt } from './shown/prompt.ts';
import { shownByRoom } from './shown/room.ts';
import { shownByStart } from './shown/start.ts';

/** What the log of production says now. */
export interface LogNow {
  readonly instance: string;
  /** All of it was read that is there. */
  readonly isWhole: boolean;
  readonly reading: Reading;
}

/** Returns what shows that the failure is over, as lines of evidence, or undefined where nothing does. Changes nothing. */
export type Shown = (
  engine: Engine,
  found: JournalKinds['diagnosis.found'],
  now: LogNow,
) => Promise<readonly string[] | undefined>;

export interface AlertEnds {
  /** Ends the alerts of failures whose check is seen to hold. */
  look(now: LogNow): Promise<void>;
}

const shown: Readonly<Record<ShownBy, Shown>> = {
  start: shownByStart,
  prompt: shownByPrompt,
  card: shownByCard,
  room: shownByRoom,
  node: shownByNode,
};
/** Told by the log itself; all else asks a program or a server, and not every two seconds. */
const byLog: ReadonlySet<ShownBy> = new Set(['start', 'prompt']);
const askEveryMs = 60_000;
/** What was seen in the log this shortly ago is not over because one answer says so. */
const quietMs = 600_000;

/** Creates what ends alerts of failures in logs. What a signature has no such check for is ended by a person. */
export function createAlertEnds(engine: Engine): AlertEnds {
  const { clock } = engine.outside;
  const since = new Map<string, { times: number; atMs: number }>();
  let askedMs = clock.monotonicMs();
  return {
    async look(now) {
      const nowMs = clock.monotonicMs();
      const mayAsk = nowMs - askedMs >= askEveryMs;
      if (mayAsk) askedMs = nowMs;
      const open = [...bookOf(engine).open].filter(([key]) => key.startsWith('signature:'));
      for (const key of since.keys()) if (!open.some(([one]) => one === key)) since.delete(key);
      for (const [key, { times }] of open) {
        const found = dataOf('diagnosis.found', engine.ledger.latest(key));
        const by = found === undefined ? undefined : findSignature(found.signature)?.repair.shownBy;
        if (found === undefined || by === undefined) continue;
        if (since.get(key)?.times !== times) since.set(key, { times, atMs: nowMs });
        const isQuiet = nowMs - (since.get(key)?.atMs ?? nowMs) >= quietMs;
        if (!byLog.has(by) && !(mayAsk && isQuiet)) continue;
        const evidence = await shown[by](engine, found, now);
        if (evidence !== undefined) await resolveAlert(engine, key, evidence);
      }
    },
  };
}
