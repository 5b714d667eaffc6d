import { describe, expect, it } from 'vitest';

import { takesVerdict, type Verdict } from '../../../../src/domain/changes/verdict.ts';
import { dataOf, row } from '../../../../src/domain/journal/kinds.ts';
import { changeMachine } from '../../../../src/domain/machines/change.machine.ts';
import { accepted, sendAnswered } from '../../../../src/engine/requests/handler.ts';
import { nothingHappens, startEngine, stateOfSubject } from '../../../fakes/fake-life.ts';
import { createWorld } from '../../../fakes/fake-world.ts';
import { by, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

const seen = (scene: Scene) => {
  const { exact: tree = '', base = '' } = scene.latest('change.gated') ?? {};
  return { change: 'c1', tree, base };
};
const verdicts = (scene: Scene) =>
  scene.world.ledgers
    .open()
    .read({ key: 'review:c1:final' })
    .map((entry) => dataOf('review.answered', entry)?.verdict);

async function tonight(): Promise<Scene> {
  const scene = await supervised();
  await upgrade(scene);
  await scene.until('c1', 'reviewing.deciding');
  await scene.ask('review.answer', { ...seen(scene), verdict: 'approved', comment: null, when: 'window', by });
  await scene.until('c1', 'queued.holding');
  return scene;
}

describe('an answer of which nothing would come', () => {
  it('is refused: changes are not requested of what waits to be merged', async () => {
    const scene = await tonight();
    const ben = { kind: 'person', name: 'ben' } as const;
    const answer = { ...seen(scene), verdict: 'changes-requested', comment: 'no', by: ben } as const;
    expect(await scene.ask('review.answer', answer)).toMatchObject({
      kind: 'refused',
      fault: { code: 'CHANGE_NOT_REVIEWABLE' },
    });
    expect(verdicts(scene)).toEqual(['approved']);
    expect(stateOfSubject(scene.world, 'c1')).toBe('queued.holding');
  });

  it('is refused when the change moved since it was looked at, and no row is written', async () => {
    const world = await createWorld();
    const { engine, ledger } = await startEngine(world, { effects: nothingHappens });
    await engine.host.create('change', 'c1', { subject: 'c1' });
    const { seq } = ledger.head();
    const beside = { rows: [row('run.resumed', { run: 'r1', by })], answers: accepted(1, 'r1', 'c1 is rejected.') };
    await expect(sendAnswered(engine, 'c1', { type: 'REJECT' }, beside)).rejects.toMatchObject({
      code: 'CHANGE_NOT_REVIEWABLE',
    });
    expect(ledger.read({ afterSeq: seq }).map(({ kind }) => kind)).toEqual(['machine.ignored']);
  });

  it('is told by the same table that the machine follows', () => {
    const events = { approved: 'APPROVE', rejected: 'REJECT', 'changes-requested': 'REQUEST_CHANGES' } as const;
    for (const [verdict, states] of Object.entries(takesVerdict) as [Verdict, readonly string[]][])
      for (const state of states) {
        const value = state
          .split('.')
          .reduceRight<unknown>((below, name) => (below === '' ? name : { [name]: below }), '');
        const snapshot = changeMachine.resolveState({
          value: value as never,
          context: { subject: 'c1', fault: null },
        });
        expect(snapshot.can({ type: events[verdict] } as never), `${verdict} in ${state}`).toBe(true);
      }
  });
});
