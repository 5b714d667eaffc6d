import { describe, expect, it } from 'vitest';

import { skipInSlot } from '../../../../src/domain/changes/snapshot-rules.ts';

describe('what stays out of a snapshot', () => {
  it('is slots, memory, sessions, logs and what can be rebuilt, with and without the slash of a folder', () => {
    const left = [
      '.orchestrate',
      '.orchestrate/',
      'trees/env-setup',
      'trees/env-setup/',
      'trees/env-setup@2/',
      'memory/',
      'sessions/',
      'logs/',
    ];
    expect(left.filter((path) => !skipInSlot(path))).toEqual([]);
  });

  it('is no definition of a tree, however its path is asked for', () => {
    expect(['trees', 'trees/', 'trees/env-setup.yaml', 'trees/env-setup.yaml/'].filter(skipInSlot)).toEqual([]);
  });

  it('is nothing that only begins with the same letters', () => {
    expect(['memory.md', 'logs.txt', 'docs/logs/a.txt', 'treesome/a'].filter(skipInSlot)).toEqual([]);
  });
});
