import type { AlertRaised } from '../../domain/alerts/alert.ts';
import { causeAmong } from '../../domain/alerts/causes.ts';
import { alertKey } from '../../domain/alerts/match-key.ts';
import { plainAlert, plainLine } from '../../domain/alerts/plain-alert.ts';
import { maxOpeningsPerHour, recurrence, settleMs } from '../../domain/alerts/recurrence.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { NewEntry } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import type { Beside } from '../machines/host.ts';
import { type AlertBook, bookOf, causesOf, type KnownAlert, noteEnded } from './book.ts';

/** Open alerts at most; more of them count for one that says so. Critical ones may be twice as many. */
export const maxOpen = 100;
const stormKey = 'alerts:storm';
/** With so few open the storm is over: a few more are none again. */
const calmOpen = maxOpen * 0.8;

/**
 * Raises an alert, or counts it once more. A repeat is safe: it writes a row at the first, tenth, hundredth … time only. What it says is
 * made plain first: no control character, nothing that looks like a secret.
 */
export function raiseAlert(engine: Engine, alert: AlertRaised): Promise<void> {
  return engine.alerts.inTurn(async () => {
    const book = bookOf(engine);
    const { sha256 } = engine.outside.digest;
    const plain = { ...plainAlert(alert), key: alertKey(alert.key, sha256) };
    const known = book.open.get(plain.key);
    if (known !== undefined) return countAgain(engine, known, plain);
    const limit = plain.severity === 'critical' ? maxOpen * 2 : maxOpen;
    const isTooMany = book.open.size >= limit && plain.key !== stormKey;
    const opened = isTooMany ? storm(plain, limit) : plain;
    const stormy = isTooMany ? book.open.get(stormKey) : undefined;
    if (stormy !== undefined) return countAgain(engine, stormy, opened);
    await open(engine, book, {
      ...opened,
      because: opened.because === null ? null : alertKey(opened.because, sha256),
    });
  });
}

/** Ends an open alert by what was seen; nothing where none is open. A repeat is safe. */
export function resolveAlert(engine: Engine, key: string, evidence: readonly string[]): Promise<void> {
  return engine.alerts.inTurn(async () => {
    const known = bookOf(engine).open.get(alertKey(key, engine.outside.digest.sha256));
    if (known !== undefined) await noteGone(engine, known, evidence);
  });
}

/** What comes and goes ends by `endSettled`. */
async function noteGone(engine: Engine, known: KnownAlert, evidence: readonly string[]): Promise<void> {
  if (!known.raised.flaps) return end(engine, known, { by: null, evidence });
  known.goneSinceMs ??= engine.outside.clock.monotonicMs();
}

/** Ends an open alert: `by` a person, or null by what was seen. Writes the row beside the transition, with `answers` to requests. */
export async function end(
  engine: Engine,
  known: KnownAlert,
  { by, evidence, answers = [] }: { by: Actor | null; evidence: readonly string[]; answers?: Beside['answers'] },
): Promise<void> {
  const book = bookOf(engine);
  const { alert, key } = known.raised;
  const shown = evidence.slice(0, 10).map((line) => plainLine(line, 400));
  const data = { alert, key, by, evidence: shown, times: known.times };
  const rows = [row('alert.ended', data, { keys: [`alert-end:${alert}`, `alert-key:${key}`] })];
  await engine.host.send(alert, { type: 'RESOLVE' }, { rows, answers });
  known.ended = shown;
  book.open.delete(key);
  noteEnded(book, known);
}

/** Ends what comes and goes and has been away for long enough. Call it in the alerts' turn. */
export async function endSettled(engine: Engine): Promise<void> {
  const nowMs = engine.outside.clock.monotonicMs();
  for (const known of [...bookOf(engine).open.values()]) {
    if (known.goneSinceMs === null || nowMs - known.goneSinceMs < settleMs) continue;
    await end(engine, known, { by: null, evidence: ['it has not been seen for an hour'] });
  }
}

/** Ends the storm where few enough are open, so that the next one is told. Call it in the alerts' turn. */
export async function endStorm(engine: Engine): Promise<void> {
  const { open } = bookOf(engine);
  const storm = open.get(stormKey);
  const nOthers = open.size - 1;
  if (storm !== undefined && nOthers <= calmOpen) await noteGone(engine, storm, [`${nOthers} others are open`]);
}

async function countAgain(engine: Engine, known: KnownAlert, { sentence, evidence }: AlertRaised): Promise<void> {
  known.times += 1;
  known.goneSinceMs = null;
  known.sentence = sentence;
  known.evidence = evidence;
  if (!/^10+$/.test(String(known.times))) return;
  const { alert, key } = known.raised;
  await engine.ledger.append([
    row('alert.counted', { alert, key, times: known.times }, { keys: [`alert-count:${alert}`] }),
  ]);
}

async function open(engine: Engine, book: AlertBook, { because, ...plain }: AlertRaised): Promise<void> {
  const { key } = plain;
  const nowMs = engine.outside.clock.nowMs();
  const keys = [...book.open.keys()];
  const causeKey = because !== null && book.open.has(because) ? because : causeAmong(key, keys);
  const cause = causeKey === null || causeKey === key ? null : (book.open.get(causeKey)?.raised.alert ?? null);
  const { severity, again, escalatedFrom } = recurrence(plain, lastEnd(engine, key), nowMs);
  const alert = `a${engine.numbers.next('alert')}`;
  const raised = { ...plain, severity, alert, cause, again, escalatedFrom, flaps: openedOften(engine, key, nowMs) };
  await engine.host.create(
    'alert',
    alert,
    { subject: alert },
    {
      rows: [
        row('alert.raised', raised, { keys: [`alert:${alert}`, `alert-key:${key}`, 'alerts'] }),
        ...explained(book, raised).map(followedRow(alert)),
      ],
    },
  );
  for (const known of explained(book, raised)) known.cause = alert;
  const { sentence, evidence } = raised;
  const fresh = { raised, raisedAtMs: nowMs, sentence, evidence, cause, times: 1, goneSinceMs: null, ended: null };
  book.open.set(key, fresh);
}

/** Open alerts that the new one explains: a symptom is often seen before its cause. What it follows from itself is none of them. */
function explained(book: AlertBook, raised: KnownAlert['raised']): readonly KnownAlert[] {
  const all = [...book.open.values()];
  const above = causesOf(all, raised);
  return all.filter(
    (known) => known.cause === null && !above.includes(known) && causeAmong(known.raised.key, [raised.key]) !== null,
  );
}

const followedRow =
  (cause: string) =>
  ({ raised: { alert, key } }: KnownAlert): NewEntry =>
    row('alert.followed', { alert, key, cause }, { keys: [`alert-cause:${alert}`] });

function lastEnd({ ledger }: Engine, key: string): { alert: string; endedAtMs: number } | null {
  const entry = ledger.latest(`alert-key:${key}`);
  const ended = dataOf('alert.ended', entry);
  return entry === undefined || ended === undefined ? null : { alert: ended.alert, endedAtMs: entry.atMs };
}

function openedOften({ ledger }: Engine, key: string, nowMs: number): boolean {
  const kinds = ['alert.raised'];
  const rows = ledger.read({ key: `alert-key:${key}`, kinds, descending: true, limit: maxOpeningsPerHour });
  const oldest = rows.at(-1);
  return rows.length === maxOpeningsPerHour && oldest !== undefined && nowMs - oldest.atMs < 3_600_000;
}

const storm = ({ key, severity, sentence }: AlertRaised, limit: number): AlertRaised => ({
  key: stormKey,
  severity: severity === 'critical' ? 'critical' : 'warning',
  sentence: `More than ${limit} alerts are open; further ones are only counted until some are over.`,
  evidence: [`the last one: ${key}: ${sentence}`],
  because: null,
  hints: ['orchestrate alerts list'],
});
