import type { Playbook } from '../../../../src/domain/definitions/types.ts';
import { dataOf, type JournalKind, type JournalKinds } from '../../../../src/domain/journal/kinds.ts';
import type { RunOptions } from '../../../../src/domain/runs/options.ts';
import type { World, WorldOptions } from '../../../fakes/fake-world.ts';
import { definitions, upgrade } from '../../../fakes/fake-world.ts';
import { by, options, type Scene, supervised } from '../supervisor/supervised-scene.ts';

/** Writes one workflow, and proves nothing before its gate. */
const addWorkflow: Playbook = {
  ...upgrade,
  id: 'add-workflow',
  title: 'Add a workflow',
  triggers: ['add workflow {name}'],
  inputs: {
    name: { description: 'Its name', default: null },
    graph: { description: 'Its graph', default: '' },
  },
  tree: 'models-integ',
  plan: 'workflow.add',
  risk: 'low',
  steps: upgrade.steps
    .filter(({ id }) => id === 'lock')
    .map((one) => ({ ...one, id: 'write', action: 'files.write', needs: [] })),
};

/** `ahead` lines of orchestrate.yaml, and the world before its supervisor starts. */
export const onCpu: WorldOptions = { service: ['mode: managed', 'watch-time: 200ms', 'args: [--cpu]'] };

/** An installation whose runs write workflows: as many different changes as are wanted, without conflicts. */
export const workflowScene = (given: WorldOptions = onCpu, prepare: (world: World) => unknown = () => undefined) =>
  supervised(given, (world) => {
    prepare(world);
    const playbooks = new Map([...definitions.playbooks, [addWorkflow.id, addWorkflow]]);
    const trees = new Map([...definitions.trees].map(([id, one]) => [id, { ...one, slots: 5 }]));
    return { ...world, context: { ...world.context, definitions: { ...definitions, playbooks, trees } } };
  });

const graph = (text: string): string => JSON.stringify({ '1': { class_type: 'KSampler', inputs: { text } } });

/** Starts a run that proposes `workflows/<name>.json`. */
export const addNamed = (scene: Scene, name: string, more: Partial<RunOptions> & { text?: string } = {}) => {
  const { text = name, ...given } = more;
  const inputs = { graph: graph(text) };
  return scene.ask('run.start', { goal: `add workflow ${name}`, options: { ...options, inputs, ...given }, by });
};

/** All rows of a kind, oldest first. */
export const rowsOf = <Kind extends JournalKind>(scene: Scene, kind: Kind): readonly JournalKinds[Kind][] =>
  scene.world.ledgers
    .open()
    .read({ kinds: [kind], limit: 10_000 })
    .flatMap((one) => dataOf(kind, one) ?? []);

/** Starts runs one after the other, each when the change of the last waits for its review. */
export async function inReview(scene: Scene, names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    await addNamed(scene, name);
    await scene.until(`c${index + 1}`, 'reviewing.deciding');
  }
}
