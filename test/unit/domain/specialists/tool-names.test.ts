import { describe, expect, it } from 'vitest';

import { fileToolsOf } from '../../../../src/domain/specialists/tool-names.ts';

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
