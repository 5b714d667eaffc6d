import { describe, expect, it } from 'vitest';

import { diagnose } from '../../../../src/domain/diagnosis/diagnose.ts';
import { createMatcher } from '../../../../src/domain/diagnosis/matcher.ts';
import { mayRestart } from '../../../../src/domain/services/may-restart.ts';

const found = (...lines: string[]) => {
  const matcher = createMatcher();
  matcher.add(
    'log',
    lines.map((text, index) => ({ line: index + 1, text })),
  );
  return diagnose(matcher.read());
};
const well = { state: 'answers', moves: 'idle', hang: null, isOurs: true, process: null } as const;
const worker = 'Exception in thread Thread-3 (prompt_worker):';

describe('mayRestart', () => {
  it('restarts nothing that is well', () => {
    expect(mayRestart([], well)).toEqual({ how: 'none', reason: 'It answers, and its queue moves.' });
    expect(mayRestart(found('CUDA out of memory'), well).how).toBe('none');
  });

  it('restarts by itself what nothing else mends', () => {
    expect(mayRestart(found(worker), well)).toMatchObject({ how: 'automatic', reason: expect.stringContaining('S43') });
    expect(mayRestart(found('CUDA error: an illegal memory access was encountered'), well).how).toBe('automatic');
    expect(mayRestart([], { ...well, moves: 'no', hang: { cause: 'queue', stillMs: 46_000 } })).toEqual({
      how: 'automatic',
      reason: 'S44: A prompt has shown no progress for 46 s.',
    });
    expect(mayRestart(found('Killed'), { ...well, state: 'gone' })).toMatchObject({ how: 'automatic' });
  });

  it('asks where it may only be slow, or a person may have stopped it', () => {
    for (const seen of [{ moves: 'unclear' }, { state: 'silent' }, { state: 'gone' }, { state: 'stopped' }] as const)
      expect(mayRestart([], { ...well, ...seen }).how).toBe('approval');
    // The machine killed another program.
    expect(mayRestart(found('Killed'), well).how).toBe('none');
  });

  it('starts nothing again whose process the kernel holds: no signal ends it', () => {
    const held = { ...well, moves: 'no', process: { state: 'D' } } as const;
    expect(mayRestart([], held)).toMatchObject({ how: 'never', reason: expect.stringContaining('state D') });
    expect(mayRestart([], { ...held, process: { state: 'S' } }).how).toBe('automatic');
    expect(mayRestart([], { ...held, moves: 'yes' }).how).toBe('none');
  });

  it('leaves alone what is over', () => {
    expect(
      mayRestart(found('CUDA error: an illegal memory access was encountered', 'Prompt executed in 1.2 seconds'), well)
        .how,
    ).toBe('none');
  });

  it('never starts where malware was found, whatever else is wrong', () => {
    const lines = ['Malware has been detected, forcibly terminating ComfyUI execution', worker];
    expect(mayRestart(found(...lines), { ...well, state: 'gone' })).toMatchObject({
      how: 'never',
      reason: expect.stringContaining('Do not start it again'),
    });
  });

  it('never starts what is not ours', () => {
    expect(mayRestart(found(worker), { ...well, isOurs: false }).how).toBe('never');
  });
});
