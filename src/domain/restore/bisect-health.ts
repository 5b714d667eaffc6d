import type { WorkflowProof } from '../changes/evidence.ts';
import { judgeSmoke } from '../changes/judge.ts';
import type { BisectVerdict } from './bisect.ts';

/** What was seen of a state that could be tried. */
export interface BisectSeen {
  /** Why the service did not start, or ended by itself; null: it answered to the end. */
  readonly bootFailure: string | null;
  readonly device: string;
  /** Packs that do not import. */
  readonly failedPacks: readonly string[];
  readonly workflows: readonly WorkflowProof[];
}

/** Something that held at the good end and does not hold here. */
export interface BisectLoss {
  /** `the service`, `workflow portrait`, `node pack demo-pack` */
  readonly what: string;
  readonly sentence: string;
}

const theService = 'the service';

/** What is worse than at the good end. How fast it is under the machine's other work is not asked. */
export function lossesSince(good: BisectSeen, now: BisectSeen): readonly BisectLoss[] {
  if (now.bootFailure !== null) return [{ what: theService, sentence: now.bootFailure }];
  const packs = now.failedPacks
    .filter((name) => !good.failedPacks.includes(name))
    .map((name) => ({ what: `node pack ${name}`, sentence: `Node pack ${name} does not import.` }));
  const workflows = now.workflows.flatMap((workflow) =>
    judgeSmoke(good, { device: now.device, workflows: [workflow] }, Number.POSITIVE_INFINITY).map(({ sentence }) => ({
      what: `workflow ${workflow.name}`,
      sentence,
    })),
  );
  return [...packs, ...workflows];
}

/** Workflows that ran at the good end: the others say nothing. */
export const sound = ({ workflows }: BisectSeen): readonly string[] =>
  workflows.filter(({ failure }) => failure === null).map(({ name }) => name);

/**
 * What is followed back: what is lost at the bad end. Where the service itself does not start there it may be anything that
 * held at the good end. Empty: nothing is broken. A workflow that did not run at the good end, or is new since, is no loss.
 */
export function watchedOf(good: BisectSeen, bad: BisectSeen): readonly string[] {
  const known = new Set(sound(good).map((name) => `workflow ${name}`));
  const lost = lossesSince(good, bad).map(({ what }) => what);
  return [...new Set(lost)].filter((what) => !what.startsWith('workflow ') || known.has(what));
}

/**
 * Whether the state has what is watched, and the sentence that says so. One that does not start says nothing of a workflow or a pack:
 * a later commit may have mended the start, and what is watched may have been lost before it.
 */
export function judgeState(
  { good, watched }: { readonly good: BisectSeen; readonly watched: readonly string[] },
  now: BisectSeen,
): { readonly verdict: BisectVerdict; readonly sentence: string } {
  const isAnything = watched.includes(theService);
  if (now.bootFailure !== null && !isAnything) {
    const sentence = `It does not start, so nothing is seen of ${watched.join(' and ')}: ${now.bootFailure}`;
    return { verdict: 'skipped', sentence };
  }
  const known = new Set(sound(good).map((name) => `workflow ${name}`));
  const isMeant = ({ what }: BisectLoss): boolean =>
    watched.includes(what) || (isAnything && (known.has(what) || !what.startsWith('workflow ')));
  const [loss, ...more] = lossesSince(good, now).filter(isMeant);
  if (loss !== undefined)
    return { verdict: 'bad', sentence: [loss, ...more].map(({ sentence }) => sentence).join(' ') };
  const absent = watched
    .filter((what) => what.startsWith('workflow '))
    .filter((what) => !now.workflows.some(({ name }) => what === `workflow ${name}`));
  if (absent.length > 0) return { verdict: 'skipped', sentence: `It has no ${absent.join(' and no ')}.` };
  const ran = now.workflows.filter(({ failure }) => failure === null).length;
  return { verdict: 'good', sentence: `It boots on ${now.device}; ${ran}/${now.workflows.length} workflows ran.` };
}
