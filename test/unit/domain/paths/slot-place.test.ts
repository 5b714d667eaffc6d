import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { protectedPlaces } from '../../../../src/domain/paths/protected-names.ts';
import { slotPlace } from '../../../../src/domain/paths/slot-place.ts';

const isRefused = (path: string, use: 'read' | 'write' = 'write'): boolean => slotPlace(path, use).kind === 'refused';

describe('a place in a slot', () => {
  it.each([
    ['docs/a.md', 'docs/a.md'],
    ['./docs//a.md', 'docs/a.md'],
    ['a..b/…/ü', 'a..b/…/ü'],
    ['.github-notes', '.github-notes'],
    ['docs/agents/x.md', 'docs/agents/x.md'],
  ])('takes %s', (path, place) => {
    expect(slotPlace(path, 'write')).toEqual({ kind: 'inside', path: place });
  });

  it.each(['', '/etc/passwd', '~/.ssh/id', '../x', 'a/../../x', 'a/..', 'C:/x', 'a\\..\\b', 'a\0b', 'a\nb', '\ud800'])(
    'refuses %j for reading too',
    (path) => {
      expect(isRefused(path, 'read')).toBe(true);
    },
  );

  it.each([
    '.git',
    '.GIT/config',
    'a/.git',
    '.g\u200cit',
    'git~1',
    'git~2/x',
    '.git. ',
    '.git::$INDEX_ALLOCATION',
    '．git',
  ])('takes %j for .git, and refuses it', (path) => {
    expect(isRefused(path, 'read')).toBe(true);
  });

  it.each([
    '.claude/settings.json',
    'x/.Claude/a',
    '.MCP.json',
    '.vscode/tasks.json',
    '.cl\u200baude/x',
    'agents/a.md',
    '.codex',
  ])('lets %j be read and never written', (path) => {
    expect([isRefused(path, 'read'), isRefused(path)]).toEqual([false, true]);
  });

  it('protects what it lists, whatever its case', () => {
    for (const { path } of protectedPlaces) expect(isRefused(`${path.toUpperCase()}/x`.replace('//', '/'))).toBe(true);
  });

  it('never gives a place that climbs, is absolute or names .git', () => {
    const piece = fc.constantFrom('..', '.', '', 'a', '.git', '.GIT', 'b c', '~', '\\', 'ü', '.claude');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.constantFrom('', '/', './'), (names, begin) => {
        const place = slotPlace(`${begin}${names.join('/')}`, 'write');
        if (place.kind === 'refused') return;
        expect(place.path).not.toMatch(/^\/|(^|\/)(\.\.?|\.git|)(\/|$)|\\|\.claude/i);
      }),
    );
  });
});
