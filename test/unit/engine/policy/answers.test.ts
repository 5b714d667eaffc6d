import { describe, expect, it } from 'vitest';

import { asCommitId, asGitTreeId } from '../../../../src/base/ids.ts';
import { approvalMessage, approvalNamespace } from '../../../../src/domain/policy/approval-message.ts';
import type { RequestKinds } from '../../../../src/domain/requests.ts';
import { policyDigest } from '../../../../src/engine/policy/digest.ts';
import { closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { homeDir } from '../../../fakes/fake-world.ts';
import { approveChange, by, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

type Answer = Partial<RequestKinds['review.answer']>;

const person = (name: string) => ({ kind: 'person', name }) as const;

async function waiting(config: string): Promise<Scene> {
  const scene = await supervised({ config });
  await upgrade(scene);
  await scene.until('c1', 'reviewing.deciding');
  return scene;
}

const seen = (scene: Scene) => {
  const { exact: tree = '', base = '' } = scene.latest('change.gated') ?? {};
  return { change: 'c1', tree, base };
};
const answer = (scene: Scene, name: string, more: Answer = {}) =>
  scene.ask('review.answer', { ...seen(scene), verdict: 'approved', comment: null, by: person(name), ...more });
const merge = (scene: Scene, more: Partial<RequestKinds['review.merge']> = {}) =>
  scene.ask('review.merge', { ...seen(scene), breakGlass: false, comment: null, signature: null, by, ...more });
const refused = (code: string, message?: RegExp) => ({
  kind: 'refused',
  fault: { code, ...(message === undefined ? {} : { message: expect.stringMatching(message) as string }) },
});
/** What the merge commit says, which leaves the machine. */
const messageOf = async ({ world }: Scene): Promise<string> =>
  (await world.store.commitFacts(asCommitId(world.home.head()))).message;
const done = (scene: Scene, run = 'r1') => passUntil(scene.world, () => closedAs(scene.world, run) === 'done');

const two = `principals:
  - { name: anna, os-users: [anna] }
  - { name: ben, os-users: [ben, b2], may-break-glass: true }
  - { name: eva, os-users: [eva], trees: [ops-maint] }
policy:
  review: [{ when: { tier: medium }, persons: 2, why: four eyes }]
`;

describe('two persons', () => {
  it('approve one after the other: the first leaves it open and is told who else may', async () => {
    const scene = await waiting(two);
    expect(await answer(scene, 'anna')).toMatchObject({
      kind: 'accepted',
      sentence: 'c1 has the approval of anna; still missing: 1 of 2 persons (ben).',
    });
    expect(stateOfSubject(scene.world, 'c1')).toBe('reviewing.deciding');
    expect(scene.latest('approval.counted')).toMatchObject({ given: ['anna'], missing: [{ who: ['ben'] }] });
    expect(await answer(scene, 'b2')).toMatchObject({ kind: 'accepted', sentence: 'c1 is approved.' });
    await done(scene);
    expect(scene.latest('review.answered')).toMatchObject({ by: person('ben'), login: 'b2' });
    expect(await messageOf(scene)).toContain(
      '\nReviewed-by: anna (person)\nReviewed-by: ben (person)\nRestore-point: ',
    );
  });

  it('are not one person who answers twice', async () => {
    const scene = await waiting(two);
    await answer(scene, 'anna');
    expect(await answer(scene, 'anna')).toMatchObject(refused('REVIEW_TWICE', /one person counts once/));
    expect(stateOfSubject(scene.world, 'c1')).toBe('reviewing.deciding');
    expect(scene.world.home.head()).toBe(scene.world.first);
  });

  it('are not one who is unknown, nor one who looks after another tree', async () => {
    const scene = await waiting(two);
    expect(await answer(scene, 'mallory')).toMatchObject(refused('PRINCIPAL_UNKNOWN'));
    expect(await answer(scene, 'eva')).toMatchObject(refused('PRINCIPAL_NOT_ALLOWED', /changes of ops-maint/));
  });

  it('are waited for though yes was said beforehand, which counts as one of them', async () => {
    const scene = await supervised({ config: two });
    await upgrade(scene, { yes: true });
    await scene.until('c1', 'reviewing.deciding');
    expect(scene.latest('approval.counted')).toMatchObject({ given: ['anna'] });
    expect(await answer(scene, 'ben')).toMatchObject({ kind: 'accepted' });
    await done(scene);
  });

  it('are enough when one comes after a restart in between', async () => {
    const scene = await waiting(two);
    await answer(scene, 'anna');
    await scene.supervisor.kill();
    startSupervisor(scene.world);
    expect(await answer(scene, 'ben')).toMatchObject({ kind: 'accepted', sentence: 'c1 is approved.' });
    await done(scene);
  });
});

describe('an answer', () => {
  it('of a program is refused, to the plan and to the change', async () => {
    const scene = await waiting('');
    const program = { kind: 'program', name: 'demo/r1.build#1' } as const;
    expect(await answer(scene, 'anna', { by: program })).toMatchObject(refused('REVIEW_SELF', /is no person/));
    expect(await merge(scene, { by: program })).toMatchObject(refused('REVIEW_SELF'));
    const plan = { run: 'r1', verdict: 'approved', planHash: 'x', by: program } as const;
    expect(await scene.ask('run.answer', plan)).toMatchObject(refused('REVIEW_SELF'));
    expect(scene.world.home.head()).toBe(scene.world.first);
  });

  it('of a program is none either where it hands in files of its own: taken again by a person only', async () => {
    const program = { kind: 'program', name: 'demo/r1.build#1' } as const;
    const scene = await waiting('');
    await answer(scene, 'anna', { verdict: 'changes-requested', comment: 'no' });
    await scene.until('c1', 'changesRequested');
    scene.world.files.put(`${homeDir}/trees/env-setup/docs/env-setup/why.md`, 'because\n');
    expect(await scene.ask('change.resubmit', { change: 'c1', by: program })).toMatchObject(refused('REVIEW_SELF'));
    expect(await scene.ask('run.resume', { run: 'r1', by: program })).toMatchObject(refused('REVIEW_SELF'));
    expect(stateOfSubject(scene.world, 'c1')).toBe('changesRequested');
    expect(await scene.ask('change.resubmit', { change: 'c1', by: person('anna') })).toMatchObject({
      kind: 'accepted',
    });
  });

  it('that says no, or takes the time from those who approved, is only that of somebody who may approve', async () => {
    const scene = await waiting(two.replace(', persons: 2', ', comment: true'));
    for (const verdict of ['rejected', 'changes-requested'] as const) {
      expect(await answer(scene, 'mallory', { verdict, comment: 'x' })).toMatchObject(refused('PRINCIPAL_UNKNOWN'));
      expect(await answer(scene, 'eva', { verdict, comment: 'x' })).toMatchObject(refused('PRINCIPAL_NOT_ALLOWED'));
    }
    expect(await answer(scene, 'anna', { when: 'window', comment: 'fine' })).toMatchObject({ kind: 'accepted' });
    await scene.until('c1', 'queued.holding');
    expect(await merge(scene, { by: person('eva') })).toMatchObject(refused('PRINCIPAL_NOT_ALLOWED'));
    expect(scene.latest('change.hurried')).toBeUndefined();
    expect(await merge(scene, { by: person('ben') })).toMatchObject({ kind: 'accepted' });
    await done(scene);
  });

  it('about another tree than the one that would merge is refused', async () => {
    const scene = await waiting('');
    expect(await answer(scene, 'anna', { tree: 'f'.repeat(40) })).toMatchObject(refused('CHANGE_MOVED'));
    expect(await answer(scene, 'anna', { base: 'f'.repeat(40) })).toMatchObject(refused('CHANGE_MOVED'));
  });

  it('to a change that this person has approved already says so', async () => {
    const scene = await waiting('');
    await answer(scene, 'anna', { when: 'window' });
    await scene.until('c1', 'queued.holding');
    expect(await answer(scene, 'anna')).toMatchObject(refused('REVIEW_TWICE', /has approved c1 already/));
    expect(await answer(scene, 'ben')).toMatchObject(refused('CHANGE_NOT_REVIEWABLE'));
  });

  it('needs a ticket, of the right form, and a reason where the policy wants them', async () => {
    const scene = await waiting(
      'policy: { tickets: { pattern: OPS-*, required: [{ package: numpy }] }, review: [{ comment: true }] }\n',
    );
    expect(await answer(scene, 'anna')).toMatchObject(
      refused('TICKET_MISSING', /package numpy \(orchestrate.yaml:9\)/),
    );
    expect(await answer(scene, 'anna', { ticket: 'X-1' })).toMatchObject(refused('TICKET_INVALID'));
    expect(await answer(scene, 'anna', { ticket: 'OPS-1' })).toMatchObject(refused('REASON_MISSING'));
    expect(await answer(scene, 'anna', { ticket: 'OPS-1', comment: 'tested' })).toMatchObject({ kind: 'accepted' });
    await done(scene);
    expect(scene.latest('review.answered')).toMatchObject({ ticket: 'OPS-1' });
  });

  it('beforehand holds no ticket: a person is asked', async () => {
    const scene = await supervised({ config: 'policy: { tickets: { required: [{ package: numpy }] } }\n' });
    await upgrade(scene, { yes: true });
    await scene.until('c1', 'reviewing.deciding');
    expect(scene.latest('approval.counted')).toMatchObject({ given: [] });
  });
});

const key = 'ssh-ed25519 AAAAanna';
const signed = `principals:
  - { name: anna, os-users: [root], ssh-keys: [${key}] }
  - { name: ben, os-users: [root], ssh-keys: [ssh-ed25519 AAAAben] }
policy:
  review: [{ when: { tier: medium }, signature: true }]
`;

describe('a signature', () => {
  const sign = (scene: Scene, keyFile: string, more: { when?: 'now' | 'window'; tree?: string } = {}) => {
    const { change, tree, base } = seen(scene);
    const policy = policyDigest(scene.world.context);
    const statement = { change, base, tree, policy, verdict: 'approved', when: 'now', ticket: null, ...more } as const;
    const { signatures } = scene.world.context.outside;
    return signatures.sign({ keyFile, namespace: approvalNamespace, message: approvalMessage(statement), agent: null });
  };

  it('says who of those that share a login it is', async () => {
    const scene = await waiting(signed);
    expect(await answer(scene, 'root')).toMatchObject(refused('PRINCIPAL_UNKNOWN', /shared by anna, ben/));
    expect(await answer(scene, 'root', { signature: await sign(scene, key) })).toMatchObject({ kind: 'accepted' });
    await done(scene);
    expect(scene.latest('review.answered')).toMatchObject({
      by: person('anna'),
      login: 'root',
      signature: { key: 'SHA256:AAanna' },
    });
  });

  it('holds for exactly what it was given for, and by a known key only', async () => {
    const scene = await waiting(signed);
    for (const signature of [
      await sign(scene, 'ssh-ed25519 AAAAmallory'),
      await sign(scene, key, { tree: 'f'.repeat(40) }),
      await sign(scene, key, { when: 'window' }),
    ])
      expect(await answer(scene, 'root', { signature })).toMatchObject(refused('SIGNATURE_INVALID'));
    expect(scene.world.home.head()).toBe(scene.world.first);
  });

  it('is asked for where the policy wants one', async () => {
    const scene = await waiting(signed.replace('os-users: [root], ssh-keys: [ssh-ed25519 AAAAben]', 'os-users: [ben]'));
    expect(await answer(scene, 'ben')).toMatchObject(refused('SIGNATURE_MISSING', /orchestrate.yaml:13/));
  });

  it('is asked for as well of who wants it merged sooner than was signed', async () => {
    const scene = await waiting(signed.replace('os-users: [root], ssh-keys: [ssh-ed25519 AAAAben]', 'os-users: [ben]'));
    const window = await sign(scene, key, { when: 'window' });
    expect(await answer(scene, 'x', { signature: window, when: 'window' })).toMatchObject({ kind: 'accepted' });
    await scene.until('c1', 'queued.holding');
    expect(await merge(scene, { by: person('ben') })).toMatchObject(refused('SIGNATURE_MISSING'));
    expect(scene.latest('change.hurried')).toBeUndefined();
    expect(await merge(scene, { by: person('ben'), signature: await sign(scene, key) })).toMatchObject({
      kind: 'accepted',
    });
    await done(scene);
  });
});

describe('what was approved for the window', () => {
  it('merges by itself when it opens, and the supervisor stays for it', async () => {
    const scene = await waiting('');
    await answer(scene, 'anna', { when: 'window' });
    await scene.until('c1', 'queued.holding');
    await scene.supervisor.stop();
    const stopped = () => scene.world.ledgers.open().read({ kinds: ['supervisor.stopped'] }).length;
    startSupervisor(scene.world, undefined, { idleSeconds: 1 });
    expect(scene.latest('change.held')).toMatchObject({
      fault: {
        code: 'WINDOW_SHUT',
        kind: 'waiting',
        message: expect.stringContaining('Thu 2026-01-01 03:00 UTC') as string,
      },
    });
    await scene.world.clock.advance(20_000);
    expect(stopped()).toBe(1);
    expect(scene.world.home.head()).toBe(scene.world.first);
    scene.world.clock.setNowMs(Date.UTC(2026, 0, 1, 3, 0, 0));
    await done(scene);
    await scene.world.clock.advance(20_000);
    expect(stopped()).toBe(2);
    expect(scene.latest('supervisor.stopped')).toMatchObject({ reason: 'nothing to do' });
  });

  it('merges now when the person wants that after all', async () => {
    const scene = await waiting('');
    await answer(scene, 'anna', { when: 'window' });
    await scene.until('c1', 'queued.holding');
    expect(await merge(scene)).toMatchObject({ kind: 'accepted' });
    await done(scene);
    expect(scene.latest('change.hurried')).toMatchObject({ by });
  });

  it('does not, where a rule wants it in a window', async () => {
    const scene = await waiting('policy: { review: [{ window: true }] }\n');
    await answer(scene, 'anna');
    await scene.until('c1', 'queued.holding');
    expect(await merge(scene)).toMatchObject(refused('WINDOW_SHUT', /orchestrate.yaml:9 wants it/));
    expect(scene.latest('change.hurried')).toBeUndefined();
  });

  it('is proven again at once when the branch moves, not when the window opens', async () => {
    const scene = await waiting('');
    await answer(scene, 'anna', { when: 'window' });
    await scene.until('c1', 'queued.holding');
    scene.world.home.commitByHand({ 'docs/mine.md': 'mine\n' });
    await scene.until('c1', 'reviewing.deciding');
    expect(scene.latest('change.gated')).toMatchObject({ base: scene.world.home.head() });
  });
});

const frozen = 'policy: { freezes: [{ from: 2025-12-20, to: 2026-01-04, reason: holidays }] }\n';

describe('in a freeze', () => {
  it('an approval is taken, and nothing merges until it is over', async () => {
    const scene = await waiting(frozen);
    expect(await approveChange(scene, 'c1')).toMatchObject({ kind: 'accepted' });
    await scene.until('c1', 'queued.holding');
    expect(scene.latest('change.held')?.fault).toMatchObject({
      code: 'MERGE_FROZEN',
      kind: 'waiting',
      hints: ['orchestrate windows list', 'orchestrate review merge c1 --break-glass --comment "<why>"'],
    });
    expect(await merge(scene)).toMatchObject(refused('MERGE_FROZEN', /holidays.*orchestrate.yaml:9/));
    scene.world.clock.setNowMs(Date.UTC(2026, 0, 5));
    await done(scene);
  });

  it('a broken glass merges, with a reason, and leaves a follow-up that a person closes', async () => {
    const scene = await waiting(frozen);
    await approveChange(scene, 'c1');
    await scene.until('c1', 'queued.holding');
    expect(await merge(scene, { breakGlass: true })).toMatchObject(refused('REASON_MISSING'));
    expect(await merge(scene, { breakGlass: true, comment: 'production is down' })).toMatchObject({ kind: 'accepted' });
    await done(scene);
    expect(scene.latest('glass.broken')).toMatchObject({
      ...{ id: 'f1', change: 'c1', reason: 'production is down' },
      overrode: [expect.stringContaining('holidays') as string],
    });
    expect(await messageOf(scene)).toContain('\nReviewed-by: anna (person)\nBroke-glass: anna\n');
    const close = (id: string) => scene.ask('followup.close', { id, comment: 'fine', by });
    expect(await close('f2')).toMatchObject(refused('FOLLOWUP_NOT_FOUND'));
    expect(await close('f1')).toMatchObject({ kind: 'accepted' });
    expect(await close('f1')).toMatchObject(refused('FOLLOWUP_NOT_FOUND'));
  });

  it('a way back merges', async () => {
    const scene = await waiting('');
    await approveChange(scene, 'c1');
    await done(scene);
    const entry = { kind: 'freeze', from: '2026-01-01', to: '2026-01-04', zone: 'UTC' } as const;
    expect(await scene.ask('window.add', { entry, reason: 'now', by })).toMatchObject({ kind: 'accepted' });
    const options = { previewOnly: false, yes: true, until: null, playbook: null, inputs: {} };
    await scene.ask('restore.start', { kind: 'undo', to: null, options, by });
    await done(scene, 'r2');
  });
});

describe('a broken glass', () => {
  it('passes over the number of persons, and only for who may break it', async () => {
    const scene = await waiting(two);
    const breaks = { breakGlass: true, comment: 'down' };
    expect(await answer(scene, 'anna', breaks)).toMatchObject(
      refused('PRINCIPAL_NOT_ALLOWED', /may not break the glass/),
    );
    expect(await answer(scene, 'ben', breaks)).toMatchObject({ kind: 'accepted', sentence: 'c1 is approved.' });
    await done(scene);
    expect(scene.latest('glass.broken')?.overrode).toEqual([
      '1 of 2 persons (anna), which orchestrate.yaml:14 asks for',
    ]);
  });

  it('never passes over the tree: another one than was proven is refused', async () => {
    const scene = await waiting(two);
    const other = { breakGlass: true, comment: 'down', tree: 'f'.repeat(40) };
    expect(await answer(scene, 'ben', other)).toMatchObject(refused('CHANGE_MOVED'));
    expect(scene.latest('glass.broken')).toBeUndefined();
  });
});

describe('windows by command', () => {
  it('hold at once until they are removed; those of a file are removed there', async () => {
    const scene = await waiting(frozen);
    await approveChange(scene, 'c1');
    await scene.until('c1', 'queued.holding');
    const remove = (id: string) => scene.ask('window.remove', { id, reason: null, by });
    expect(await remove('w9')).toMatchObject(refused('WINDOW_NOT_FOUND'));
    expect(await remove('orchestrate.yaml:9')).toMatchObject(refused('WINDOW_NOT_FOUND', /stands in a file/));
    const entry = { kind: 'window', days: ['mon'], from: '01:00', to: '02:00', zone: 'UTC' } as const;
    expect(await scene.ask('window.add', { entry, reason: 'x', by })).toMatchObject({
      sentence: 'w1: mon 01:00–02:00 UTC.',
    });
    expect(await remove('w1')).toMatchObject({ kind: 'accepted' });
    expect(await remove('w1')).toMatchObject(refused('WINDOW_NOT_FOUND'));
  });
});

describe('an approval, when the branch moved somewhere else', () => {
  const moved = async (config: string, files: Record<string, string>): Promise<Scene> => {
    const scene = await waiting(config);
    await answer(scene, 'anna', { when: 'window' });
    await scene.until('c1', 'queued.holding');
    scene.world.home.commitByHand(files);
    return scene;
  };
  const rows = (scene: Scene) =>
    scene.world.ledgers
      .open()
      .read({ key: 'review:c1:final' })
      .map(({ seq, data }) => ({ seq, data }));

  it('goes along by policy, as a row that names the one it came from', async () => {
    const scene = await moved('policy: { approval: { carry: disjoint } }\n', { 'docs/mine.md': 'mine\n' });
    await passUntil(scene.world, () => rows(scene).length === 2);
    const [first, second] = rows(scene);
    expect(second?.data).toMatchObject({ carriedFrom: first?.seq, base: scene.world.home.head(), by });
    scene.world.clock.setNowMs(Date.UTC(2026, 0, 1, 3));
    await done(scene);
  });

  it('is asked for again without that policy', async () => {
    const scene = await moved('', { 'docs/mine.md': 'mine\n' });
    await scene.until('c1', 'reviewing.deciding');
    expect(rows(scene)).toHaveLength(1);
  });

  it('is asked for again when the tier is high', async () => {
    const high = 'policy: { approval: { carry: disjoint }, risk: [{ when: {}, tier: high }] }\n';
    const scene = await moved(high, { 'docs/mine.md': 'mine\n' });
    await scene.until('c1', 'reviewing.deciding');
    expect(rows(scene)).toHaveLength(1);
  });

  it('is asked for again when both are about one package, though it merges without a conflict and no file is of both', async () => {
    const scene = await moved('policy: { approval: { carry: disjoint } }\n', {
      'requirements.in': 'numpy>=2\npillow\ntorch==2.8.0\n',
    });
    const { store, first } = scene.world;
    const approved = scene.latest('change.gated');
    await scene.until('c1', 'reviewing.deciding');
    const gated = scene.latest('change.gated');
    expect(gated).toMatchObject({ verdict: 'proven', base: scene.world.home.head() });
    const own = async (base: string, tree = '') =>
      store.differences(await store.treeOf(asCommitId(base)), asGitTreeId(tree));
    const own1 = await own(first, approved?.exact);
    expect(own1.map(({ path }) => path)).toEqual(['requirements.lock']);
    expect(await own(gated?.base ?? '', gated?.exact)).toEqual(own1);
    expect(rows(scene)).toHaveLength(1);
  });
});
