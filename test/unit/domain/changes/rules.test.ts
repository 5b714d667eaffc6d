import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { canonicalJson } from '../../../../src/base/json.ts';
import { compareFingerprints, describeDifference } from '../../../../src/domain/changes/fingerprint.ts';
import { pathRisk, worseRisk } from '../../../../src/domain/changes/risk.ts';
import { skipInSlot, snapshotLimits } from '../../../../src/domain/changes/snapshot-rules.ts';

describe('pathRisk', () => {
  it.each([
    ['orchestrate.yaml', 'decides what orchestrate may do'],
    ['agents/x.md', 'decides what agents do'],
    ['playbooks/x.yaml', 'decides what agents do'],
    ['trees/env-setup.yaml', 'decides what agents do'],
    ['CLAUDE.md', 'is given to every agent'],
    ['AGENTS.md', 'is given to every agent'],
    ['docs/env-setup/CLAUDE.md', 'is given to every agent'],
    ['CLAUDE.local.md', 'is given to every agent'],
    ['.gitlab-ci.yml', 'is obeyed by another tool'],
    ['.cursor/rules/x.mdc', 'is obeyed by another tool'],
    ['docs/opencode.json', 'is obeyed by another tool'],
    ['docs/.claude/settings.json', 'is obeyed by another tool'],
    ['.vscode/tasks.json', 'is obeyed by another tool'],
    ['.github/workflows/x.yml', 'is obeyed by another tool'],
    ['.mcp.json', 'is obeyed by another tool'],
    ['docs/env-setup/package.json', 'can make another tool run programs'],
    ['.gitattributes', 'can make another tool run programs'],
    ['a/b/.envrc', 'can make another tool run programs'],
  ])('calls a change of %s a high risk', (path, why) => {
    expect(pathRisk(path)).toEqual({ risk: 'high', why });
  });

  it.each([
    'requirements.in',
    'requirements.lock',
    'components.lock',
    'docs/env-setup/notes.md',
    'docs/agents/x.md',
    'my.claude',
    'workflows/package.json.txt',
  ])('leaves %s to its tier', (path) => {
    expect(pathRisk(path)).toBeUndefined();
  });
});

it('takes the worse of two tiers, in whatever order they come', () => {
  expect(worseRisk('low', 'medium')).toBe('medium');
  expect(worseRisk('high', 'low')).toBe('high');
  expect(worseRisk('medium', 'medium')).toBe('medium');
});

describe('compareFingerprints', () => {
  it('finds what was added, changed and removed, sorted', () => {
    const differences = compareFingerprints(
      { config: 'a', HEAD: 'h', 'hooks/old': 'x' },
      { config: 'b', HEAD: 'h', 'hooks/post-commit': 'y' },
    );
    expect(differences.map(describeDifference)).toEqual([
      'config changed',
      'hooks/old removed',
      'hooks/post-commit added',
    ]);
  });

  it('tells an item with an empty digest from one that is not there', () => {
    expect(compareFingerprints({ a: '' }, {})).toEqual([{ item: 'a', kind: 'removed' }]);
    expect(compareFingerprints({}, { a: '' })).toEqual([{ item: 'a', kind: 'added' }]);
  });

  it('finds nothing exactly when both are the same', () => {
    const any = fc.dictionary(fc.constantFrom('config', 'HEAD', 'hooks/a', '__proto__'), fc.constantFrom('1', '2'));
    fc.assert(
      fc.property(any, any, (before, after) => {
        const same = canonicalJson(before) === canonicalJson(after);
        expect(compareFingerprints(before, after).length === 0).toBe(same);
      }),
    );
  });
});

describe('skipInSlot', () => {
  it.each([
    '.orchestrate',
    '.orchestrate/envs/x',
    'trees/env-setup',
    'trees/env-setup/a.txt',
    'trees/env-setup@2',
    'memory',
    'memory/swarm/x',
    'sessions/r1.md',
    'logs',
  ])('leaves %s out', (path) => {
    expect(skipInSlot(path)).toBe(true);
  });

  it.each([
    'trees',
    'trees/env-setup.yaml',
    'memory.md',
    'docs/memory/x',
    'requirements.in',
    'agents/x.md',
    'logs.txt',
    '.gitignore',
  ])('takes %s', (path) => {
    expect(skipInSlot(path)).toBe(false);
  });

  it('takes no folder for a definition because of its name', () => {
    expect(skipInSlot('trees/evil.yaml/inside.txt')).toBe(true);
  });

  it('has limits that a folder of declarations stays far below', () => {
    expect(snapshotLimits.maxFileBytes).toBeLessThan(snapshotLimits.maxTotalBytes);
  });
});
