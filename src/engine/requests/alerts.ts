import { Fault } from '../../base/fault.ts';
import { matchesKey } from '../../domain/alerts/match-key.ts';
import { maxSuppressionMs } from '../../domain/alerts/suppression.ts';
import { row } from '../../domain/journal/kinds.ts';
import { bookOf, findAlert, type KnownAlert } from '../alerts/book.ts';
import { end } from '../alerts/raise.ts';
import { suppressionsOf } from '../alerts/suppressions.ts';
import { testTargets } from '../alerts/test-targets.ts';
import type { Engine } from '../engine.ts';
import { requirePerson } from '../policy/answerer.ts';
import { accepted, type Handlers } from './handler.ts';

export const alertRequests: Handlers<
  'alert.acknowledge' | 'alert.resolve' | 'alert.suppress' | 'alert.unsuppress' | 'alert.test'
> = {
  async 'alert.acknowledge'(engine, { alert: named, comment, by }, request) {
    requirePerson(by, named);
    const { alert } = requireOpen(engine, named).raised;
    if (engine.host.find(alert)?.state !== 'open')
      throw new Fault('NOTHING_TO_DO', `${alert} is acknowledged already.`, {
        hints: [`orchestrate alerts show ${alert}`],
      });
    await engine.host.send(
      alert,
      { type: 'ACKNOWLEDGE' },
      {
        rows: [row('alert.acknowledged', { alert, by, comment }, { keys: [`alert-ack:${alert}`] })],
        answers: accepted(request, null, `${alert} is acknowledged: it is told nobody any more.`),
      },
    );
  },

  'alert.resolve': (engine, { alert: named, comment, by }, request) =>
    engine.alerts.inTurn(async () => {
      requirePerson(by, named);
      const known = requireOpen(engine, named);
      const answers = accepted(request, null, `${known.raised.alert} is over.`);
      await end(engine, known, { by, evidence: comment === null ? [] : [comment], answers });
    }),

  async 'alert.suppress'(engine, { match, forMs, reason, by }, request) {
    requirePerson(by, 'suppressions');
    if (forMs <= 0 || forMs > maxSuppressionMs)
      throw new Fault('USAGE_BAD_ARGUMENT', 'A suppression lasts thirty days at most.', {
        hints: ['orchestrate alerts suppress --help'],
      });
    const made = engine.ledger.read({ key: 'suppressions', kinds: ['alert.suppressed'], limit: 10_000 });
    const id = `s${made.length + 1}`;
    const untilMs = engine.outside.clock.nowMs() + forMs;
    const nOpen = [...bookOf(engine).open.keys()].filter((key) => matchesKey(match, key)).length;
    await engine.ledger.append(
      [row('alert.suppressed', { id, match, untilMs, reason, by }, { keys: [`suppression:${id}`, 'suppressions'] })],
      accepted(request, null, `${id}: ${match} is told nobody for now; ${nOpen} open ones match.`),
    );
  },

  async 'alert.unsuppress'(engine, { id, by }, request) {
    requirePerson(by, 'suppressions');
    const found = suppressionsOf(engine.ledger, engine.outside.clock.nowMs()).find((one) => one.id === id);
    if (found === undefined) throw new Fault('SUPPRESSION_NOT_FOUND', `No suppression ${id} holds.`);
    await engine.ledger.append(
      [row('alert.unsuppressed', { id, by }, { keys: [`suppression:${id}`, 'suppressions'] })],
      accepted(request, null, `${found.match} is told again.`),
    );
  },

  async 'alert.test'(engine, { target, by }, request) {
    requirePerson(by, 'alerts');
    await testTargets(engine, { target, request });
  },
};

/** An alert by its id or its key. Faults: `ALERT_NOT_FOUND`, `ALERT_OVER`. */
function requireOpen(engine: Engine, named: string): KnownAlert {
  const { open } = bookOf(engine);
  const known = open.get(named) ?? [...open.values()].find(({ raised }) => raised.alert === named);
  if (known !== undefined) return known;
  if (findAlert(engine, named) !== undefined) throw new Fault('ALERT_OVER', `${named} is over already.`);
  throw new Fault('ALERT_NOT_FOUND', `No open alert is called ${named}.`);
}
