/** Our tools for files and programs. */
export const fileTools = ['read_file', 'list_files', 'search', 'write_file', 'edit_file', 'shell'] as const;
export type FileTool = (typeof fileTools)[number];

/**
 * What the tools of Claude Code stand for here (https://code.claude.com/docs/en/settings#tools-available-to-claude). `*` is every tool but
 * `shell`: that one has to be named.
 */
const meanings: Readonly<Record<string, readonly FileTool[]>> = {
  Read: ['read_file', 'list_files'],
  LS: ['list_files'],
  Glob: ['list_files'],
  Grep: ['search'],
  Write: ['write_file'],
  Edit: ['edit_file'],
  MultiEdit: ['edit_file'],
  Bash: ['shell'],
  '*': ['read_file', 'list_files', 'search', 'write_file', 'edit_file'],
};

/** Returns which of our tools an agent's `Read`, `Edit`, `Bash(git log:*)` give it, each once, in our order. */
export function fileToolsOf(written: readonly string[]): readonly FileTool[] {
  const given = new Set(written.flatMap((tool) => meanings[tool.replace(/\(.*$/s, '')] ?? []));
  return fileTools.filter((tool) => given.has(tool));
}
