import { type JournalKind, type JournalKinds, dataOf } from '../../../../src/domain/journal/kinds.ts';
import type { RequestAnswer, RequestKind, RequestKinds } from '../../../../src/domain/requests.ts';
import type { RunOptions } from '../../../../src/domain/runs/options.ts';
import { ask, type FakeSupervisor, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { anna, createWorld, type World, type WorldOptions } from '../../../fakes/fake-world.ts';

export const options = { previewOnly: false, yes: false, until: null, playbook: null, inputs: {} };
export const by = anna;

export interface Scene {
  readonly world: World;
  readonly supervisor: FakeSupervisor;
  /** Asks and waits for the answer. */
  ask<Kind extends RequestKind>(kind: Kind, data: RequestKinds[Kind]): Promise<RequestAnswer>;
  until(subject: string, state: string): Promise<void>;
  latest<Kind extends JournalKind>(kind: Kind): JournalKinds[Kind] | undefined;
}

const isWorld = (given: unknown): given is World => typeof given === 'object' && given !== null && 'context' in given;

/** Returns an installation with a running supervisor; `prepare` changes the world before it starts. */
export async function supervised(
  given?: WorldOptions,
  prepare: (world: World) => unknown = () => undefined,
): Promise<Scene> {
  const made = await createWorld(given);
  const prepared = prepare(made);
  const world = isWorld(prepared) ? prepared : made;
  const supervisor = startSupervisor(world);
  const answerOf = (id: number) => world.ledgers.open().findRequest(id)?.answer as unknown as RequestAnswer | null;
  return {
    world,
    supervisor,
    async ask(kind, data) {
      const id = await ask(world, kind, data);
      await passUntil(world, () => answerOf(id) !== null);
      return answerOf(id) as RequestAnswer;
    },
    until: (subject, state) => passUntil(world, () => stateOfSubject(world, subject) === state),
    latest: (kind) => dataOf(kind, world.ledgers.open().read({ kinds: [kind], descending: true, limit: 1 })[0]),
  };
}

export const upgrade = (scene: Scene, more: Partial<RunOptions> = {}) =>
  scene.ask('run.start', { goal: 'upgrade numpy', options: { ...options, ...more }, by });

/** The person says yes to what was gated last. */
export async function approveChange(scene: Scene, change: string): Promise<RequestAnswer> {
  const gated = scene.world.ledgers
    .open()
    .read({ kinds: ['change.gated'], descending: true, limit: 100 })
    .map((entry) => dataOf('change.gated', entry))
    .find((one) => one?.change === change);
  const { exact: tree = '', base = '' } = gated ?? {};
  return scene.ask('review.answer', { change, tree, base, verdict: 'approved', comment: null, by });
}
