import { describe, expect, it } from 'vitest';

import { dataOf, row } from '../../../../src/domain/journal/kinds.ts';
import { principalOf } from '../../../../src/domain/policy/principals.ts';
import { draftOf } from '../../../../src/engine/changes/draft.ts';
import { gatedOf } from '../../../../src/engine/changes/gate.ts';
import { reviewChange } from '../../../../src/engine/changes/review.ts';
import { requireAcceptable } from '../../../../src/engine/policy/accept.ts';
import { ruledOf } from '../../../../src/engine/policy/ruled.ts';
import { changeScene, type ChangeScene, gated, never, type SceneOptions } from '../changes/change-scene.ts';

/** A change that anna made herself: no agent did a step of it. */
const byAnna = async (principals: string, more: Partial<SceneOptions> = {}): Promise<ChangeScene> => {
  const scene = await changeScene({ config: `principals: [${principals}]\n`, plan: { steps: [] }, ...more });
  await gated(scene);
  return scene;
};
const [anna, ben] = ['{ name: anna, os-users: [anna] }', '{ name: ben, os-users: [ben] }'];

function accept({ engine }: ChangeScene, login: string) {
  const known = principalOf(engine.config.principals, login);
  const gate = gatedOf(engine, 'c1');
  if (known.kind !== 'one' || gate === undefined) throw new Error('nobody, or nothing');
  const answerer = { principal: known.principal, signature: null };
  const given = { answerer, when: 'now', ticket: null, comment: null, breakGlass: false, command: 'approve' } as const;
  return requireAcceptable(engine, { drafted: draftOf(engine, 'c1'), gated: gate, given });
}

describe('the author of a change', () => {
  it('cannot approve it where somebody else can', async () => {
    const scene = await byAnna(`${anna}, ${ben}`);
    expect(ruledOf(scene.engine, 'c1').authors).toEqual(['anna']);
    expect(() => accept(scene, 'anna')).toThrow(/anna made c1 and cannot approve it: ben can/);
    expect(accept(scene, 'ben').note).toBeNull();
  });

  it('approves it where nobody else can, and the record says so', async () => {
    expect(accept(await byAnna(anna), 'anna').note).toBe('self-approved: only principal');
    expect(accept(await byAnna(`${anna}, { name: ben, os-users: [ben], trees: [ops-maint] }`), 'anna').note).toBe(
      'self-approved: only principal',
    );
  });

  it('does not approve it by a yes beforehand either, where somebody else can', async () => {
    const yes = { run: { yes: true } };
    expect(await reviewChange((await byAnna(`${anna}, ${ben}`, yes)).engine, 'c1', never)).toEqual({ kind: 'ask' });
    const alone = await byAnna(anna, yes);
    expect(await reviewChange(alone.engine, 'c1', never)).toEqual({ kind: 'approved' });
    expect(alone.latest('review.answered')).toMatchObject({ note: 'self-approved: only principal' });
  });

  it('is no person where agents did the steps: whoever asked for the run approves', async () => {
    const scene = await changeScene({ config: `principals: [${anna}, ${ben}]\n` });
    await gated(scene);
    expect(ruledOf(scene.engine, 'c1').authors).toEqual([]);
    expect(accept(scene, 'anna').note).toBeNull();
  });

  it("is also who changed an agent's files by hand and had them taken again", async () => {
    const scene = await changeScene({ config: `principals: [${anna}, ${ben}]\n` });
    await gated(scene);
    const again = { ...scene.drafted, draft: 2, by: { kind: 'person', name: 'anna' } } as const;
    await scene.engine.ledger.append([
      row('change.drafted', again, { run: 'r1', keys: ['change:c1', 'change-of:r1'] }),
    ]);
    await gated(scene);
    expect(() => accept(scene, 'anna')).toThrow(/anna made c1/);
    expect(accept(scene, 'ben').note).toBeNull();
  });

  it('is not whoever breaks the glass: that passes over nothing of this', async () => {
    const scene = await byAnna(
      '{ name: anna, os-users: [anna], may-break-glass: true }, { name: ben, os-users: [ben] }',
    );
    const known = principalOf(scene.engine.config.principals, 'anna');
    const gate = gatedOf(scene.engine, 'c1');
    if (known.kind !== 'one' || gate === undefined) throw new Error('nobody, or nothing');
    const answerer = { principal: known.principal, signature: null };
    const said = { when: 'now', ticket: null, comment: 'down', breakGlass: true, command: 'approve' } as const;
    const given = { answerer, ...said };
    expect(() => requireAcceptable(scene.engine, { drafted: draftOf(scene.engine, 'c1'), gated: gate, given })).toThrow(
      /cannot approve it/,
    );
  });
});

describe('a change', () => {
  it('is checked anew when the policy moved before its review', async () => {
    const scene = await changeScene();
    await gated(scene);
    const before = scene.rows('change.checked').length;
    const { config } = scene.world.context;
    const rules = { ...config.policy, maxSlowdown: 7 };
    const engine = { ...scene.engine, config: { ...config, policy: rules } };
    await reviewChange(engine, 'c1', never);
    expect(scene.rows('change.checked')).toHaveLength(before + 1);
    await reviewChange(engine, 'c1', never);
    expect(scene.rows('change.checked')).toHaveLength(before + 1);
  });

  it('of a journal of before is reviewed by the rules of today', async () => {
    const scene = await changeScene({
      config: `principals: [${anna}, ${ben}]\npolicy: { review: [{ when: { path: requirements.lock }, persons: 2 }] }\n`,
    });
    await gated(scene);
    const checked = dataOf('change.checked', scene.engine.ledger.latest('check:c1'));
    expect(checked?.asks).toHaveLength(2);
    const { policy: _policy, facts: _facts, asks: _asks, tiers: _tiers, sizeBytes: _size, ...old } = checked ?? {};
    await scene.engine.ledger.append([{ kind: 'change.checked', data: old as never, run: 'r1', keys: ['check:c1'] }]);
    expect(ruledOf(scene.engine, 'c1').asks).toHaveLength(2);
  });
});

describe('a way back', () => {
  it('may be answered by any principal, whatever trees they look after', async () => {
    const scene = await changeScene({
      config: 'principals: [{ name: eva, os-users: [eva], trees: [ops-maint] }]\n',
      run: { yes: true },
    });
    await gated(scene);
    expect(() => accept(scene, 'eva')).toThrow(/c1 is of env-setup/);
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'ask' });

    const created = scene.latest('run.created');
    if (created === undefined) throw new Error('no run');
    const back = { ...created, kind: 'undo', by: { kind: 'person', name: 'eva' } } as const;
    await scene.engine.ledger.append([row('run.created', back, { run: 'r1', keys: ['run:r1'] })]);
    expect(accept(scene, 'eva').approval.by.name).toBe('eva');
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'approved' });
  });
});

describe('a yes that was said beforehand', () => {
  const again = async (scene: ChangeScene, name: string): Promise<void> => {
    const drafted = { ...scene.drafted, draft: 2, by: { kind: 'person', name } } as const;
    await scene.engine.ledger.append([
      row('change.drafted', drafted, { run: 'r1', keys: ['change:c1', 'change-of:r1'] }),
    ]);
    await gated(scene);
  };

  it('is about what the run made: files that somebody put there later are asked about', async () => {
    for (const name of ['ben', 'anna']) {
      const scene = await changeScene({ config: `principals: [${anna}, ${ben}]\n`, run: { yes: true } });
      await gated(scene);
      await again(scene, name);
      expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'ask' });
      expect(scene.rows('review.answered').filter(({ reviewer }) => reviewer === 'final')).toEqual([]);
    }
  });

  it('approves the first draft, which is what it was said about', async () => {
    const scene = await changeScene({ config: `principals: [${anna}, ${ben}]\n`, run: { yes: true } });
    await gated(scene);
    expect(await reviewChange(scene.engine, 'c1', never)).toEqual({ kind: 'approved' });
    expect(scene.latest('review.answered')).toMatchObject({ comment: 'said yes beforehand' });
  });
});
