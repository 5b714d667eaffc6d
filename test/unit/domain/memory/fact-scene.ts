import { Fault, type FaultCode } from '../../../../src/base/fault.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import type { FactRow } from '../../../../src/domain/memory/note.ts';
import type { Plan } from '../../../../src/domain/plans/plan.ts';
import { upgradePlan } from '../../../support/scene-facts.ts';
import { sceneLedger, type SceneLedger } from '../../../support/scene-ledger.ts';

export interface FactScene extends SceneLedger {
  gateFailed(code: FaultCode): FactRow;
  runFailed(from: string, code: FaultCode): FactRow;
  reverted(): FactRow;
}

/** Returns a journal with a run `r1` that has a plan and a change `c1`. */
export function sceneWith(given: Partial<Plan>): FactScene {
  const scene = sceneLedger();
  const run = 'r1';
  scene.add('plan.made', { run, plan: { ...upgradePlan(), ...given } }, { run, keys: [`plan:${run}`] });
  scene.add(
    'change.drafted',
    {
      ...{
        change: 'c1',
        run,
        tree: 'env-setup',
        base: 'b',
        baseTree: 't',
        proposed: 'p',
        title: 'upgrade',
        risk: 'medium',
      },
      authors: [],
      paths: [],
    },
    { run, keys: ['change:c1', `change-of:${run}`] },
  );
  const rowAt = (seq: number): FactRow => {
    const found = scene.entries[seq - 1];
    if (found === undefined) throw new Error(`no row ${seq}`);
    return found;
  };
  const faultOf = (code: FaultCode) => new Fault(code, 'It did not work.').toRecord();
  return {
    ...scene,
    gateFailed: (code) =>
      rowAt(
        scene.add(
          'change.gated',
          {
            ...{ change: 'c1', base: 'b', exact: 't', environment: '', components: '', evidenceKey: '', reused: [] },
            ...{ verdict: 'failed', fault: faultOf(code), notProven: [], durationMs: 1 },
          },
          { run, keys: ['gate:c1'] },
        ),
      ),
    runFailed: (from, code) =>
      rowAt(
        scene.add(
          'machine.moved',
          {
            ...{ machine: 'run', version: 1, subject: run, from, to: 'failed', isFinal: true },
            event: { type: 'TASK_FAILED', fault: { ...faultOf(code) } as unknown as JsonObject },
          },
          { run, keys: [`machine:${run}`] },
        ),
      ),
    reverted: () =>
      rowAt(
        scene.add(
          'service.switched',
          { change: 'c1', outcome: 'reverted', instance: null, downMs: null, requeued: null, reason: 'it died' },
          { run, keys: ['switch:c1'] },
        ),
      ),
  };
}
