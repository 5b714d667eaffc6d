import { describe, expect, it } from 'vitest';

import { fileToolsOf, shellPatternsOf } from '../../../../src/domain/specialists/tool-names.ts';

describe('the tools that names of Claude Code stand for', () => {
  it('are each there once, in one order', () => {
    expect(fileToolsOf(['Edit', 'Glob', 'Read', 'MultiEdit'])).toEqual(['read_file', 'list_files', 'edit_file']);
  });

  it('are all but the shell for *: programs have to be asked for', () => {
    expect(fileToolsOf(['*'])).not.toContain('shell');
    expect(fileToolsOf(['*', 'Bash(git log:*)'])).toContain('shell');
  });

  it('are none for what is not known here', () => {
    expect(fileToolsOf(['mcp__github__*', 'WebFetch'])).toEqual([]);
  });
});

describe('what the shell is restricted to', () => {
  it('is what stands in the brackets', () => {
    expect(shellPatternsOf(['Bash(git log:*, git diff:*)', 'Bash(ls)'])).toEqual(['git log:*', 'git diff:*', 'ls']);
  });

  it('is nothing more than the list of the installation where Bash stands alone', () => {
    expect(shellPatternsOf(['Bash', 'Bash(ls)'])).toBeNull();
  });
});
