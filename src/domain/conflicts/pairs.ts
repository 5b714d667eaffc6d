import { factText, valueText } from '../changes/fact-text.ts';
import { mergedByMeaning } from '../changes/file-meaning.ts';
import { disagreements, type Footprint } from '../changes/footprint.ts';

/** An open change, a run at work or a slot that somebody works in, as the radar sees it. */
export interface Member {
  /** `c4`, `r12`, or the name of a slot. */
  readonly id: string;
  readonly kind: 'change' | 'run' | 'slot';
  readonly run: string | null;
  readonly title: string;
}

/** A member with what it touches. */
export interface Touching extends Member {
  readonly footprint: Footprint;
  /** Packages that it is about; any other moves along with one. */
  readonly wanted: ReadonlySet<string>;
}

/** A fact that both make something else of. */
export interface Fight {
  readonly fact: string;
  /** What the first and what the second make of it; empty: it goes. */
  readonly first: string;
  readonly second: string;
}

/**
 * What is to be done about two that meet. `regenerate`: nothing, files are made anew from both when the second merges. `again`: the
 * second has to be made again after the first. `person`: somebody has to say which of the two is meant.
 */
export type Advice = 'regenerate' | 'again' | 'person';

/** Two that meet; who is first merges first as things stand. */
export interface ConflictPair {
  readonly first: string;
  readonly second: string;
  /** Paths of which both edit the same lines. */
  readonly textual: readonly string[];
  readonly semantic: readonly Fight[];
  readonly advice: Advice;
}

/**
 * Returns how two meet, undefined where they do not. `paths`: those on which a merge of lines would conflict; what is merged by its
 * meaning is taken out.
 */
export function meet(first: Touching, second: Touching, paths: readonly string[]): ConflictPair | undefined {
  const [mine, other] = [first.footprint, second.footprint];
  const textual = paths.filter((path) => !listed.has(path));
  const fighting = disagreements(mine, other).filter((fact) => !fact.startsWith('path:'));
  if (textual.length === 0 && fighting.length === 0) return undefined;
  const needsPerson = fighting.some((fact) => !isMovedAlong(fact, first, second));
  return {
    first: first.id,
    second: second.id,
    textual,
    semantic: fighting.map((fact) => ({
      fact,
      first: valueText(fact, mine.values[fact] ?? ''),
      second: valueText(fact, other.values[fact] ?? ''),
    })),
    advice: needsPerson ? 'person' : textual.length > 0 ? 'again' : 'regenerate',
  };
}

/** Lines of these are nobody's conflict. */
const listed: ReadonlySet<string> = new Set(mergedByMeaning);

/** Returns the paths that both touch, a folder where the other has a file among them: any other is a matter between one of them and the branch. */
export const touchedByBoth = (paths: readonly string[], first: Touching, second: Touching): readonly string[] =>
  paths.filter((path) => isTouched(first.footprint.paths, path) && isTouched(second.footprint.paths, path));

const isTouched = (touched: readonly string[], path: string): boolean =>
  touched.some((one) => one === path || one.startsWith(`${path}/`) || path.startsWith(`${one}/`));

/** A package that at least one of them does not care about: the resolver finds a version for both. */
function isMovedAlong(fact: string, first: Touching, second: Touching): boolean {
  const name = /^package:(.+)$/.exec(fact)?.[1];
  return name !== undefined && !(first.wanted.has(name) && second.wanted.has(name));
}

/** Returns what both touch to different ends, for one line. */
export function meetText({ textual, semantic }: Pick<ConflictPair, 'textual' | 'semantic'>): string {
  const named = [...semantic.map(({ fact }) => factText(fact)), ...textual.map((path) => `lines of ${path}`)];
  return `${named.slice(0, 3).join(', ')}${named.length > 3 ? ` and ${named.length - 3} more` : ''}`;
}
