import { describe, expect, it } from 'vitest';

import type { FaultCode } from '../../../../src/base/fault.ts';
import { type Standing, fold, stateName } from '../../../../src/engine/machines/fold.ts';
import { done, failed, holdMachineLaws, type MachineEvent } from './laws.ts';

const input = { subject: 'r1.lock', maxAttempts: 3 };
const effects = ['lease', 'spawn', 'execute', 'capture', 'verify', 'waitUntil', 'compensate'];
const codes: readonly FaultCode[] = ['INTERNAL_BUG', 'INDEX_UNREACHABLE', 'TREE_TAMPERED'];

describe('the task machine', () => {
  holdMachineLaws({
    name: 'task',
    input,
    events: [
      ...['START', 'SKIP', 'RESUME', 'CANCEL'].map((type) => ({ type })),
      ...effects.flatMap((effect) => [done(effect), ...codes.map((code) => failed(effect, code))]),
    ],
    states: {
      waiting: [],
      leasing: ['lease'],
      spawning: ['spawn'],
      executing: ['execute'],
      capturing: ['capture'],
      verifying: ['verify'],
      retrying: ['waitUntil'],
      parked: [],
      compensating: ['compensate'],
      done: [],
      skipped: [],
      failed: [],
    },
    waiting: ['waiting', 'retrying', 'parked'],
  });

  const executing: readonly MachineEvent[] = [{ type: 'START' }, done('lease'), done('spawn')];
  const after = (events: readonly MachineEvent[], maxAttempts = 3): Standing =>
    fold('task', { ...input, maxAttempts }, events);

  it.each(['INDEX_UNREACHABLE', 'PROCESS_TIMEOUT', 'GIT_TIMEOUT', 'PORT_TAKEN', 'PROCESS_FAILED'] as const)(
    'tries again after %s',
    (code) => {
      expect(stateName(after([...executing, failed('execute', code)]).snapshot)).toBe('retrying');
    },
  );

  it.each(['TREE_TAMPERED', 'TREE_REFUSED', 'DISK_FULL', 'BUDGET_REACHED', 'MODEL_FAILED'] as const)(
    'waits for a person after %s',
    (code) => {
      expect(stateName(after([...executing, failed('execute', code)]).snapshot)).toBe('parked');
      expect(stateName(after([...executing, done('execute'), failed('capture', code)]).snapshot)).toBe('parked');
    },
  );

  it.each(['SMOKE_FAILED', 'INTERNAL_BUG', 'PACKAGE_CONFLICT'] as const)('does not try again after %s', (code) => {
    expect(stateName(after([...executing, failed('execute', code)]).snapshot)).toBe('compensating');
  });

  it('stops trying when its tries are used up', () => {
    const again = [failed('execute', 'INDEX_UNREACHABLE'), done('waitUntil'), done('spawn')];
    const third = [...executing, ...again, ...again];
    expect(after(third).snapshot.context).toMatchObject({ attempt: 3, fault: null });
    expect(stateName(after([...third, failed('execute', 'INDEX_UNREACHABLE')]).snapshot)).toBe('compensating');
  });

  it('waits twice as long before each further try, from the time on record', () => {
    const first = after([...executing, failed('execute', 'INDEX_UNREACHABLE')]);
    const { dueAtMs } = first.snapshot.context as { dueAtMs: number };
    const failure = failed('execute', 'INDEX_UNREACHABLE');
    expect(dueAtMs).toBe(Number(failure['atMs']) + 1_000);
    expect(first.effects[0]?.input).toEqual({ subject: 'r1.lock', dueAtMs });
    const second = after([...executing, failure, done('waitUntil'), done('spawn'), failure]);
    expect(second.snapshot.context).toMatchObject({ dueAtMs: Number(failure['atMs']) + 2_000 });
  });

  it('takes a new attempt when a person lets it go on', () => {
    const resumed = after([...executing, failed('execute', 'TREE_TAMPERED'), { type: 'RESUME' }]);
    expect(stateName(resumed.snapshot)).toBe('spawning');
    expect(resumed.snapshot.context).toMatchObject({ attempt: 2, fault: null });
  });
});
