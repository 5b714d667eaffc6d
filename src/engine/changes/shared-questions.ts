import { asCommitId, type GitTreeId } from '../../base/ids.ts';
import { listRestorePoints, pointAt } from '../restore/points.ts';
import { type Question, verdictOf } from './asked.ts';

/** A way back. Every template has it. */
export const restorePointExists: Question = {
  question: 'Is there a way back: a restore point at the base, or made for it before the branch moves?',
  async answer(engine, asked) {
    const point = pointAt(await listRestorePoints(engine), asCommitId(asked.gated.base));
    const fact = point
      ? `restore/${point.name} names the base ${asked.gated.base.slice(0, 7)}.`
      : `The base ${asked.gated.base.slice(0, 7)} was committed by hand; the merge makes its restore point first.`;
    return { verdict: 'yes', facts: [fact], rows: [asked.gateRow] };
  },
};

/** Whoever asks for the service finds it where it was. */
export const portsUntouched: Question = {
  question: 'Does production keep its port?',
  async answer(engine, asked) {
    const [before, after] = await Promise.all([
      engine.template.productionOf(engine, asked.drafted.baseTree as GitTreeId),
      engine.template.productionOf(engine, asked.gated.exact as GitTreeId),
    ]);
    const holds = before.port === after.port;
    return {
      verdict: verdictOf(holds),
      facts: [`The service port is ${after.port}${holds ? ' on both sides' : `, ${before.port} before`}.`],
      rows: [asked.gateRow],
    };
  },
};
