import { faultRecord } from '../../base/fault.ts';
import { causeAmong } from '../../domain/alerts/causes.ts';
import type { Tellable } from '../../domain/alerts/notice-text.ts';
import { notices } from '../../domain/alerts/pace.ts';
import { suppressionOf } from '../../domain/alerts/suppression.ts';
import type { AlertTarget } from '../../domain/definitions/alerts-config.ts';
import { severities } from '../../domain/diagnosis/finding.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { type AlertBook, bookOf, causesOf, type KnownAlert } from './book.ts';
import { deliver, isResting, sentLastHour, wasTold } from './deliver.ts';
import { endSettled, endStorm } from './raise.ts';
import { suppressionsOf } from './suppressions.ts';
import { tellWaiting } from './waiting.ts';

export interface AlertKeeper {
  /** Tells who has to be told, and ends what is over. Sending goes on in the background: a target that is slow keeps nobody. */
  look(): Promise<void>;
  /** Resolves when no notice is on its way. */
  idle(): Promise<void>;
}

/** How long what follows from a cause may outlive it before it is told by itself. */
const followsForMs = 60_000;

/** Sees to it that open alerts reach somebody. */
export function createAlertKeeper(engine: Engine): AlertKeeper {
  const sending = new Map<string, Promise<void>>();
  return {
    async look() {
      await tellWaiting(engine);
      await engine.alerts.inTurn(async () => {
        await endSettled(engine);
        await endStorm(engine);
        await freeFollowers(engine);
      });
      for (const target of engine.config.alerts.targets) {
        if (sending.has(target.name)) continue;
        const work = tellTarget(engine, target)
          .catch((error: unknown) => {
            engine.outside.log.warn('telling of alerts failed', { target: target.name, ...faultRecord(error) });
          })
          .finally(() => sending.delete(target.name));
        sending.set(target.name, work);
      }
    },
    async idle() {
      await Promise.all(sending.values());
    },
  };
}

async function tellTarget(engine: Engine, target: AlertTarget): Promise<void> {
  for (const occasion of ['opened', 'resolved'] as const) {
    if (isResting(engine, target.name)) return;
    const due = dueFor(engine, target, occasion);
    if (due.length === 0) continue;
    const { perHour } = engine.config.alerts;
    for (const told of notices(due, { sentLastHour: sentLastHour(engine, target.name, perHour), perHour })) {
      const [first, ...rest] = told;
      if (first === undefined) continue;
      if (!(await deliver(engine, target, { occasion, alerts: [first, ...rest] }))) return;
    }
  }
}

/** Alerts at most in one notice; what is left is told by the next round. */
const maxDue = 200;

function dueFor(engine: Engine, target: AlertTarget, occasion: 'opened' | 'resolved'): readonly Tellable[] {
  const book = bookOf(engine);
  const isDue = ({ raised: { alert } }: KnownAlert): boolean => !wasTold(engine, target.name, { occasion, alert });
  if (occasion === 'resolved') {
    const opened = { occasion: 'opened' };
    return [...book.ended.values()]
      .filter((one) => wasTold(engine, target.name, { ...opened, alert: one.raised.alert }) && isDue(one))
      .slice(0, maxDue)
      .map((one) => tellable(one, []));
  }
  const nowMs = engine.outside.clock.nowMs();
  const suppressions = suppressionsOf(engine.ledger, nowMs);
  const open = [...book.open.values()];
  const concerns = ({ raised: { alert, key, severity } }: KnownAlert): boolean =>
    severities.indexOf(severity) <= severities.indexOf(target.least) &&
    key !== `notify:${target.name}` &&
    engine.host.find(alert)?.state === 'open' &&
    suppressionOf(suppressions, key, nowMs) === undefined;
  // A cause that is over is in none of them: whether it is waited for says `freeFollowers`.
  const isToldWithCause = (one: KnownAlert): boolean => {
    const causes = causesOf(open, one);
    return one.cause !== null && (causes.length === 0 || causes.some((cause) => !isDue(cause) || concerns(cause)));
  };
  const follows = followersIn(open);
  return open
    .filter(
      (one) =>
        // Set back, the clock would keep it for ever.
        !(nowMs >= one.raisedAtMs && nowMs - one.raisedAtMs < engine.config.alerts.gatherMs) &&
        concerns(one) &&
        isDue(one) &&
        !isToldWithCause(one),
    )
    .slice(0, maxDue)
    .map((one) => tellable(one, follows.get(one.raised.alert) ?? []));
}

function tellable(
  { raised, raisedAtMs, sentence, evidence, times, ended }: KnownAlert,
  follows: readonly string[],
): Tellable {
  const { alert, key, severity, hints, again } = raised;
  return { alert, key, severity, sentence, evidence, hints, raisedAtMs, times, again, follows, ended };
}

/** Keys of what follows from an alert, by its id; what follows from a follower as well. */
function followersIn(open: readonly KnownAlert[]): ReadonlyMap<string, readonly string[]> {
  const follows = new Map<string, string[]>();
  for (const one of open)
    for (const { raised } of causesOf(open, one))
      follows.set(raised.alert, [...(follows.get(raised.alert) ?? []), one.raised.key]);
  return follows;
}

/** What follows from a cause that is over follows from it when it comes back, or from another one; else it stands for itself when it goes on. */
async function freeFollowers(engine: Engine): Promise<void> {
  const book = bookOf(engine);
  const open = [...book.open.values()];
  const alive = new Set(open.map(({ raised }) => raised.alert));
  const nowMs = engine.outside.clock.nowMs();
  for (const known of open) {
    if (known.cause === null || alive.has(known.cause)) continue;
    const next = nextCause(book, known);
    const ended = engine.ledger.latest(`alert-end:${known.cause}`);
    const isShortlyOver = ended !== undefined && nowMs >= ended.atMs && nowMs - ended.atMs < followsForMs;
    if (next === null && isShortlyOver) continue;
    const { alert, key } = known.raised;
    await engine.ledger.append([
      row('alert.followed', { alert, key, cause: next }, { keys: [`alert-cause:${alert}`] }),
    ]);
    known.cause = next;
  }
}

/** The open alert that explains one whose cause is over: of the same key as that, or by the table. None that follows from it itself. */
function nextCause({ open, ended }: AlertBook, known: KnownAlert): string | null {
  const all = [...open.values()];
  const others = new Map([...open].filter(([, one]) => one !== known && !causesOf(all, one).includes(known)));
  const before = ended.get(known.cause ?? '')?.raised.key;
  const key = before !== undefined && others.has(before) ? before : causeAmong(known.raised.key, [...others.keys()]);
  return key === null ? null : (others.get(key)?.raised.alert ?? null);
}
