/** Files that instances are given, and what of them is left, with the reason as a clause. */
export interface IncludeRules {
  /** The lines that count, as a file in the syntax of gitignore. */
  readonly patterns: string;
  readonly refused: readonly LeftOut[];
}

export interface LeftOut {
  /** A path relative to home, or a pattern of `.worktreeinclude`. */
  readonly path: string;
  readonly why: string;
}

/** Settings and keys are small; past this a pattern caught something else. */
export const includeLimits = {
  maxFiles: 200,
  maxFileBytes: 16 * 1024 * 1024,
  maxTotalBytes: 64 * 1024 * 1024,
  maxPatterns: 200,
} as const;

/**
 * Reads `.worktreeinclude`: patterns in the syntax of gitignore, of files that git ignores and that each instance needs. A pattern
 * that tries to lead out of the repository is refused; in this syntax `/x` is `x` at the repository's root.
 */
export function readInclude(text: string): IncludeRules {
  const kept: string[] = [];
  const refused: LeftOut[] = [];
  for (const line of text.split(/\r?\n/)) {
    const pattern = line.replace(/(?<!\\)\s+$/, '');
    if (pattern === '' || pattern.startsWith('#')) continue;
    const why = problemOf(pattern.replace(/^!/, ''));
    if (why !== undefined) refused.push({ path: pattern, why });
    else if (kept.length >= includeLimits.maxPatterns)
      refused.push({ path: pattern, why: `more than ${includeLimits.maxPatterns} patterns are not read` });
    else kept.push(pattern);
  }
  return { patterns: kept.map((line) => `${line}\n`).join(''), refused };
}

function problemOf(pattern: string): string | undefined {
  if (pattern.length > 1_000) return 'is longer than 1000 characters';
  if (/[\u0000-\u001F\u007F]/.test(pattern)) return 'has a control character';
  if (pattern.split('/').includes('..')) return 'leads out of the repository';
  if (pattern.startsWith('~')) return 'names a home folder: only files of the repository are given';
  if (/^\/?(\.git|\.orchestrate)(\/|$)/i.test(pattern)) return 'names what belongs to git or orchestrate';
  if (/^\/?\*{0,2}\/?\*+\/?$/.test(pattern)) return 'names everything that git ignores';
  return undefined;
}
