import { describe, expect, it } from 'vitest';

import { fold, stateName } from '../../../../src/engine/machines/fold.ts';
import { done, failed, faultRecordOf, holdMachineLaws, type MachineEvent } from './laws.ts';

const input = { subject: 'i1' };
const fault = faultRecordOf('SERVICE_NOT_RUNNING');

describe('the instance machine', () => {
  holdMachineLaws({
    name: 'instance',
    input,
    events: [
      ...['START', 'STOP', 'ANSWERED', 'SILENT'].map((type) => ({ type })),
      { type: 'GONE', fault },
      ...['start', 'stop'].flatMap((effect) => [done(effect), failed(effect)]),
    ],
    states: { stopped: [], starting: ['start'], healthy: [], degraded: [], unresponsive: [], stopping: ['stop'] },
    waiting: ['stopped', 'healthy', 'degraded', 'unresponsive'],
  });

  const after = (events: readonly MachineEvent[]) => fold('instance', input, events).snapshot;

  it('ends where it began and tells why a start failed', () => {
    const ended = after([{ type: 'START' }, failed('start', 'INSTANCE_BOOT_FAILED'), done('stop')]);
    expect(stateName(ended)).toBe('stopped');
    expect(ended.context).toMatchObject({ fault: { code: 'INSTANCE_BOOT_FAILED' } });
  });

  it('forgets the fault when it is started again', () => {
    const again = after([{ type: 'START' }, failed('start'), done('stop'), { type: 'START' }]);
    expect(again.context).toMatchObject({ fault: null });
  });

  it('takes two silences to count as unresponsive and one answer to be healthy again', () => {
    const up = [{ type: 'START' }, done('start'), { type: 'SILENT' }];
    expect(stateName(after(up))).toBe('degraded');
    expect(stateName(after([...up, { type: 'SILENT' }]))).toBe('unresponsive');
    expect(stateName(after([...up, { type: 'SILENT' }, { type: 'ANSWERED' }]))).toBe('healthy');
  });
});
