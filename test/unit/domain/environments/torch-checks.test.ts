import { describe, expect, it } from 'vitest';

import {
  checksText,
  kernelsRan,
  newlyFailing,
  newlyUnmet,
  type TorchAnswer,
} from '../../../../src/domain/environments/torch-checks.ts';

const answer = (
  question: TorchAnswer['question'],
  outcome: TorchAnswer['outcome'],
  device: string | null = 'cuda:0',
) => ({
  ...{ question, outcome, device, fact: `${question} said so` },
});
const need = { package: 'vision', version: '1.0', requirement: 'torch==2.8.0', found: 'torch 2.9.0' };

describe('kernelsRan', () => {
  it.each([
    ['both were right on the card', [answer('matmul', 'passed'), answer('conv', 'passed')], true],
    ['they ran on the CPU', [answer('matmul', 'passed', 'cpu'), answer('conv', 'passed', 'cpu')], false],
    ['one was wrong', [answer('matmul', 'passed'), answer('conv', 'failed')], false],
    ['one is not offered', [answer('matmul', 'passed'), answer('conv', 'not-offered', null)], false],
    ['nobody asked', [], false],
  ])('when %s', (_, answers, ran) => {
    expect(kernelsRan(answers)).toBe(ran);
  });
});

describe('newlyFailing', () => {
  it('holds against a change what was right before, or was never asked', () => {
    const failing = [answer('matmul', 'failed'), answer('nms', 'failed'), answer('conv', 'not-offered')];
    expect(newlyFailing(undefined, failing).map(({ question }) => question)).toEqual(['matmul', 'nms']);
    expect(newlyFailing([answer('nms', 'failed')], failing).map(({ question }) => question)).toEqual(['matmul']);
  });
});

describe('newlyUnmet', () => {
  it('holds against a change what was met before and was not told', () => {
    expect(newlyUnmet([], [need], [])).toEqual([need]);
    expect(newlyUnmet([need], [need], [])).toEqual([]);
    expect(newlyUnmet(undefined, [need], [])).toEqual([]);
    expect(newlyUnmet([], [need], [{ pack: 'vision', requirement: 'torch===2.8.0' }])).toEqual([]);
    expect(newlyUnmet([], [need], [{ pack: 'other', requirement: 'torch==2.8.0' }])).toEqual([need]);
  });
});

describe('checksText', () => {
  it('never calls a pass what nobody saw', () => {
    const torch = [
      answer('build', 'passed', null),
      answer('device', 'passed', 'cpu'),
      answer('arch', 'skipped', null),
      answer('matmul', 'passed', 'cpu'),
      answer('conv', 'not-offered', null),
      answer('nms', 'failed', 'cpu'),
    ];
    expect(checksText(torch, [need])).toBe(
      'build said so; device said so; right: matmul (cpu); wrong: nms (cpu); not offered, so not seen: conv; ' +
        'unmet: vision 1.0 needs torch==2.8.0, and torch 2.9.0 is there',
    );
    expect(checksText([], [])).toBe('no torch in this environment; every package has what it needs');
  });
});
