/** What is known of a program. Whatever a row does not name is refused. */
export interface ProgramRule {
  readonly program: string;
  /** `read` changes nothing; `write` changes files of the slot; `code` runs what the slot or the words say: only where an agent file names it. */
  readonly effect: 'read' | 'write' | 'code';
  /** Words that are put behind the program, before everything else: they take its configuration away. */
  readonly before?: readonly string[];
  /** How its words are read where it has no sub-commands. */
  readonly words?: WordsRule;
  /** Its sub-commands, each the word behind the program. */
  readonly commands?: Readonly<Record<string, WordsRule>>;
}

/** How the words behind a program or a sub-command are read. */
export interface WordsRule {
  /**
   * Flags with blanks between them: `-n` takes nothing, `-n=` a value, `--color=?` one only behind `=`, `-f=path` a path in the slot,
   * `-#` a number. `*`: any words, of a program that runs code all the same.
   */
  readonly flags: string;
  /** `none`; `paths` in the slot; `text`; `revisions`: text that is no path out of the slot; `text-then-paths`; `script-then-paths`. */
  readonly operands: 'none' | 'paths' | 'text' | 'revisions' | 'text-then-paths' | 'script-then-paths';
  /** Flags that take the place of the first text or script: all operands are paths then. */
  readonly insteadOfFirst?: readonly string[];
  readonly maxOperands?: number;
  /** Flags are whole words with one dash, as those of find; values are words of their own. */
  readonly dashWords?: true;
  /** The first word has to be a flag: without a dash the program reads it as one all the same. */
  readonly firstIsFlag?: true;
  /** Words that are put before the others, behind the sub-command. */
  readonly adds?: readonly string[];
}
