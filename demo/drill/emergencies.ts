import { type Graph, MODEL, modelGraph, packGraph, pictureGraph } from './graphs.ts';

/** How an emergency is made, and how it is known. */
export interface Emergency {
  /** Id of the playbook that answers it. */
  readonly id: string;
  /** What is made wrong, for people. */
  readonly made: string;
  /** Lines of the simulator's control file; see comfyui/README.md. */
  readonly faults: readonly string[];
  /** What somebody does then, so that it shows. */
  readonly trigger: 'nothing' | 'prompt' | 'restart';
  /** The prompt of that person, before and after. */
  readonly graph: (prefix: string) => Graph;
  /** Keys of the product's alerts begin so. */
  readonly alerts: readonly string[];
  /** What the person does with their own hands when asked; null: a yes is enough. */
  readonly hands: string | null;
  /** What the product has to name where it says what is left to do. */
  readonly named?: string;
  /** The person starts production again. */
  readonly restarts?: true;
  /** The newest torch is installed first, which fails in this way of making a picture. */
  readonly upgrades?: true;
  /** The driver of a card answers. */
  readonly hasCard?: true;
}

/** All emergencies, in the order in which they are drilled. */
export const EMERGENCIES: readonly Emergency[] = [
  {
    id: 'emergency-unresponsive',
    made: 'production takes connections and answers nothing, until it is started again',
    faults: ['once hang-http'],
    trigger: 'nothing',
    graph: pictureGraph,
    alerts: ['service:hung'],
    hands: null,
  },
  {
    id: 'out-of-memory',
    made: 'every node fails for want of memory, until the server is asked to free it',
    faults: ['oom=until-free'],
    trigger: 'prompt',
    graph: pictureGraph,
    alerts: ['signature:s01'],
    hands: null,
  },
  {
    id: 'disk-full',
    made: 'no picture can be written for want of room',
    faults: ['disk-full'],
    trigger: 'prompt',
    graph: pictureGraph,
    alerts: ['signature:s40'],
    hands: 'makes room on the disk',
  },
  {
    id: 'node-import-failed',
    made: 'a node pack is not imported at the next start, and is at the one after',
    faults: ['once import-failed=demo-pack'],
    trigger: 'restart',
    graph: packGraph,
    alerts: ['signature:s18', 'signature:s17'],
    hands: 'gives the pack what it lacks, and starts production again',
    restarts: true,
  },
  {
    id: 'model-missing',
    made: 'no model is listed any more',
    faults: ['wrong-model=not-listed'],
    trigger: 'prompt',
    graph: modelGraph,
    alerts: ['signature:s61'],
    hands: 'brings the models back',
    named: MODEL,
  },
  {
    id: 'gpu-lost',
    made: 'the process lost its context of the card: every prompt fails with a CUDA error until production is started again',
    faults: ['once cuda-poisoned'],
    trigger: 'prompt',
    graph: pictureGraph,
    alerts: ['signature:s08', 'signature:s07', 'gpu:'],
    hands: null,
    hasCard: true,
  },
  {
    id: 'queue-stuck',
    made: 'a node stands still and hears no interrupt, until production is started again',
    faults: ['once hang-queue'],
    trigger: 'prompt',
    graph: pictureGraph,
    alerts: ['service:hung'],
    hands: null,
  },
  {
    id: 'bad-upgrade',
    made: 'torch was upgraded to one that fails in a way that no workflow of the installation tries',
    faults: [],
    trigger: 'prompt',
    graph: pictureGraph,
    alerts: ['signature:s23'],
    hands: null,
    upgrades: true,
  },
];

/** Returns those that the words name; all for none or `all`. Throws on an unknown one. */
export function emergenciesOf(words: readonly string[]): readonly Emergency[] {
  if (words.length === 0 || words.includes('all')) return EMERGENCIES;
  return words.map((word) => {
    const found = EMERGENCIES.find(({ id }) => id === word);
    if (!found)
      throw new Error(`there is no emergency ${word}; there are ${EMERGENCIES.map(({ id }) => id).join(', ')}`);
    return found;
  });
}
