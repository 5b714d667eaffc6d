import { describe, expect, it } from 'vitest';

import { findEscapingLink } from '../../../../src/domain/bundles/escaping-link.ts';

const link = (path: string, blob: string) => ({ path, mode: '120000' as const, blob });
const file = (path: string) => ({ path, mode: '100644' as const, blob: 'f' });
const find = (files: Parameters<typeof findEscapingLink>[0]) => findEscapingLink(files, (blob) => blob);

describe('a link in a component of a bundle', () => {
  it.each([['beside.py'], ['../main.py'], ['sub/../beside.py'], ['./beside.py']])('may stay inside: %s', (target) => {
    expect(find([file('main.py'), file('nodes/beside.py'), link('nodes/a', target)])).toBeUndefined();
  });

  it.each([['/etc/passwd'], ['../../outside'], ['..//../outside'], ['sub/../../../x'], ['']])(
    'may not lead out: %s',
    (target) => {
      expect(find([file('main.py'), link('nodes/a', target)])).toBe('nodes/a');
    },
  );

  it('may not go through another link, which could lead anywhere', () => {
    expect(find([file('deep/er/x'), link('y', 'deep/er'), link('z', 'y/../../x')])).toBe('z');
    expect(find([link('a', 'b'), link('b', 'a')])).toBe('a');
  });

  it('may not have a target that nobody knows', () => {
    expect(findEscapingLink([link('a', 'x')], () => undefined)).toBe('a');
  });
});
