import { describe, expect, it } from 'vitest';

import { allOperations } from '../../../../src/faces/cli/commands.ts';
import { conflictScene } from '../../../support/conflict-facts.ts';
import { doneScene, failedScene, glassScene, undoneScene, waitingScene } from '../../../support/journal-scene.ts';
import { nightScene } from '../../../support/night-scene.ts';
import { outsideScene } from '../../../support/outside-facts.ts';
import { orchestrate } from '../../../support/run-orchestrate.ts';
import type { SceneLedger } from '../../../support/scene-ledger.ts';

/** A command line for every operation, and the journal that it is given. */
const calls: Readonly<Record<string, { argv: readonly string[]; scene: () => SceneLedger; run?: string }>> = {
  run: { argv: ['run', 'upgrade pytorch'], scene: doneScene, run: 'r1' },
  undo: { argv: ['undo'], scene: undoneScene, run: 'r2' },
  'restore-to': { argv: ['restore', 'to', '0'], scene: undoneScene, run: 'r2' },
  'restore-list': { argv: ['restore', 'list'], scene: undoneScene },
  'restore-show': { argv: ['restore', 'show', '0001-upgrade-pytorch'], scene: undoneScene },
  'restore-bisect': { argv: ['restore', 'bisect'], scene: undoneScene, run: 'r2' },
  'restore-drill': { argv: ['restore', 'drill', '0'], scene: undoneScene, run: 'r2' },
  'restore-pin': { argv: ['restore', 'pin', '1', '--reason', 'mine'], scene: undoneScene },
  'restore-unpin': { argv: ['restore', 'unpin', '1'], scene: undoneScene },
  'runs-list': { argv: ['runs', 'list', '--limit=3'], scene: undoneScene },
  cost: { argv: ['cost'], scene: doneScene },
  'route-explain': { argv: ['route', 'explain', 'write a page'], scene: doneScene },
  'runs-show': { argv: ['runs', 'show', 'r1'], scene: failedScene },
  'runs-resume': { argv: ['runs', 'resume', 'r1'], scene: waitingScene, run: 'r1' },
  'runs-priority': { argv: ['runs', 'priority', 'r1', 'high'], scene: waitingScene, run: 'r1' },
  'serve-status': { argv: ['serve', 'status'], scene: waitingScene },
  queue: { argv: ['queue'], scene: waitingScene },
  'runs-cancel': { argv: ['runs', 'cancel', 'r1', '--detach'], scene: waitingScene, run: 'r1' },
  'review-list': { argv: ['review', 'list', '--all'], scene: doneScene },
  'review-show': { argv: ['review', 'show', 'c1'], scene: waitingScene },
  'review-diff': { argv: ['review', 'diff', 'c1'], scene: waitingScene },
  'review-approve': { argv: ['review', 'approve', 'c1', '--tree', 'a81f03d'], scene: waitingScene, run: 'r1' },
  'review-reject': { argv: ['review', 'reject', 'c1', '--comment', 'no'], scene: waitingScene, run: 'r1' },
  'review-request-changes': {
    argv: ['review', 'request-changes', 'c1', '--comment', 'keep xformers'],
    scene: waitingScene,
    run: 'r1',
  },
  'review-merge': { argv: ['review', 'merge', 'c1'], scene: waitingScene, run: 'r1' },
  'policy-explain': { argv: ['policy', 'explain', 'c1'], scene: waitingScene },
  'policy-show': { argv: ['policy', 'show'], scene: waitingScene },
  'principals-list': { argv: ['principals', 'list'], scene: waitingScene },
  'conditions-list': { argv: ['conditions', 'list'], scene: waitingScene },
  'conditions-set': {
    argv: ['conditions', 'set', 'env-setup:environment_stable', '--for', '2h', '--because', 'looked at it'],
    scene: waitingScene,
  },
  'conditions-clear': {
    argv: ['conditions', 'clear', 'env-setup:environment_stable', '--because', 'the driver moves'],
    scene: waitingScene,
  },
  'windows-list': { argv: ['windows', 'list'], scene: waitingScene },
  'windows-add': {
    argv: ['windows', 'add', '--from', '03:00', '--to', '05:00', '--days', 'sat,sun', '--reason', 'quiet'],
    scene: waitingScene,
  },
  'windows-remove': { argv: ['windows', 'remove', 'w1'], scene: waitingScene },
  'followups-list': { argv: ['followups', 'list'], scene: glassScene },
  'followups-close': { argv: ['followups', 'close', 'f1', '--comment', 'fine'], scene: glassScene },
  'review-resubmit': { argv: ['review', 'resubmit', 'c1'], scene: waitingScene, run: 'r1' },
  'claims-list': { argv: ['claims', 'list'], scene: waitingScene },
  'claims-claim': { argv: ['claims', 'claim', 'r1', '--reason', 'mine'], scene: waitingScene },
  'claims-release': { argv: ['claims', 'release', 'r1'], scene: waitingScene },
  'claims-handoff': { argv: ['claims', 'handoff', 'c1', 'bert'], scene: waitingScene },
  'claims-steal': { argv: ['claims', 'steal', 'c1', '--because', 'stale'], scene: waitingScene },
  'claims-set': { argv: ['claims', 'set', 'r1', 'blocked'], scene: waitingScene },
  'templates-list': { argv: ['templates', 'list'], scene: waitingScene },
  submit: { argv: ['submit', 'my-branch', '--tree', 'env-setup'], scene: waitingScene, run: 'r1' },
  'trees-list': { argv: ['trees', 'list'], scene: waitingScene },
  report: { argv: ['report', 'r1'], scene: doneScene },
  'next-actions': { argv: ['next-actions'], scene: waitingScene },
  'journal-tail': { argv: ['journal', 'tail', '--run', 'r1'], scene: doneScene },
  'journal-show': { argv: ['journal', 'show', '5'], scene: doneScene },
  'journal-verify': { argv: ['journal', 'verify'], scene: doneScene },
  'service-start': { argv: ['service', 'start'], scene: doneScene },
  'service-stop': { argv: ['service', 'stop'], scene: doneScene },
  'service-restart': { argv: ['service', 'restart', '--now'], scene: doneScene },
  'service-logs': { argv: ['service', 'logs', '--lines', '5'], scene: doneScene },
  'service-queue': { argv: ['service', 'queue'], scene: doneScene },
  'service-history': { argv: ['service', 'history', '--limit', '3'], scene: doneScene },
  'service-free': { argv: ['service', 'free'], scene: doneScene },
  'service-status': { argv: ['service', 'status'], scene: doneScene },
  status: { argv: ['status'], scene: waitingScene },
  doctor: { argv: ['doctor'], scene: waitingScene },
  completion: { argv: ['completion', 'fish'], scene: doneScene },
  'outside-list': { argv: ['outside', 'list'], scene: outsideScene },
  'outside-show': { argv: ['outside', 'show', 'o1'], scene: outsideScene },
  'outside-discard': { argv: ['outside', 'discard', '--all'], scene: outsideScene },
  conflicts: { argv: ['conflicts', 'c1'], scene: conflictScene },
  version: { argv: ['version'], scene: doneScene },
  'trees-show': { argv: ['trees', 'show', 'env-setup'], scene: waitingScene },
  schema: { argv: ['schema', 'agent'], scene: waitingScene },
  'alerts-list': { argv: ['alerts', 'list', '--all'], scene: nightScene },
  'alerts-show': { argv: ['alerts', 'show', 'disk:full'], scene: nightScene },
  'alerts-ack': { argv: ['alerts', 'ack', 'a1', '--comment', 'new disk is ordered'], scene: nightScene },
  'alerts-resolve': { argv: ['alerts', 'resolve', 'a1'], scene: nightScene },
  'alerts-suppress': {
    argv: ['alerts', 'suppress', 'signature:s62*', '--for', '3d', '--reason', 'retrained'],
    scene: nightScene,
  },
  'alerts-unsuppress': { argv: ['alerts', 'unsuppress', 's1'], scene: nightScene },
  'alerts-suppressions': { argv: ['alerts', 'suppressions'], scene: nightScene },
  'schedule-list': { argv: ['schedule', 'list'], scene: nightScene },
  'schedule-show': { argv: ['schedule', 'show', 'nightly'], scene: nightScene },
  'schedule-next': { argv: ['schedule', 'next', 'nightly', '--count', '3'], scene: nightScene },
  'schedule-pause': { argv: ['schedule', 'pause', 'nightly', '--reason', 'disk'], scene: nightScene },
  'schedule-resume': { argv: ['schedule', 'resume', 'nightly'], scene: nightScene },
  'schedule-remove': { argv: ['schedule', 'remove', 'nightly'], scene: nightScene },
  'schedule-run': { argv: ['schedule', 'run', 'nightly', '--detach'], scene: doneScene, run: 'r1' },
  'schedule-export': { argv: ['schedule', 'export'], scene: nightScene },
  'schedule-add': { argv: ['schedule', 'add', 'nightly', '--cron', '0 3 * * *'], scene: nightScene },
  'diagnose-list': { argv: ['diagnose', 'list'], scene: nightScene },
  'diagnose-show': { argv: ['diagnose', 'show', 'S08'], scene: nightScene },
  freeze: { argv: ['freeze', '--reason', 'disk'], scene: nightScene },
  thaw: { argv: ['thaw'], scene: nightScene },
};

/** Without a plan that waits these only refuse; `init` needs a disk, `supervisor stop` a supervisor, `restore prune` and bundles a store, workflows pictures on a disk. */
const elsewhere = [
  'usage',
  'eject',
  'init',
  'smoke-add',
  'smoke-list',
  'smoke-remove',
  'smoke-run',
  'diagnose-write',
  'outside-keep',
  'restore-prune',
  'restore-export',
  'bundle-show',
  'runs-approve',
  'runs-reject',
  'supervisor-stop',
  // It needs a prompt that runs: `test/unit/app/service-prompts.test.ts` has one.
  'service-cancel',
  // A protocol of its own on its standard streams: `faces/mcp`.
  'mcp',
  // Another configuration file; a plan that a model wrote.
  'route-simulate',
  'runs-plan',
  // Logs, files and a machine.
  'diagnose',
  'health',
  'health-history',
  'metrics',
  'alerts-test',
  // Processes, and files of the machine: `test/unit/app/serve.test.ts` and `serve-install.test.ts` have them.
  'serve',
  'serve-install',
  'serve-stop',
  'serve-uninstall',
  // A store, definitions and slots on a disk.
  'failover',
  'templates-add',
  'templates-apply',
  'templates-show',
  'trees-add',
  'trees-remove',
  'trees-scale',
  'trees-sync',
  'trees-clean',
  // A look at a whole machine: `test/unit/app/respond.test.ts`.
  'respond',
  // It writes a file: its test has a folder.
  'journal-export',
  // Files of definitions, messages: `test/unit/app/definitions.test.ts`, `playbook-tests.test.ts` and `bus.test.ts` have them.
  'trees-check',
  'trees-new',
  ...Object.keys(allOperations).filter((key) => /^(?:agents|playbooks|bus)-/.test(key)),
  // `memory-operations.test.ts` goes through all of them on one memory.
  ...Object.keys(allOperations).filter((key) => key.startsWith('memory-')),
  // What agents of others tell: `hooks/hooks.test.ts`; a change that waits because of a secret: `changes/secrets.test.ts`.
  ...Object.keys(allOperations).filter((key) => key.startsWith('hooks-')),
  'worktrees-init',
  'secrets-allow',
  // Folders of people and of what was moved aside: their tests have them.
  'open',
  'restore-mend',
  'trash-empty',
  'trash-list',
  'trash-restore',
  'trash-show',
  'monitor',
];

describe('--json', () => {
  it('is tried for every operation', () => {
    expect([...Object.keys(calls), ...elsewhere].sort()).toEqual(Object.keys(allOperations).sort());
  });

  it.each(Object.entries(calls))('prints exactly the output schema of %s', async (key, { argv, scene, run }) => {
    const { out, exitStatus } = await orchestrate(scene(), [...argv, '--json'], { onAsk: () => run ?? null });
    const operation = await allOperations[key]?.();
    const answer: unknown = JSON.parse(out);
    expect(operation?.output.parse(answer)).toEqual(answer);
    expect([0, 7]).toContain(exitStatus);
  });

  it('prints an error as JSON on stdout, with the exit status of its kind', async () => {
    const { out, err, exitStatus } = await orchestrate(doneScene(), ['runs', 'show', 'r9', '--json']);
    expect(JSON.parse(out)).toEqual({
      error: {
        code: 'RUN_NOT_FOUND',
        kind: 'not-found',
        message: 'There is no run r9.',
        hints: ['orchestrate runs list'],
      },
    });
    expect(err).toBe('');
    expect(exitStatus).toBe(4);
  });

  it('leaves a stack out unless --verbose asks for it', async () => {
    const bug = (): never => {
      throw new TypeError('x is not a function');
    };
    const quiet = await orchestrate(doneScene(), ['undo', '--json'], { onAsk: bug });
    const verbose = await orchestrate(doneScene(), ['undo', '--json', '--verbose'], { onAsk: bug });
    expect(quiet.exitStatus).toBe(70);
    expect(quiet.out).toContain('INTERNAL_BUG');
    expect(quiet.out).not.toContain('stack');
    expect(verbose.out).toContain('stack');
  });
});
