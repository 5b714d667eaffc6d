export type Risk = 'low' | 'medium' | 'high';

const order: readonly Risk[] = ['low', 'medium', 'high'];

/** Returns the higher of two tiers. */
export const worseRisk = (a: Risk, b: Risk): Risk => (order.indexOf(a) >= order.indexOf(b) ? a : b);

/** Paths by which a change could reach the tool itself, other agents, or an editor that runs what it finds (A37). */
const steering: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /^orchestrate\.yaml$/, why: 'decides what orchestrate may do' },
  { pattern: /^(agents|playbooks|trees)\//, why: 'decides what agents do' },
  { pattern: /^\.worktreeinclude$/, why: 'decides which of your ignored files are given to what runs' },
  // A program that thinks reads those of folders below, too.
  { pattern: /(^|\/)(CLAUDE|AGENTS|GEMINI)(\.\w+)?\.md$/, why: 'is given to every agent' },
  {
    pattern:
      /(^|\/)(\.(claude|codex|opencode|gemini|cursor|vscode|idea|github|gitlab|gitlab-ci\.yml|orchestrate|mcp\.json)|opencode\.jsonc?)(\/|$)/,
    why: 'is obeyed by another tool',
  },
  { pattern: /(^|\/)(package\.json|\.gitattributes|\.gitmodules|\.envrc)$/, why: 'can make another tool run programs' },
];

/** Returns why a path raises the tier, or undefined when it does not. */
export function pathRisk(path: string): { readonly risk: Risk; readonly why: string } | undefined {
  const found = steering.find(({ pattern }) => pattern.test(path));
  return found && { risk: 'high', why: found.why };
}
