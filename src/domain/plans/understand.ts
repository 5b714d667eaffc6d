import { typingSlips } from '../definitions/did-you-mean.ts';
import type { Playbook } from '../definitions/types.ts';
import { splitFile, splitVersion, wordsOfGoal, wordsOfTrigger, type GoalWord, type TriggerWord } from './trigger.ts';

/**
 * Least score that is carried out. With it only a goal of five words or more may have one that nobody explained:
 * such a word (`and numpy`, `tomorrow`) may change the meaning, and a refusal costs less than a wrong run.
 */
export const UNDERSTOOD_FROM = 0.8;

/** Longest goal that is read, in characters. */
const MAX_GOAL_LENGTH = 300;
/** Playbooks that a refusal names. */
const MAX_NEAREST = 3;

export interface NearPlaybook {
  readonly id: string;
  readonly title: string;
  readonly score: number;
  /** The trigger that came nearest: something to type instead. */
  readonly trigger: string;
}

export type Understanding =
  | {
      readonly kind: 'understood';
      readonly playbook: Playbook;
      /** 0 to 1, rounded to two decimals. */
      readonly score: number;
      /** Every input of the playbook: from the goal, else its default. */
      readonly inputs: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'unknown'; readonly nearest: readonly NearPlaybook[] };

/**
 * Returns the playbook that a goal means. The score is the share of words that goal and trigger explain to each other:
 * 1 for the same word or a synonym, 0.8 for a slip of the finger or a word that becomes an input, divided by the
 * number of words of the longer one. So a trigger that names the package beats one with `{package}`; a goal with a word
 * that turns it around (`not`, `undo`) scores 0 unless the trigger has that word too. A version in the
 * goal becomes the input `version` of a playbook that has one, and is an unexplained word for one that has none.
 * The same goal gives the same answer always; ties go to the id that sorts first. What was given beside the goal need not be in it.
 */
export function understandGoal(
  text: string,
  playbooks: Iterable<Playbook>,
  beside: Readonly<Record<string, string>> = {},
): Understanding {
  const goal = text.slice(0, MAX_GOAL_LENGTH);
  const candidates = [...playbooks].map((playbook) => bestTrigger(goal, playbook, beside));
  candidates.sort(
    (a, b) =>
      b.score - a.score || Number(b.isComplete) - Number(a.isComplete) || (a.playbook.id < b.playbook.id ? -1 : 1),
  );
  const best = text.length > MAX_GOAL_LENGTH ? undefined : candidates.find(({ isComplete }) => isComplete);
  if (best !== undefined && best.score >= UNDERSTOOD_FROM && best === candidates[0]) {
    return { kind: 'understood', playbook: best.playbook, score: best.score, inputs: best.inputs };
  }
  const nearest = candidates
    .slice(0, MAX_NEAREST)
    .map(({ playbook, score, trigger }) => ({ id: playbook.id, title: playbook.title, score, trigger }));
  return { kind: 'unknown', nearest };
}

interface Candidate {
  readonly playbook: Playbook;
  readonly score: number;
  readonly trigger: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Every input without a default came from the goal, or was given beside it. */
  readonly isComplete: boolean;
}

function bestTrigger(goal: string, playbook: Playbook, beside: Readonly<Record<string, string>>): Candidate {
  const { rest: named, file } = Object.hasOwn(playbook.inputs, 'file')
    ? splitFile(goal)
    : { rest: goal, file: undefined };
  const { rest, version } = Object.hasOwn(playbook.inputs, 'version')
    ? splitVersion(named)
    : { rest: named, version: undefined };
  const words = wordsOfGoal(rest);
  let best: Candidate | undefined;
  for (const trigger of playbook.triggers) {
    const parts = wordsOfTrigger(trigger);
    const { points, inputs } = isTurned(words, parts) ? { points: 0, inputs: [] } : align(words, parts);
    const score = Math.round((points / Math.max(words.length, parts.length, 1)) * 100) / 100;
    if (best !== undefined && score <= best.score) continue;
    const given = new Map([
      ...Object.entries(beside),
      ...inputs,
      ...(version === undefined ? [] : [['version', version] as const]),
      ...(file === undefined ? [] : [['file', file] as const]),
    ]);
    best = { playbook, score, trigger, ...completeInputs(playbook, given) };
  }
  return best ?? { playbook, score: 0, trigger: '', inputs: {}, isComplete: false };
}

function completeInputs(
  playbook: Playbook,
  given: ReadonlyMap<string, string>,
): Pick<Candidate, 'inputs' | 'isComplete'> {
  const entries = Object.entries(playbook.inputs).map(
    ([name, input]) => [name, given.get(name) ?? input.default] as const,
  );
  return {
    inputs: Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== null)),
    isComplete: entries.every(([, value]) => value !== null),
  };
}

interface Alignment {
  readonly points: number;
  readonly inputs: readonly (readonly [string, string])[];
}

/** Finds the matching of words in order that gives most points (longest common subsequence with weights). */
function align(goal: readonly GoalWord[], trigger: readonly TriggerWord[]): Alignment {
  const none: Alignment = { points: 0, inputs: [] };
  let above: Alignment[] = Array.from({ length: trigger.length + 1 }, () => none);
  for (const word of goal) {
    const row: Alignment[] = [none];
    for (const [index, part] of trigger.entries()) {
      const skipGoal = above[index + 1] ?? none;
      const skipTrigger = row[index] ?? none;
      const points = pointsOf(word, part);
      const before = above[index] ?? none;
      const inputs = part.kind === 'input' ? [...before.inputs, [part.name, word.text] as const] : before.inputs;
      const both = points === 0 ? none : { points: before.points + points, inputs };
      row.push([both, skipGoal, skipTrigger].reduce((a, b) => (b.points > a.points ? b : a)));
    }
    above = row;
  }
  return above.at(-1) ?? none;
}

const turningWords: ReadonlySet<string> = new Set(
  "not no never dont don't cannot can't without except but only undo revert rollback restore stop cancel skip avoid downgrade".split(
    ' ',
  ),
);

function isTurned(goal: readonly GoalWord[], trigger: readonly TriggerWord[]): boolean {
  return goal.some(
    ({ text }) => turningWords.has(text) && !trigger.some((part) => part.kind === 'word' && part.text === text),
  );
}

/** Words that no package is called in a goal: a trigger with `{package}` must not take them for one. */
const notAName: ReadonlySet<string> = new Set(
  'all everything anything it them this that these those and or comfyui comfy node nodes pack packs model models packages python pip driver drivers cuda system service manager'.split(
    ' ',
  ),
);

/** Shortest word in which one slip is forgiven: shorter ones are too near to other words. */
const MIN_LENGTH_FOR_SLIP = 5;

function pointsOf(word: GoalWord, part: TriggerWord): number {
  if (part.kind === 'input') {
    return /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/.test(word.text) && !notAName.has(word.text) ? 0.8 : 0;
  }
  if (word.canonical === part.canonical) return 1;
  const isSlip =
    Math.min(word.canonical.length, part.canonical.length) >= MIN_LENGTH_FOR_SLIP &&
    typingSlips(word.canonical, part.canonical) === 1;
  return isSlip ? 0.8 : 0;
}
