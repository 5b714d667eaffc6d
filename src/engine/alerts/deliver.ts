import { Fault, faultRecord } from '../../base/fault.ts';
import { noticeText, type NoticeText, type Tellable } from '../../domain/alerts/notice-text.ts';
import { backoffMs, failuresUntilTold } from '../../domain/alerts/pace.ts';
import type { AlertTarget } from '../../domain/definitions/alerts-config.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { bookOf } from './book.ts';
import { raiseAlert, resolveAlert } from './raise.ts';
import { noticeTarget } from './targets.ts';

type Told = JournalKinds['alert.told'];

/**
 * Sends one notice and writes whether it arrived. Returns false when it did not: then the target is left alone until the time that the
 * row names. After a kill between sending and writing, the effect's own row says that it was sent.
 */
export async function deliver(
  engine: Engine,
  target: AlertTarget,
  {
    occasion,
    alerts,
  }: { readonly occasion: 'opened' | 'resolved'; readonly alerts: readonly [Tellable, ...Tellable[]] },
): Promise<boolean> {
  const { ledger, outside, config } = engine;
  const ids = alerts.map(({ alert }) => alert);
  const attempt = failuresOf(engine, target.name) + 1;
  const told: Told = { target: target.name, occasion, alerts: ids, attempt };
  const keys = [`tells:${target.name}`, ...ids.map((id) => toldKey(target.name, occasion, id))];
  try {
    await sendOnce(engine, target, { told, notice: noticeText(alerts, { occasion, about: config.name }) });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'NOTICE_FAILED') throw error;
    const nextAtMs = outside.clock.nowMs() + backoffMs(attempt);
    const failed = { ...told, fault: faultRecord(error), nextAtMs };
    await ledger.append([row('alert.notTold', failed, { keys: [`tells:${target.name}`] })]);
    if (attempt >= failuresUntilTold) await raiseAlert(engine, unreachable(target.name, attempt, error));
    return false;
  }
  const [entry] = await ledger.append([row('alert.told', told, { keys })]);
  for (const id of ids) bookOf(engine).told.add(toldKey(target.name, occasion, id));
  if (attempt > 1) await resolveAlert(engine, `notify:${target.name}`, [`#${entry?.seq ?? 0}`]);
  return true;
}

/** Whether a target was told of an alert, by what is on record. */
export function wasTold(
  engine: Engine,
  target: string,
  { occasion, alert }: { occasion: string; alert: string },
): boolean {
  const key = toldKey(target, occasion, alert);
  const { told } = bookOf(engine);
  if (!told.has(key) && engine.ledger.latest(key) !== undefined) told.add(key);
  return told.has(key);
}

/** Times in a row that the target could not be told. */
export function failuresOf({ ledger }: Engine, target: string): number {
  return dataOf('alert.notTold', ledger.latest(`tells:${target}`))?.attempt ?? 0;
}

/** Whether the target is left alone for now, after a failure. A clock that was set back does not make that longer than it can be. */
export function isResting({ ledger, outside }: Engine, target: string): boolean {
  const failed = dataOf('alert.notTold', ledger.latest(`tells:${target}`));
  if (failed === undefined || failed.nextAtMs === null) return false;
  const leftMs = failed.nextAtMs - outside.clock.nowMs();
  return leftMs > 0 && leftMs <= backoffMs(failed.attempt);
}

/** Notices that reached the target within the last hour, counted up to `limit`. */
export function sentLastHour({ ledger, outside }: Engine, target: string, limit: number): number {
  const sinceMs = outside.clock.nowMs() - 3_600_000;
  const rows = ledger.read({ key: `tells:${target}`, kinds: ['alert.told'], descending: true, limit });
  return rows.filter(({ atMs }) => atMs > sinceMs).length;
}

async function sendOnce(
  engine: Engine,
  target: AlertTarget,
  { told, notice }: { readonly told: Told; readonly notice: NoticeText },
): Promise<void> {
  const { occasion, alerts } = told;
  const [first = ''] = alerts;
  const ids = alerts.length === 1 ? first : `${first}-${engine.outside.digest.sha256(alerts.join(' ')).slice(0, 12)}`;
  const effect = {
    key: `tell:${target.name}:${occasion}:${ids}`,
    name: `tell ${target.name} of ${alerts.length === 1 ? first : `${alerts.length} alerts`}`,
    input: { target: target.name, occasion, alerts },
    run: null,
  };
  await engine.perform(effect, {
    act: async () => {
      await engine.outside.notifier.send(noticeTarget(target), notice);
      return {};
    },
  });
}

const toldKey = (target: string, occasion: string, alert: string): string => `told:${target}:${occasion}:${alert}`;

const unreachable = (target: string, attempt: number, fault: Fault) => ({
  key: `notify:${target}`,
  severity: 'warning' as const,
  sentence: `${target} could not be told ${attempt} times in a row: ${fault.message}`,
  evidence: [`${fault.code} ${fault.message}`],
  because: null,
  hints: [`orchestrate alerts test ${target}`],
});
