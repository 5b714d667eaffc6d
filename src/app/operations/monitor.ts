import { z } from 'zod';

import { durationField } from '../../domain/definitions/units.ts';
import { scoreOf } from '../../domain/health/score.ts';
import { lookAtHealth } from '../../engine/health/look.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { type MonitorHealth, monitorSchema, monitorView } from '../views/monitor-view.ts';

/** The parts of health ask the service, the disks and the driver: not at every look. */
const healthEveryMs = 60_000;

/** `orchestrate monitor` */
export const monitor = defineOperation({
  name: 'monitor',
  summary: 'Watch services, runs, alerts, findings and health, until Ctrl-C.',
  description:
    'A look at an interval, at a terminal always at the same place. It reads what is on record and starts nothing: where no supervisor runs, that is said. Health is looked at once a minute. With --json each look is one line. It ends with Ctrl-C or after --for, and both are success.',
  effect: 'read',
  needs: 'home',
  watches: true,
  input: z.object({
    interval: durationField({ least: '500ms', most: '1h' })
      .default(2_000)
      .describe('Time between two looks, e.g. `2s`.'),
    for: durationField({ least: '0s', most: '400d' })
      .nullable()
      .default(null)
      .describe('End after that time, e.g. `10m`; `0s`: after the first look. Left out: at Ctrl-C.'),
  }),
  output: monitorSchema,
  examples: [
    { command: 'orchestrate monitor', explains: 'How is it, now and from now on?' },
    { command: 'orchestrate monitor --for 0s', explains: 'One look.' },
    {
      command: 'orchestrate monitor --interval 30s --for 8h --json',
      explains: 'A line each half minute, for a program.',
    },
  ],
  async run(app) {
    return look(app, await healthNow(app));
  },
  goesOn: (input) => input.for !== 0,
  async *more(app, { interval, for: forMs }, signal) {
    const { clock } = app.outside;
    const beganMs = clock.monotonicMs();
    let health = { seen: await healthNow(app), ms: beganMs };
    for (;;) {
      const leftMs = forMs === null ? interval : beganMs + forMs - clock.monotonicMs();
      if (leftMs <= 0 || !(await clock.sleep(Math.min(interval, leftMs), signal))) return;
      if (clock.monotonicMs() - health.ms >= healthEveryMs)
        health = { seen: await healthNow(app), ms: clock.monotonicMs() };
      yield await look(app, health.seen);
    }
  },
});

async function look(app: App, health: MonitorHealth) {
  const { ledger, config } = await app.installation();
  const supervisor = await ledger.isHeld();
  return monitorView(ledger, { nowMs: app.outside.clock.nowMs(), name: config.name, supervisor, health });
}

async function healthNow(app: App): Promise<MonitorHealth> {
  const parts = await lookAtHealth({ ...(await app.installation()), outside: app.outside }, { isDeep: false });
  const { score, state } = scoreOf(parts);
  const wrong = parts.filter((one) => one.state === 'bad' || one.state === 'warning');
  return {
    ...{ score, state, atMs: app.outside.clock.nowMs() },
    wrong: wrong.map(({ part, sentence }) => `${part}: ${sentence}`),
  };
}
