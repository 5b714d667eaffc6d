import { describe, expect, it } from 'vitest';

import type { Operation } from '../../../src/app/operation.ts';
import { completedCommand } from '../../../src/app/operations/_completed.ts';
import { respond } from '../../../src/app/operations/respond.ts';
import { entrySentence } from '../../../src/app/views/journal-line.ts';
import { monitoringOf, monitoringSchema } from '../../../src/domain/definitions/monitoring-config.ts';
import { emergencies } from '../../../src/domain/emergencies/emergency.ts';
import { lineText } from '../../../src/faces/cli/line.ts';
import { renderRespond } from '../../../src/faces/cli/render/respond.ts';
import { createFakeAccelerators } from '../../fakes/fake-accelerators.ts';
import { createFakeMachine } from '../../fakes/fake-machine.ts';
import { createFakeMetrics } from '../../fakes/fake-metrics.ts';
import { fakeApp, type FakeApp, type FakeAppOptions } from '../../support/fake-app.ts';
import { installedScene } from '../../support/journal-scene.ts';
import { nightScene } from '../../support/night-scene.ts';
import { orchestrate } from '../../support/run-orchestrate.ts';
import { anna } from '../../support/scene-facts.ts';
import type { SceneLedger } from '../../support/scene-ledger.ts';

const config = {
  ...{ id: 'demo', name: 'comfy-home', template: 'comfyui', program: null, adopted: null },
  service: { port: 8188, mode: 'managed', userDir: null, outputDir: null },
  ports: { first: 8191, last: 8199 },
  monitoring: monitoringOf(monitoringSchema.parse({})),
};

type Input = Parameters<(typeof respond)['run']>[1];

const asked = (over: Partial<Input> = {}): Input => ({
  ...{ symptom: null, playbook: null, since: '1h', set: [], drill: false, dryRun: false, yes: false, detach: false },
  ...over,
});

/** A healthy machine, as `health` looks at it. */
const healthy = {
  files: {
    info: async () => undefined,
    list: async () => [],
    readPart: async () => undefined,
    realPath: async () => undefined,
  },
  machine: createFakeMachine(),
  accelerators: createFakeAccelerators(),
  ports: { holder: async () => ({ kind: 'free' }), isFree: async () => true },
};

/** A supervisor that creates a run, as the real one does. */
const supervised = (scene: SceneLedger, { outside }: FakeAppOptions = {}): FakeAppOptions => ({
  onAsk: (kind, data) => {
    const { goal, options, emergency } = data as Extract<typeof data, { goal: string }>;
    expect(kind).toBe('run.start');
    scene.add(
      'run.created',
      {
        ...{ run: 'r9', goal, kind: 'work', options, by: anna, request: 1, restore: null },
        ...(emergency === undefined ? {} : { emergency }),
      },
      { run: 'r9', keys: ['run:r9'] },
    );
    return 'r9';
  },
  outside: { ...healthy, ...outside },
  installation: { config, metrics: createFakeMetrics() },
});

const appOver = (scene: SceneLedger, options: FakeAppOptions = {}): FakeApp =>
  fakeApp(scene, supervised(scene, options));

const shown = (output: Awaited<ReturnType<(typeof respond)['run']>>): string[] =>
  renderRespond(output).map((line) => lineText(line, false));

describe('respond', () => {
  it('starts the playbook of what is seen, before all other work, and keeps why with the run', async () => {
    const scene = nightScene();
    const app = appOver(scene);
    const output = await respond.run(app, asked());
    const row = scene.ledger.latest('alert-key:disk:full')?.seq ?? 0;
    expect(app.asked).toEqual([
      {
        kind: 'run.start',
        data: {
          goal: 'respond: disk-full',
          options: {
            ...{ previewOnly: false, yes: false, until: null, playbook: 'disk-full', inputs: {} },
            priority: 'critical',
          },
          by: anna,
          emergency: {
            ...{ playbook: 'disk-full', byHand: false, rows: [row], others: [] },
            why: ['a1 disk:full: The disk of the home has 1.1 GB left.'],
          },
        },
      },
    ]);
    expect(output).toMatchObject({ state: 'started', ok: true, run: { run: 'r9' } });
    expect(shown(output).slice(0, 2)).toEqual([
      'disk-full',
      `  a1 disk:full: The disk of the home has 1.1 GB left. #${row}`,
    ]);
    const created = scene.ledger.latest('run:r9');
    expect(created && entrySentence(created)).toContain(
      `; disk-full: a1 disk:full: The disk of the home has 1.1 GB left. (#${row})`,
    );
  });

  it('takes the words of a person, and says what else was possible', async () => {
    const app = appOver(nightScene());
    const output = await respond.run(app, asked({ symptom: 'all is black since the update', dryRun: true, yes: true }));
    expect(app.asked[0]?.data).toMatchObject({
      goal: 'all is black since the update',
      options: { previewOnly: true, yes: true, playbook: 'bad-upgrade' },
    });
    expect(output.emergency).toMatchObject({
      chosen: { playbook: 'bad-upgrade', why: [{ sentence: 'you say "since the update"' }] },
      others: [{ playbook: 'disk-full' }],
    });
    expect(shown(output).slice(0, 3).join('\n')).toMatch(/^bad-upgrade\n.+\nalso possible: disk-full: a1 disk:full/);
  });

  it('runs what somebody names, whatever is seen', async () => {
    const app = appOver(nightScene());
    const output = await respond.run(app, asked({ playbook: 'gpu-lost', set: ['wait=5'] }));
    expect(app.asked[0]?.data).toMatchObject({ options: { playbook: 'gpu-lost', inputs: { wait: '5' } } });
    expect(output.emergency).toMatchObject({ byHand: true, chosen: { why: [] }, others: [{ playbook: 'disk-full' }] });
    expect(shown(output)[0]).toBe('gpu-lost: you named it');
  });

  it('says so where nothing is wrong, and asks for nothing', async () => {
    const app = appOver(installedScene());
    const output = await respond.run(app, asked());
    expect(app.asked).toEqual([]);
    expect(output).toMatchObject({ state: 'nothing', ok: true, emergency: null, run: null });
    expect(shown(output)[0]).toBe('Nothing is wrong that I can see.');
  });

  it('says what is wrong where no playbook answers it, and does not end well', async () => {
    const scene = installedScene();
    const found = { instance: 'i1', signature: 'S34', name: 'malware', severity: 'critical', culprit: null } as const;
    scene.add(
      'diagnosis.found',
      {
        ...found,
        ...{ sentence: 'ComfyUI found malware.', because: null, times: 1, evidence: [], recurs: null },
        ...{ endByte: 1, endLine: 1 },
      },
      { keys: ['signature:s34', 'log:i1'] },
    );
    const output = await respond.run(appOver(scene), asked({ symptom: 'help' }));
    expect(output).toMatchObject({ state: 'unanswered', ok: false, run: null });
    expect(shown(output).slice(0, 2)).toEqual([
      'Something is wrong, and no playbook answers it:',
      '  S34: ComfyUI found malware.',
    ]);
  });

  it('does not answer a person who says that something is wrong with "nothing is"', async () => {
    const app = appOver(installedScene());
    await expect(respond.run(app, asked({ symptom: 'help' }))).rejects.toMatchObject({
      code: 'EMERGENCY_UNKNOWN',
      message: 'Nothing is wrong that can be seen, and "help" names no emergency that is known.',
    });
    expect(app.asked).toEqual([]);
  });

  it('counts what is over no longer, and what the log says that nobody has read yet', async () => {
    const scene = nightScene();
    scene.add(
      'alert.ended',
      { alert: 'a1', key: 'disk:full', by: null, evidence: ['#1'], times: 1 },
      { keys: ['alert-end:a1', 'alert-key:disk:full'] },
    );
    scene.add(
      'machine.moved',
      {
        machine: 'alert',
        subject: 'a1',
        from: 'open',
        to: 'resolved',
        event: { type: 'RESOLVED' },
        isFinal: true,
        version: 1,
      },
      { keys: ['machine:a1'] },
    );
    expect(await respond.run(appOver(scene), asked())).toMatchObject({ state: 'nothing' });
    const app = appOver(scene, {
      outside: {
        service: {
          queue: async () => ({ running: 0, active: [], pending: [] }),
          facts: async () => ({ devices: [] }),
          logTail: async () => ['!!! Exception during processing !!! CUDA out of memory. Tried to allocate 2 GiB'],
        },
      },
    });
    expect((await respond.run(app, asked())).emergency?.chosen).toMatchObject({
      playbook: 'out-of-memory',
      why: [{ rows: [] }],
    });
  });

  it('tells why before it follows the run, and prints both as its schema says', async () => {
    const scene = nightScene();
    const { out, err, exitStatus } = await orchestrate(scene, ['respond', '--json'], supervised(scene));
    const answer: unknown = JSON.parse(out);
    expect(respond.output.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      state: 'started',
      emergency: { chosen: { playbook: 'disk-full' } },
      run: { run: 'r9' },
    });
    expect([exitStatus, err]).toEqual([7, 'r9 · respond: disk-full\n']);
    const quiet = await orchestrate(installedScene(), ['respond'], supervised(installedScene()));
    expect([quiet.exitStatus, quiet.out.split('\n')[0]]).toEqual([0, 'Nothing is wrong that I can see.']);
  });

  it('follows the run that answers it already', async () => {
    const scene = nightScene();
    await respond.run(appOver(scene), asked());
    const moved = (to: string, isFinal: boolean): void => {
      const data = {
        machine: 'run',
        version: 1,
        subject: 'r9',
        from: 'previewing',
        to,
        isFinal,
        event: { type: 'X' },
      } as const;
      scene.add('machine.moved', data, { run: 'r9', keys: ['machine:r9'] });
    };
    moved('executing', false);
    const app = appOver(scene);
    expect(await respond.run(app, asked())).toMatchObject({ state: 'started', run: { run: 'r9' } });
    expect(app.asked).toEqual([]);
    moved('done', true);
    await respond.run(app, asked());
    expect(app.asked).toHaveLength(1);
  });

  it('offers the names of emergencies to a shell', () => {
    expect(completedCommand(respond as unknown as Operation).positional).toEqual([
      { choices: [...emergencies, 'all'], ids: null },
    ]);
  });
});

describe('respond --drill', () => {
  it('refuses an emergency that there is not', async () => {
    await expect(respond.run(appOver(installedScene()), asked({ drill: true, symptom: 'fire' }))).rejects.toMatchObject(
      {
        code: 'USAGE_BAD_ARGUMENT',
      },
    );
  });

  it('refuses what would have no effect beside it, and takes a playbook as the word', async () => {
    const { app, ran } = appWith([{ kind: 'drilled', report }]);
    const refusedBeside: readonly [Partial<Input>, string][] = [
      [{ dryRun: true }, '--dry-run'],
      [{ yes: true, detach: true }, '--yes, --detach'],
      [{ set: ['restart=yes'] }, '--set'],
      [{ since: '2h' }, '--since'],
    ];
    for (const [beside, named] of refusedBeside)
      await expect(respond.run(app, asked({ drill: true, symptom: 'out-of-memory', ...beside }))).rejects.toMatchObject(
        { code: 'USAGE_BAD_ARGUMENT', message: expect.stringContaining(`takes no ${named}:`) },
      );
    await expect(
      respond.run(app, asked({ drill: true, symptom: 'gpu-lost', playbook: 'out-of-memory' })),
    ).rejects.toMatchObject({ code: 'USAGE_BAD_ARGUMENT' });
    expect(ran).toEqual([]);
    await respond.run(app, asked({ drill: true, playbook: 'out-of-memory' }));
    expect(ran).toMatchObject([{ args: expect.arrayContaining(['out-of-memory']) }]);
  });

  it('is refused to a program: nobody there waits for so long', async () => {
    const app = appOver(installedScene());
    const host = { ...app.outside.host, startedBy: 'api' };
    const program = { ...app, outside: { ...app.outside, host } };
    await expect(respond.run(program, asked({ drill: true, symptom: 'out-of-memory' }))).rejects.toMatchObject({
      code: 'REVIEW_SELF',
    });
  });

  it('says what is missing where the program of drills is not there', async () => {
    await expect(respond.run(fakeApp(null), asked({ drill: true }))).rejects.toMatchObject({
      code: 'DRILL_UNAVAILABLE',
      message: 'The program that makes drills is not there: /app/dist/demo/drill.js.',
    });
  });

  const report = {
    ...{ fault: 'out-of-memory', ok: true, made: 'every node fails', chosen: 'out-of-memory', worksAgain: true },
    detect: { ms: 600, rows: [23], sentence: 'signature:s01: The graphics card ran out of memory.' },
    decide: { ms: 900, rows: [23, 30], sentence: 'r1 answers it' },
    recover: { ms: null, rows: [], sentence: 'not proven' },
    steps: [{ id: 'free', sentence: 'cuda:0 was asked', row: 44 }],
    asked: [{ sentence: 'step restart of r1 waits for your yes', did: 'a person says yes' }],
    ...{ unasked: null, problem: null, tookMs: 60_000, stopped: 0, left: 0 },
  };

  /** An app with a program of drills that writes these lines, all at once, and then ends. */
  function appWith(lines: readonly unknown[]): { app: FakeApp; told: string[]; ran: unknown[]; removed: string[] } {
    const told: string[] = [];
    const ran: unknown[] = [];
    const removed: string[] = [];
    const app = fakeApp(null, {
      outside: {
        files: {
          info: async (path: string) => (path.endsWith('drill.js') ? { kind: 'file' } : undefined),
          readText: async () =>
            ran.length === 0 ? undefined : lines.map((one) => `${JSON.stringify(one)}\n`).join(''),
          remove: async (path: string) => void removed.push(path),
        },
        clock: { nowMs: () => 0, monotonicMs: () => 0, sleep: () => Promise.resolve() },
        random: { hex: () => 'abcd' },
        host: {
          userName: 'anna',
          startedBy: null,
          builtInDir: '/app',
          tempDir: '/t',
          searchPath: ['/bin'],
          session: { HOME: '/h' },
        },
        processes: {
          run: async (spec: unknown) => {
            ran.push(spec);
            return { exitCode: 0, signal: null, stdout: '', stderr: 'it is broken\n' };
          },
        },
      },
    });
    return { app: { ...app, narrate: (line) => void told.push(line) }, told, ran, removed };
  }

  it('starts the program by its path, tells what goes on, and shows times and rows; what has no row is not proven', async () => {
    const { app, told, ran, removed } = appWith([
      { kind: 'told', fault: 'out-of-memory', sentence: 'makes an installation' },
      { kind: 'drilled', report },
    ]);
    const output = await respond.run(app, asked({ drill: true, symptom: 'out-of-memory' }));
    expect(ran).toEqual([
      {
        program: '/usr/bin/node',
        args: [
          ...['/app/dist/demo/drill.js', '--folder', '/t/orc-drill-abcd', '--report', '/t/orc-drill-abcd.jsonl'],
          'out-of-memory',
        ],
        cwd: '/t',
        env: expect.objectContaining({ HOME: '/h', PATH: '/bin', ORCHESTRATE_BIN: '/app/bin/orchestrate.cjs' }),
        timeoutMs: 1_200_000,
      },
    ]);
    expect(told).toEqual(['out-of-memory: makes an installation']);
    expect(removed).toEqual(['/t/orc-drill-abcd.jsonl']);
    expect(output).toMatchObject({ state: 'drilled', ok: true, run: null });
    expect(shown(output)).toEqual([
      '   emergency      detect  decide  recover     chosen',
      '✓  out-of-memory  0.6 s   0.9 s   not proven  out-of-memory',
      '',
      'out-of-memory: every node fails',
      '  signature:s01: The graphics card ran out of memory. #23',
      '  r1 answers it #23 #30',
      '  not proven',
      '  free: cuda:0 was asked #44',
      '  asked: step restart of r1 waits for your yes; a person says yes',
      '  works again, seen from outside',
    ]);
  });

  it('is not well where one of them is not', async () => {
    const { app } = appWith([
      { kind: 'drilled', report: { ...report, ok: false, worksAgain: false, problem: 'r1 is failed' } },
    ]);
    const output = await respond.run(app, asked({ drill: true, symptom: 'out-of-memory' }));
    expect(output.ok).toBe(false);
    expect(shown(output).slice(-2)).toEqual(['  does not work again, seen from outside', '  problem: r1 is failed']);
  });

  it('says what the program said when it ended too early', async () => {
    const { app, removed } = appWith([]);
    await expect(respond.run(app, asked({ drill: true, symptom: 'out-of-memory' }))).rejects.toMatchObject({
      code: 'DRILL_FAILED',
      message: 'The drill ended after 0 of 1: it is broken',
    });
    expect(removed).toEqual(['/t/orc-drill-abcd.jsonl']);
  });

  /** The program ends when it is called off, and takes a second to remove its folder, or never does. */
  function runningApp({ lines, removes }: { readonly lines: string; readonly removes: boolean }) {
    const { app } = appWith([]);
    const seen = { atMs: 0, calledOffMs: null as number | null };
    const isThere = (): boolean => seen.calledOffMs === null || !removes || seen.atMs < seen.calledOffMs + 1_000;
    const called = new AbortController();
    Object.assign(app, { signal: called.signal });
    Object.assign(app.outside.files, {
      info: async (path: string) => (path.endsWith('drill.js') || isThere() ? { kind: 'directory' } : undefined),
      readText: async () => lines,
    });
    Object.assign(app.outside.clock, {
      monotonicMs: () => seen.atMs,
      sleep: async (ms: number) => void (seen.atMs += ms),
    });
    app.outside.processes.run = (_, signal) =>
      new Promise((resolve) => {
        const end = (): void => {
          seen.calledOffMs = seen.atMs;
          resolve({ exitCode: null, signal: 'SIGKILL', stdout: '', stderr: '' } as never);
        };
        if (signal?.aborted === true) end();
        else signal?.addEventListener('abort', end);
      });
    return { app, seen, called };
  }

  it('looks before it says that the installation is removed', async () => {
    for (const [removes, said] of [
      [true, 'Its installation is removed; nothing else was touched.'],
      [false, expect.stringContaining('Its installation is still there, /t/orc-drill-abcd')],
    ] as const) {
      const { app, called } = runningApp({ lines: '', removes });
      const drilling = respond.run(app, asked({ drill: true, symptom: 'out-of-memory' }));
      drilling.catch(() => undefined);
      await Promise.resolve();
      called.abort();
      await expect(drilling).rejects.toMatchObject({ code: 'INTERRUPTED', state: said });
    }
  });

  it('calls the program off when nobody understands what it says', async () => {
    const { app, seen } = runningApp({ lines: '{"kind":"sung"}\n', removes: true });
    await expect(respond.run(app, asked({ drill: true, symptom: 'out-of-memory' }))).rejects.toMatchObject({
      code: 'DRILL_FAILED',
    });
    expect(seen.calledOffMs).not.toBeNull();
  });
});
