import { Fault } from '../../base/fault.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { mendPoints } from '../restore/mend.ts';
import { listRestorePoints } from '../restore/points.ts';
import { pruneSpace } from '../space/prune.ts';
import { accepted, answerAlone, type Handlers } from './handler.ts';

export const restoreRequests: Handlers<'restore.pin' | 'restore.mend' | 'space.prune'> = {
  async 'restore.pin'(engine, { number, isPinned, reason, by }, id) {
    const point = (await listRestorePoints(engine)).find((one) => one.manifest.number === number && !one.isVoid);
    if (!point) throw new Fault('RESTORE_NOT_FOUND', `There is no restore point ${number}.`);
    const before = dataOf('restore.pinned', engine.ledger.latest(`pin:${number}`))?.isPinned ?? false;
    if (before === isPinned)
      throw new Fault('NOTHING_TO_DO', `${point.name} is ${isPinned ? 'pinned already' : 'not pinned'}.`);
    const { environment } = point.manifest;
    const isFound = environment === null || engine.ledger.latest(`borrowed:${environment}`) !== undefined;
    if (isPinned && isFound) {
      throw new Fault('NOTHING_TO_DO', `The environment of ${point.name} was adopted: it is not ours to keep.`, {
        hints: [`orchestrate restore show ${point.name}`],
        state: 'Nothing was pinned; no prune takes it away.',
      });
    }
    const tag = `restore/${point.name}`;
    await engine.ledger.append(
      [row('restore.pinned', { number, tag, isPinned, reason, by }, { keys: [`pin:${number}`] })],
      accepted(id, null, `${point.name} is ${isPinned ? 'pinned' : 'no longer pinned'}.`),
    );
  },

  async 'restore.mend'(engine, _data, id) {
    const { length } = await mendPoints(engine);
    const sentence =
      length === 0 ? 'Every restore point is where it was made.' : `${length} restore tags were looked after.`;
    await answerAlone(engine, id, { kind: 'accepted', run: null, sentence });
  },

  'space.prune': (engine, { hash, wheels, by }, id) =>
    pruneSpace(engine, {
      request: id,
      hash,
      wheels,
      by,
      answer: ({ evictions }) => ({
        kind: 'accepted',
        run: null,
        sentence: `${evictions.length} environments were taken away.`,
      }),
    }),
};
