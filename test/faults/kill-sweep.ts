// The kill sweep as a program: node test/faults/kill-sweep.ts [--every K] [--always REGEXP] [--only REGEXP] [--from N] [--workers N]
import { parseArgs } from 'node:util';

import { lineOf, sweep, tableOf } from '../support/sweep-run.ts';

const { values } = parseArgs({
  options: {
    every: { type: 'string', default: '1' },
    always: { type: 'string' },
    only: { type: 'string' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
  },
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const outcomes = await sweep({
  every: Number(values.every),
  from: Number(values.from),
  nWorkers: Number(values.workers),
  ...(values.always === undefined ? {} : { always: new RegExp(values.always) }),
  ...(values.only === undefined ? {} : { only: new RegExp(values.only) }),
  report: (outcome, nDone, nAll) => say(`${nDone}/${nAll} ${lineOf(outcome)}`),
});
say(tableOf(outcomes));
process.exitCode = outcomes.some((one) => one.broken.length > 0) ? 1 : 0;
