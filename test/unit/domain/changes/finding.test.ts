import { describe, expect, it } from 'vitest';

import { diffLines } from '../../../../src/domain/changes/diff-lines.ts';
import { readAnswerOf, standsAgainst } from '../../../../src/domain/changes/finding.ts';

const patch = `diff --git a/docs/a.md b/docs/a.md
index 1..2 100644
--- a/docs/a.md
+++ b/docs/a.md
@@ -3,2 +3,3 @@ heading
 kept
+++ b/forged.md
-gone
+new
diff --git a/gone.txt b/gone.txt
--- a/gone.txt
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git "a/m\\303\\274.md" "b/m\\303\\274.md"
--- "a/m\\303\\274.md"
+++ "b/m\\303\\274.md"
@@ -0,0 +1 @@
+x
\\ No newline at end of file
`;

describe('diffLines', () => {
  it('counts the lines of the new side; a line of a file is no header', () => {
    const lines = diffLines(patch);
    expect([...lines.keys()]).toEqual(['docs/a.md', 'mü.md']);
    expect([...(lines.get('docs/a.md') ?? [])]).toEqual([3, 4, 5]);
    expect([...(lines.get('mü.md') ?? [])]).toEqual([1]);
  });
});

const finding = { file: 'docs/a.md', line: 4, severity: 'minor', why: 'because', suggestion: null };
const answer = (change: object): string =>
  JSON.stringify({ verdict: 'approve', summary: 'It writes a page.', findings: [finding], ...change });

describe('readAnswerOf', () => {
  it('marks what the diff does not show', () => {
    const findings = [
      finding,
      { ...finding, line: 99 },
      { ...finding, file: 'other.md', line: null },
      { ...finding, line: null },
    ];
    const found = readAnswerOf(answer({ findings }), diffLines(patch));
    expect(found.kind === 'fits' && found.value.findings.map(({ isInDiff }) => isInDiff)).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it.each([
    ['prose', 'Looks good to me!', 'the answer'],
    ['a verdict of its own', answer({ verdict: 'merge' }), 'verdict'],
    ['a field of its own', answer({ approvedBy: 'anna' }), 'the answer'],
    ['a line that is none', answer({ findings: [{ ...finding, line: 0 }] }), 'findings.0.line'],
  ])('refuses %s', (_what, text, place) => {
    const found = readAnswerOf(text, diffLines(patch));
    expect(found.kind === 'faults' && found.faults[0]).toContain(place);
  });
});

describe('standsAgainst', () => {
  const read = { verdict: 'approve', summary: '', findings: [] } as const;
  const found = { file: 'a', line: null, why: '', suggestion: null, isInDiff: false } as const;

  it('is not talked out of what was found', () => {
    expect(standsAgainst(read)).toBe(false);
    expect(standsAgainst({ ...read, findings: [{ ...found, severity: 'minor' }] })).toBe(false);
    expect(standsAgainst({ ...read, findings: [{ ...found, severity: 'blocker' }] })).toBe(true);
    expect(standsAgainst({ ...read, verdict: 'object' })).toBe(true);
  });
});
