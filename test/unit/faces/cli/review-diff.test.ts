import { describe, expect, it } from 'vitest';

import type { DiffView } from '../../../../src/app/operations/_change-diff.ts';
import { nameText } from '../../../../src/faces/cli/display-text.ts';
import { lineText } from '../../../../src/faces/cli/line.ts';
import { quotedName } from '../../../../src/faces/cli/render/quoted-name.ts';
import { renderReviewDiff } from '../../../../src/faces/cli/render/review-diff.ts';

const file = (more: Partial<DiffView['files'][number]>): DiffView['files'][number] => ({
  path: 'docs/a.md',
  kind: 'changed',
  before: { mode: '100644', sizeBytes: 10 },
  after: { mode: '100644', sizeBytes: 12 },
  shown: 'lines',
  added: 1,
  removed: 1,
  ...more,
});
const diff = (more: Partial<DiffView>): DiffView => ({
  change: 'c9',
  draft: 1,
  from: 'b'.repeat(40),
  to: 'e'.repeat(40),
  isExact: true,
  files: [file({})],
  patch: '',
  page: 1,
  isEnd: true,
  leftOut: [],
  ...more,
});
const text = (given: DiffView): string =>
  renderReviewDiff(given)
    .map((line) => lineText(line, false))
    .join('\n');

describe('names', () => {
  it('that look alike are told apart: composed and decomposed', () => {
    expect(nameText('caf\u00e9.md')).toBe('caf\u00e9.md');
    expect(nameText('cafe\u0301.md')).toBe('cafe\\u{301}.md');
  });

  it('with control characters, zero-width ones and blanks at their ends are shown as what they are', () => {
    expect(nameText('a\u001b[31mb')).toBe('a\\x1b[31mb');
    expect(nameText('a\u200bb')).toBe('a\\u{200b}b');
    expect(nameText('a\nb')).toBe('a\\nb');
    expect(nameText('a\tb')).toBe('a\\tb');
    expect(nameText('a ')).toBe('"a "');
  });

  it('that git quoted are read back', () => {
    expect(quotedName('"b/caf\\303\\251.md"')).toBe('b/caf\u00e9.md');
    expect(quotedName('"b/cafe\\314\\201.md"')).toBe('b/cafe\\u{301}.md');
    expect(quotedName('"b/a\\033[31m\\"q\\""')).toBe('b/a\\x1b[31m"q"');
    expect(quotedName('b/plain.md')).toBe('b/plain.md');
  });
});

describe('a diff', () => {
  it('shows what steers a terminal, and does not let it through', () => {
    const hostile = '+\u001b]0;owned\u0007\u202egnp.\u200b\u001b[2Jx\r';
    const shown = text(diff({ patch: `@@ -1 +1 @@\n${hostile}\n` }));
    expect(shown).toContain('+\\x1b]0;owned\\x07\\u{202e}gnp.\\u{200b}\\x1b[2Jx\\r');
    // eslint-disable-next-line no-control-regex -- none of these may get through
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/);
  });

  it('tells of binary files and too large ones what is known, and what to type', () => {
    const shown = text(
      diff({
        files: [
          file({ path: 'a.bin', shown: 'binary', added: null, removed: null, before: null, kind: 'added' }),
          file({ path: 'big.txt', shown: 'too-large', added: null, removed: null }),
          file({ path: 'run.sh', after: { mode: '100755', sizeBytes: 12 } }),
        ],
        leftOut: ['1 file too large …'],
      }),
    );
    expect(shown).toMatchInlineSnapshot(`
      "c9 · the branch's tree bbbbbbb → exact tree eeeeeee, which is what merges
      +  a.bin    binary  12 bytes
      ~  big.txt  large   10 bytes → 12 bytes
      ~  run.sh   +1 −1   10 bytes → 12 bytes, file → program

      ! 1 file too large …"
    `);
  });

  it('shows a line that looks like the name of a file as what it is: added, or taken away', () => {
    const patch = [
      'diff --git a/a.sql b/a.sql',
      `index ${'1'.repeat(40)}..${'2'.repeat(40)} 100644`,
      '--- a/a.sql',
      '+++ b/a.sql',
      '@@ -1,2 +1,2 @@',
      '--- a/keep-this-check',
      '+++ b/"no\\163uch"',
      '',
    ].join('\n');
    const lines = renderReviewDiff(diff({ patch })).map((line) => lineText(line, true));
    expect(lines).toContain('\u001b[31m--- a/keep-this-check\u001b[0m');
    expect(lines).toContain('\u001b[32m+++ b/"no\\163uch"\u001b[0m');
    expect(lines.join('\n')).not.toContain('index 111');
  });

  it('is cut in a line that nobody reads', () => {
    const shown = text(diff({ patch: `@@ -1 +1 @@\n+${'x'.repeat(60_000)}\n` }));
    expect(shown).toContain('… and 58001 characters more');
    expect(shown.length).toBeLessThan(3_000);
  });
});
