import { describe, expect, it } from 'vitest';

import { adoptAgent } from '../../../../src/domain/definitions/adopt-agent.ts';
import { parseAgent } from '../../../../src/domain/definitions/agent.ts';
import { faultOf } from './shown-fault.ts';

const theirs = `---
name: Code Reviewer
description: Use it when code is written. Examples: <example>user: "check it"\\nassistant: 'ok'</example>
tools: Read, Grep
color: red
---

You review.\r\nNothing else.
`;
const adopt = (text: string, tree: string | null = null) =>
  adoptAgent({ file: 'theirs.md', text }, { id: 'reviewer', tree });

describe('adoptAgent', () => {
  it('gives a file that is read, with the description as it was', () => {
    const { text } = adopt(theirs, 'ops-maint');
    expect(parseAgent({ file: 'agents/reviewer.md', text, origin: 'installation' })).toMatchObject({
      id: 'reviewer',
      tree: 'ops-maint',
      description: `Use it when code is written. Examples: <example>user: "check it"\\nassistant: 'ok'</example>`,
      otherTools: ['Read', 'Grep'],
    });
  });

  it('keeps every other byte, and the number of each line', () => {
    const { text } = adopt(theirs);
    expect(text.split('\n').filter((line, index) => line !== theirs.split('\n')[index])).toEqual([
      'name: reviewer',
      expect.stringMatching(/^description: "/),
    ]);
  });

  it('says what is different', () => {
    expect(adopt(theirs, 'ops-maint').changed).toEqual([
      'The value of description is in quotes: it is no YAML without them.',
      'Its name is reviewer, no longer Code Reviewer.',
      'It belongs to the tree ops-maint.',
    ]);
  });

  it('leaves a file alone that is as it should be', () => {
    const text = '---\nname: reviewer\ndescription: "a: b"\n---\nYou review.\n';
    expect(adopt(text)).toEqual({ text, changed: [] });
  });

  it('puts a tree in the place of another one', () => {
    expect(adopt('---\nname: reviewer\ntree: old\n---\nx\n', 'new').text).toBe(
      '---\nname: reviewer\ntree: new\n---\nx\n',
    );
  });

  it('refuses a file without front matter', () => {
    expect(faultOf(() => adopt('You review.\n'))).toMatchObject({
      code: 'DEFINITION_SYNTAX',
      at: { file: 'theirs.md', line: 1, column: 1 },
    });
  });
});
