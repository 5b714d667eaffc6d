import type { Principal } from './rules.ts';

/** Who may be behind a login. */
export type Known =
  | { readonly kind: 'one'; readonly principal: Principal }
  /** Several share the login: only a signature tells which. */
  | { readonly kind: 'several'; readonly names: readonly string[] }
  | { readonly kind: 'none' };

/** Returns who a login is. Where no principal is written, everybody who can use the installation is one, by login. */
export function principalOf(principals: readonly Principal[] | undefined, login: string): Known {
  if (principals === undefined) return { kind: 'one', principal: anybody(login) };
  const found = principals.filter(({ osUsers }) => osUsers.includes(login));
  const [first, ...others] = found;
  if (first === undefined) return { kind: 'none' };
  return others.length === 0
    ? { kind: 'one', principal: first }
    : { kind: 'several', names: found.map(({ name }) => name) };
}

const anybody = (login: string): Principal => ({
  name: login,
  osUsers: [login],
  sshKeys: [],
  trees: [],
  mayBreakGlass: true,
  at: 'built in',
});

export const mayApprove = ({ trees }: Principal, tree: string): boolean => trees.length === 0 || trees.includes(tree);

/** Whether one of the names is the principal's, or a login of theirs. */
export const isNamed = ({ name, osUsers }: Principal, names: readonly string[]): boolean =>
  names.some((one) => one === name || osUsers.includes(one));

/** Who may approve a change, and whether the rule against approving one's own work can be kept. */
export interface Approvers {
  /** Names; undefined: whoever can use the installation. */
  readonly others: readonly string[] | undefined;
  /** Nobody but an author may approve: then an author does, and the record says so. */
  readonly authorMay: boolean;
}

/**
 * Returns who may approve a change of the tree; null: of any. `authors` are the persons who made it: none for what agents made. One person alone
 * is never locked out of their own installation.
 */
export function approversOf(
  principals: readonly Principal[] | undefined,
  { tree, authors }: { readonly tree: string | null; readonly authors: readonly string[] },
): Approvers {
  if (principals === undefined) return { others: undefined, authorMay: true };
  const able = principals.filter((one) => tree === null || mayApprove(one, tree));
  const others = able.filter((one) => !isNamed(one, authors));
  return others.length > 0
    ? { others: others.map(({ name }) => name), authorMay: false }
    : { others: able.map(({ name }) => name), authorMay: true };
}

/** Persons of whom each can be waited for: asking for more would wait for ever. */
export const reachable = (asked: number, { others }: Approvers): number =>
  Math.min(asked, Math.max(1, others?.length ?? 1));
