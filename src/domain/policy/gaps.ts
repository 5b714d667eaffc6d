import { mayApprove } from './principals.ts';
import { noRules, type PolicyRules, type Principal } from './rules.ts';

/** Something that the policy asks for and nobody can give. */
export interface PolicyGap {
  readonly sentence: string;
  /** Where it is written. */
  readonly at: string;
}

/**
 * Returns for which trees nobody could ever approve a change, or sign where a rule wants that. A way back is in none of
 * it: any principal may answer one. Trees may come and go without the configuration, so it is told and not refused.
 */
export function policyGaps(
  principals: readonly Principal[] | undefined,
  { rules = noRules, trees }: { readonly rules?: PolicyRules | undefined; readonly trees: readonly string[] },
): readonly PolicyGap[] {
  if (principals === undefined) return [];
  const ableFor = (tree: string): readonly Principal[] => principals.filter((one) => mayApprove(one, tree));
  const [first] = principals;
  const orphans = trees.filter((tree) => ableFor(tree).length === 0);
  const signing = rules.review.filter(({ signature }) => signature);
  return [
    ...orphans.map((tree) => ({
      sentence: `nobody may approve a change of ${tree}: it is in trees of no principal`,
      at: first?.at ?? 'orchestrate.yaml',
    })),
    ...signing.flatMap(({ when, at }) => {
      const asked = trees.filter((tree) => when.trees.length === 0 || when.trees.includes(tree));
      const unsigned = asked.filter(
        (tree) => !orphans.includes(tree) && ableFor(tree).every(({ sshKeys }) => sshKeys.length === 0),
      );
      return unsigned.map((tree) => ({
        sentence: `nobody can sign the approval of a change of ${tree}: none of who may approve it has ssh-keys`,
        at,
      }));
    }),
  ];
}
