import { describe, expect, it } from 'vitest';

import {
  requireBranchName,
  requireDefinitionId,
  requireTaskName,
} from '../../../../src/domain/definitions/name-rules.ts';
import { faultOf } from './shown-fault.ts';

/** Names that become paths, arguments or refs if nobody stops them. */
const hostile = [
  '',
  '.git',
  '-x',
  '--upload-pack=touch /tmp/x',
  'HEAD',
  'a..b',
  'x'.repeat(300),
  '..',
  '.',
  'a/../b',
  '/abs',
  'a b',
  'a\nb',
  'a\u0000b',
  'a~1',
  'a^',
  'a:b',
  'a\\b',
  'a@{1}',
  '@',
  'a.lock',
  '\u202Ea',
];

describe('ids and task names', () => {
  it.each([...hostile, 'Upper', '1st', 'con', 'lpt1', 'ümlaut', 'a_b'])('are never %j', (name) => {
    expect(faultOf(() => requireDefinitionId(name, 'agent'))).toMatchObject({ code: 'NAME_INVALID', kind: 'usage' });
    expect(faultOf(() => requireTaskName(name)).code).toBe('NAME_INVALID');
  });

  it.each(['a', 'env-setup', 'console', 'x'.repeat(40), 'step2'])('may be %s', (name) => {
    expect(requireDefinitionId(name, 'tree')).toBe(name);
    expect(requireTaskName(name)).toBe(name);
  });

  it('say what is wrong and do not repeat all of a long name', () => {
    expect(faultOf(() => requireDefinitionId('Env', 'tree')).message).toBe(
      '"Env" is no name for a tree: it may have lower-case letters, digits and "-", starts with a letter, and is 40 characters at most.',
    );
    expect(faultOf(() => requireTaskName('x'.repeat(300))).message.length).toBeLessThan(200);
  });
});

describe('branch names', () => {
  it.each([
    ...hostile.filter((name) => name !== '\u202Ea'),
    'refs/heads/main',
    'FETCH_HEAD',
    'a/',
    '/a',
    'a//b',
    'a/.b',
    'a.',
    'a.lock/b',
    '\uD800',
  ])('are never %j', (name) => {
    expect(faultOf(() => requireBranchName(name)).code).toBe('NAME_INVALID');
  });

  it.each(['main', 'feature/upgrade-2.9', 'Release_1', 'ünïcode', 'a-b', 'x#12'])('may be %s', (name) => {
    expect(requireBranchName(name)).toBe(name);
  });
});
