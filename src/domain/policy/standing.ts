import type { Actor } from '../journal/actor.ts';
import { type Approvers, reachable } from './principals.ts';
import type { MergeTime, PolicyAsk } from './rules.ts';

/** An approval of exactly the tree that would merge, on exactly its base, under exactly this policy. */
export interface Approval {
  readonly row: number;
  readonly by: Actor;
  readonly when: MergeTime;
  readonly ticket: string | null;
  readonly comment: string | null;
  readonly isSigned: boolean;
  readonly brokeGlass: boolean;
}

/** Something that is still to be given, and by whom. */
export interface Missing {
  readonly ask: PolicyAsk;
  /** `1 of 2 persons`, `the approval of ben`. */
  readonly sentence: string;
  /** Names; empty: whoever can use the installation. */
  readonly who: readonly string[];
}

export interface Standing {
  readonly isEnough: boolean;
  readonly missing: readonly Missing[];
}

/** Returns whether the approvals are enough for what is asked, and what is missing. What breaks the glass passes over all but a signature. */
export function standingOf(
  asks: readonly PolicyAsk[],
  given: readonly Approval[],
  { approvers, ruleMay }: { readonly approvers: Approvers; readonly ruleMay: boolean },
): Standing {
  if (ruleMay && given.some(({ by }) => by.kind === 'rule')) return { isEnough: true, missing: [] };
  const needsSignature = asks.some(({ what }) => what === 'signature');
  const counted = given.filter(
    ({ by, isSigned }) =>
      by.kind === 'person' &&
      (isSigned || !needsSignature) &&
      (approvers.others === undefined || approvers.others.includes(by.name)),
  );
  if (counted.some(({ brokeGlass }) => brokeGlass)) return { isEnough: true, missing: [] };
  const names = new Set(counted.map(({ by }) => by.name));
  const others = (approvers.others ?? []).filter((name) => !names.has(name));
  const missing = asks.flatMap((ask): Missing[] => {
    switch (ask.what) {
      case 'persons': {
        const count = reachable(ask.count, approvers);
        if (names.size >= count) return [];
        return [{ ask, sentence: `${names.size} of ${count === 1 ? '1 person' : `${count} persons`}`, who: others }];
      }
      case 'principal': {
        // Who made it cannot approve it: whoever else may does.
        const isAble = approvers.others?.includes(ask.principal) ?? false;
        if (names.has(ask.principal) || !isAble) return [];
        return [{ ask, sentence: `the approval of ${ask.principal}`, who: [ask.principal] }];
      }
      case 'ticket':
        return counted.some(({ ticket }) => ticket !== null) ? [] : [{ ask, sentence: 'a ticket', who: others }];
      case 'comment':
      case 'signature':
        if (counted.length > 0) return [];
        return [{ ask, sentence: ask.what === 'comment' ? 'a reason' : 'a signature', who: others }];
      case 'tree':
      // What a model read is before people when they answer, and no answer of theirs.
      case 'agent':
      case 'window':
        return [];
    }
  });
  return { isEnough: missing.length === 0, missing };
}

/** Returns when it merges: a single person who wants the window is enough to wait for it. */
export const mergeTimeOf = (given: readonly Approval[]): MergeTime =>
  given.some(({ when }) => when === 'window') ? 'window' : 'now';

/** Returns it as people read it: `1 of 2 persons (ben or eva)`. */
export const missingText = ({ sentence, who }: Pick<Missing, 'sentence' | 'who'>): string =>
  who.length === 0 || (who.length === 1 && sentence.endsWith(who[0] ?? ''))
    ? sentence
    : `${sentence} (${who.join(' or ')})`;
