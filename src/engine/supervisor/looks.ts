import { faultRecord } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { NewEntry } from '../../ports/index.ts';
import { createAlertKeeper } from '../alerts/keeper.ts';
import { createNewsDesk } from '../bus/publish-news.ts';
import { startByMail } from '../bus/start-runs.ts';
import { tidyMail } from '../bus/tidy-mail.ts';
import { observeConditions } from '../conditions/observe.ts';
import { lookForConflicts } from '../conflicts/radar.ts';
import { createLogWatch } from '../diagnosis/watch-logs.ts';
import { isEnd } from '../effects/is-end.ts';
import type { Engine } from '../engine.ts';
import { createHealthKeeper } from '../health/keeper.ts';
import { watchProduction } from '../instances/watch.ts';
import { createMemoryKeeper } from '../memory/keeper.ts';
import { retryHeld } from '../runs/retry-held.ts';
import { scaleByRule } from '../scale/scale-tree.ts';
import { createScheduleKeeper } from '../schedules/keeper.ts';
import { createServiceKeeper } from '../services/look-after.ts';
import { createLogKeeper } from '../services/put-logs-away.ts';
import { watchShown } from '../services/watch-shown.ts';
import { createUsageKeeper } from '../usage/keeper.ts';
import { recordSummary } from './record-summary.ts';
import type { SettingsKeeper } from './settings.ts';

export interface Looks {
  /** Looks at everything once, in order. Throws only where the record takes no more rows. */
  around(): Promise<void>;
  /** Rows of how far it came in what is read on and on: for the supervisor after this one. */
  reached(): readonly NewEntry[];
}

/** Open work is compared at most this often while nothing asks for it. */
const compareEveryMs = 10_000;

/**
 * What nobody asks for but time brings: settings, mail, held changes, production's health, schedules, alerts, who meets whom, the
 * summary. To add one: a line here, and what it does in the room that it belongs to. `onFatal`: the record takes no more rows.
 */
export function createLooks(
  engine: Engine,
  {
    settings,
    summarise,
    onFatal,
  }: {
    readonly settings: SettingsKeeper;
    readonly summarise: () => Promise<JsonObject>;
    readonly onFatal: (error: unknown) => void;
  },
): Looks {
  const { clock, log } = engine.outside;
  const news = createNewsDesk(engine);
  const memory = createMemoryKeeper(engine);
  const health = createHealthKeeper(engine);
  const logs = createLogWatch(engine);
  const alerts = createAlertKeeper(engine);
  const schedules = createScheduleKeeper(engine);
  const services = createServiceKeeper(engine, onFatal);
  const logSizes = createLogKeeper(engine);
  const usage = createUsageKeeper(engine);
  let comparedMs = Number.NEGATIVE_INFINITY;

  /** Less often than the rest: the files of slots that people work in are looked through for it. */
  const compare = async (): Promise<void> => {
    if (clock.monotonicMs() - comparedMs < compareEveryMs) return;
    comparedMs = clock.monotonicMs();
    await lookForConflicts(engine, 'something moved');
  };

  const looks: Readonly<Record<string, () => Promise<unknown>>> = {
    settings: () => settings.look(),
    messages: () => tidyMail(engine),
    conditions: () => observeConditions(engine),
    news: () => news.look(),
    'runs that mail starts': () => startByMail(engine),
    'held changes': () => retryHeld(engine),
    'how many slots are wanted': () => scaleByRule(engine),
    production: () => watchProduction(engine),
    services: () => services.look(),
    'slots that are shown': () => watchShown(engine),
    'how much services write': () => logSizes.look(),
    'what services write': () => logs.look(),
    health: () => health.look(),
    'what was used': () => usage.look(),
    schedules: () => schedules.look(),
    alerts: () => alerts.look(),
    memory: () => memory.look(),
    'who meets whom': compare,
    'the summary': async () => recordSummary(engine, await summarise()),
  };

  return {
    reached: () => logs.reached(),
    async around() {
      for (const [part, look] of Object.entries(looks)) {
        try {
          await look();
        } catch (error) {
          // A record that takes no more rows is nothing to try again; of the rest, no part keeps the others from being looked at.
          if (isEnd(error)) throw error;
          log.warn('looking around failed; it is tried again', { part, ...faultRecord(error) });
        }
      }
    },
  };
}
