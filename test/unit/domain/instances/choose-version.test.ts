import { describe, expect, it } from 'vitest';

import { asCommitId } from '../../../../src/base/ids.ts';
import {
  chooseVersion,
  nameOf,
  type OfferedVersion,
  releases,
} from '../../../../src/domain/instances/choose-version.ts';

const commit = (digit: string) => asCommitId(digit.repeat(40));
const tag = (name: string, digit: string): OfferedVersion => ({
  ref: `refs/tags/${name}`,
  name,
  kind: 'tag',
  commit: commit(digit),
  isDefault: false,
});
const master: OfferedVersion = {
  ref: 'refs/heads/master',
  name: 'master',
  kind: 'branch',
  commit: commit('f'),
  isDefault: true,
};
const versions = [
  tag('latest', '9'),
  tag('v0.10.0', '5'),
  tag('v0.11.0-rc1', '6'),
  tag('v0.3.64', '1'),
  tag('v0.3.76', '2'),
  tag('v0.4.0', '3'),
  master,
];
const at = (digit: string, version: string | null = null) => ({ commit: commit(digit), version });

describe('chooseVersion', () => {
  it('orders releases as versions, not as text, and leaves pre-releases out', () => {
    expect(releases(versions).map((one) => one.name)).toEqual(['v0.10.0', 'v0.4.0', 'v0.3.76', 'v0.3.64']);
  });

  it.each([
    ['an older release', at('1', 'v0.3.64'), { kind: 'chosen', name: 'v0.10.0', commit: commit('5') }],
    ['a commit without a name', at('a'), { kind: 'chosen', name: 'v0.10.0' }],
    ['a commit after a release', at('a', '0.4.0'), { kind: 'chosen', name: 'v0.10.0' }],
    ['the newest release', at('5', 'v0.10.0'), { kind: 'newest', name: 'v0.10.0' }],
    ['a version newer than any release', at('f', '0.12'), { kind: 'newest', name: 'v0.10.0' }],
  ])('goes from %s', (_from, current, expected) => {
    expect(chooseVersion({ versions, asked: '', current })).toMatchObject(expected);
  });

  it('follows the default branch of a source that releases nothing', () => {
    const current = at('1');
    expect(chooseVersion({ versions: [tag('nightly', '9'), master], asked: '', current })).toMatchObject({
      name: 'master',
      commit: commit('f'),
    });
    expect(chooseVersion({ versions: [master], asked: '', current: at('f') })).toEqual({
      kind: 'newest',
      name: 'master',
    });
    expect(chooseVersion({ versions: [], asked: '', current }).kind).toBe('unknown');
  });

  it.each([
    ['v0.4.0', 'refs/tags/v0.4.0', '3'],
    ['0.4.0', 'refs/tags/v0.4.0', '3'],
    ['V0.4.0', 'refs/tags/v0.4.0', '3'],
    ['latest', 'refs/tags/latest', '9'],
    ['master', 'refs/heads/master', 'f'],
    ['5555555', null, '5'],
    ['7'.repeat(40), null, '7'],
  ])('takes %s', (asked, ref, digit) => {
    expect(chooseVersion({ versions, asked, current: at('1') })).toMatchObject({
      kind: 'chosen',
      ref,
      commit: commit(digit),
    });
  });

  it('says what was probably meant', () => {
    expect(chooseVersion({ versions, asked: 'v0.4.O', current: at('1') })).toEqual({
      kind: 'unknown',
      sentence: 'There is no tag or branch "v0.4.O". Did you mean v0.4.0?',
    });
    expect(chooseVersion({ versions, asked: 'abcdef0', current: at('1') })).toMatchObject({
      sentence: expect.stringContaining('40 digits'),
    });
  });

  it('calls a commit by its newest release', () => {
    expect(nameOf([tag('stable', '1'), tag('v1', '1'), tag('v1.0.1', '1')], commit('1'))?.name).toBe('v1.0.1');
    expect(nameOf(versions, commit('9'))?.name).toBe('latest');
    expect(nameOf(versions, commit('f'))).toBeUndefined();
  });
});
