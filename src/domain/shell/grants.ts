/** What an agent file grants of the shell, one entry of its tools. */
export interface ShellGrant {
  /** As it is written: `Bash(git log:*)`. */
  readonly written: string;
  /** Words that a command begins with; none: every program that only looks or writes in the slot. */
  readonly words: readonly string[];
  /** Nothing may follow those words. */
  readonly isWhole: boolean;
}

/**
 * Reads the shell grants among the tools of an agent (https://code.claude.com/docs/en/permissions): `Bash`, `Bash(*)`, `Bash(git log:*)`,
 * `Bash(git log *)`, `Bash(npm test)`. Others are none. A grant opens nothing that the table refuses.
 */
export function shellGrants(tools: readonly string[]): readonly ShellGrant[] {
  return tools.flatMap((written): ShellGrant[] => {
    const found = /^Bash(?:\(([^()]*)\))?$/.exec(written);
    if (found === null) return [];
    const inner = (found[1] ?? '*').trim();
    const open = /^(.*?)(?::\*| \*|^\*)$/.exec(inner);
    const words = (open?.[1] ?? inner).split(/\s+/).filter((word) => word !== '');
    return [{ written, words, isWhole: open === null }];
  });
}

/** Whether a grant is about this command, and names its program. */
export function grantOf(
  grants: readonly ShellGrant[],
  argv: readonly string[],
): { readonly grant: ShellGrant; readonly isNamed: boolean } | undefined {
  const fits = grants.filter(
    ({ words, isWhole }) =>
      words.every((word, index) => argv[index] === word) && (!isWhole || argv.length === words.length),
  );
  const named = fits.find(({ words }) => words.length > 0);
  const found = named ?? fits[0];
  return found && { grant: found, isNamed: named !== undefined };
}
