/** What a person types to let programs of a run work without a wall: it says what it means. */
export const unsandboxedWords = 'agents may do what I can';

/** Whether what was typed is that sentence; case and blanks around it do not matter. */
export const saysUnsandboxed = (typed: string): boolean =>
  typed.trim().toLowerCase() === unsandboxedWords.toLowerCase();

/** The badge of such a run, wherever it is shown. */
export const unsandboxedBadge =
  'WITHOUT A WALL: programs of its agents may read, write and reach what you can; you said so for this run';
