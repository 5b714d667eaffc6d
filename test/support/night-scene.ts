import type { Schedule } from '../../src/domain/schedules/schedule.ts';
import { installedScene } from './journal-scene.ts';
import { anna } from './scene-facts.ts';
import type { SceneLedger } from './scene-ledger.ts';

const nightly: Schedule = {
  id: 'nightly',
  title: 'nightly',
  cron: '0 3 * * *',
  zone: 'UTC',
  goal: 'update report',
  playbook: null,
  inputs: {},
  yes: false,
  overlap: 'skip',
  catchUpMs: 3_600_000,
  catchUpMost: 1,
  jitterMs: 0,
  pauseAfter: 3,
  onlyIf: null,
  within: null,
};

/** An installation that is looked after: an open alert `a1`, a suppression `s1`, a schedule `nightly`. */
export function nightScene(): SceneLedger {
  const scene = installedScene();
  scene.add(
    'schedule.added',
    { schedule: nightly, from: 'command', by: anna },
    { keys: ['schedule:nightly', 'schedules'] },
  );
  scene.add(
    'alert.raised',
    {
      alert: 'a1',
      key: 'disk:full',
      severity: 'critical',
      sentence: 'The disk of the home has 1.1 GB left.',
      evidence: ['#3'],
      hints: ['orchestrate health'],
      cause: null,
      again: null,
      escalatedFrom: null,
      flaps: false,
    },
    { keys: ['alert:a1', 'alert-key:disk:full', 'alerts'] },
  );
  scene.add(
    'alert.suppressed',
    { id: 's1', match: 'signature:*', untilMs: scene.nowMs() + 86_400_000, reason: 'being retrained', by: anna },
    { keys: ['suppression:s1', 'suppressions'] },
  );
  return scene;
}
