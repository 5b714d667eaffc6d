import type { AlertRaised } from '../../../../src/domain/alerts/alert.ts';
import { dataOf, type JournalKind, type JournalKinds } from '../../../../src/domain/journal/kinds.ts';
import { createAlertKeeper } from '../../../../src/engine/alerts/keeper.ts';
import { raiseAlert, resolveAlert } from '../../../../src/engine/alerts/raise.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { type Life, nothingHappens, startEngine } from '../../../fakes/fake-life.ts';
import { createFakeNotifier } from '../../../fakes/fake-notifier.ts';
import { createWorld, type World } from '../../../fakes/fake-world.ts';

export const minuteMs = 60_000;
export const hourMs = 3_600_000;

/** Two targets: one that is told everything, and one that is told what is critical. */
export const twoTargets = `alerts:
  targets:
    - { name: all, kind: file, path: /alerts.jsonl, least: informational }
    - { name: pager, kind: command, argv: [/usr/bin/mail, anna], least: critical }
`;

export interface AlertScene {
  readonly world: World;
  readonly notifier: ReturnType<typeof createFakeNotifier>;
  readonly engine: Engine;
  raise(key: string, more?: Partial<AlertRaised>): Promise<void>;
  resolve(key: string, ...evidence: string[]): Promise<void>;
  /** A round of the supervisor, and what it sends. */
  round(): Promise<void>;
  /** Time passes with a round every `everyMs`. */
  pass(ms: number, everyMs?: number): Promise<void>;
  /** The next process of ours. */
  restart(): Promise<void>;
  rows<Kind extends JournalKind>(kind: Kind): readonly JournalKinds[Kind][];
  /** Titles of what a target was sent: `all`, `pager`. */
  titles(target: 'all' | 'pager'): readonly string[];
}

/** Returns an installation whose alerts are kept by a keeper that the test drives. */
export async function alertScene(config: string = twoTargets): Promise<AlertScene> {
  const world = await createWorld({ config });
  const notifier = createFakeNotifier();
  const start = (): Promise<Life> =>
    startEngine(world, { effects: nothingHappens, context: { outside: { ...world.context.outside, notifier } } });
  let life = await start();
  let keeper = createAlertKeeper(life.engine);
  const round = async (): Promise<void> => {
    await keeper.look();
    await keeper.idle();
  };
  return {
    world,
    notifier,
    get engine() {
      return life.engine;
    },
    raise: (key, more = {}) =>
      raiseAlert(life.engine, {
        ...{ key, severity: 'warning', sentence: `${key} is so`, evidence: ['#1'], because: null, hints: [] },
        ...more,
      }),
    resolve: (key, ...evidence) => resolveAlert(life.engine, key, evidence),
    round,
    async pass(ms, everyMs = minuteMs) {
      for (let leftMs = ms; leftMs > 0; leftMs -= everyMs) {
        await world.clock.advance(Math.min(everyMs, leftMs));
        await round();
      }
    },
    async restart() {
      await life.kill();
      life = await start();
      keeper = createAlertKeeper(life.engine);
    },
    rows: (kind) => life.ledger.read({ kinds: [kind], limit: 10_000 }).flatMap((entry) => dataOf(kind, entry) ?? []),
    titles: (target) =>
      notifier.sent
        .filter((one) => (one.target.kind === 'file') === (target === 'all'))
        .map(({ notice }) => notice.title.replace('comfy-home: ', '')),
  };
}
