import { z } from 'zod';

import { entrySentence } from '../views/journal-line.ts';
import { runHeads } from '../views/run-view.ts';
import { requireSwarm, swarmIdField } from './_swarm.ts';
import { defineSwarmName, notTaken } from './swarm-name.ts';

/** Clients give up on a call after a minute. */
const maxSeconds = 50;
/** Looks that an answer holds, and rows of each. */
const maxLooks = 100;
const maxRows = 50;
/** A number below it can only be seconds, one from it on only milliseconds: nobody looks ten times a second, or every two minutes. */
const firstMs = 100;

/** `swarm_monitor` */
export const swarmMonitor = defineSwarmName({
  name: 'swarm_monitor',
  summary:
    'Watch for some seconds: at each look, what was written since and how many runs work. The answer says in which unit interval was taken.',
  effect: 'read',
  input: z.strictObject({
    swarmId: swarmIdField,
    interval: z
      .number()
      .positive()
      .max(maxSeconds * 1_000)
      .default(1)
      .describe(`Time between looks: in seconds below ${firstMs}, in milliseconds from there on.`),
    duration: z
      .number()
      .positive()
      .max(maxSeconds)
      .default(10)
      .describe(`How long, in seconds, at most ${maxSeconds}.`),
    alerts: notTaken('alerts are told by themselves; alerts_list shows them'),
  }),
  async run(app, { swarmId, interval, duration }) {
    const id = await requireSwarm(app, swarmId);
    const { ledger } = await app.installation();
    const { clock } = app.outside;
    const unit = interval < firstMs ? 's' : 'ms';
    const intervalMs = Math.max(unit === 's' ? interval * 1_000 : interval, (duration * 1_000) / maxLooks);
    const untilMs = clock.monotonicMs() + duration * 1_000;
    const looks = [];
    let afterSeq = ledger.head().seq;
    while (clock.monotonicMs() < untilMs && looks.length < maxLooks) {
      if (!(await clock.sleep(Math.min(intervalMs, untilMs - clock.monotonicMs()), app.signal))) break;
      const rows = ledger.read({ afterSeq, limit: maxRows });
      afterSeq = rows.at(-1)?.seq ?? afterSeq;
      looks.push({
        atMs: clock.nowMs(),
        head: ledger.head().seq,
        nActive: runHeads(ledger).filter(({ isFinal }) => !isFinal).length,
        rows: rows.map((entry) => ({ row: entry.seq, sentence: entrySentence(entry) })),
      });
    }
    return {
      output: { swarmId: id, interval: `${interval} ${unit}`, intervalMs, looks, record: { head: ledger.head().seq } },
    };
  },
});
