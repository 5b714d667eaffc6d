import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { afterAll, describe, expect, it } from 'vitest';

import type { DrillReport } from '../../demo/drill/report.ts';
import { ownProcesses } from '../../demo/run/processes.ts';
import { emergencies } from '../../src/domain/emergencies/emergency.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const bin = join(ROOT, 'bin/orchestrate.cjs');
const node = ['--disable-warning=ExperimentalWarning'];
const folder = fs.mkdtempSync(join(tmpdir(), 'orc-r-'));
const env = { ...process.env, TMPDIR: folder, ORCHESTRATE_BIN: bin };
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const left = (): readonly unknown[] => [...ownProcesses(folder), ...fs.readdirSync(folder)];

/** Runs the program of drills by itself, which also has the controls. */
async function drilled(...args: readonly string[]): Promise<DrillReport> {
  const child = spawn(process.execPath, [...node, join(ROOT, 'demo/drill.ts'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await once(child, 'close');
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; report?: DrillReport });
  const report = lines.find(({ kind }) => kind === 'drilled')?.report;
  if (report === undefined) throw new Error(`no report in ${out}`);
  return report;
}

/** A person mends these, and nothing shows a program soon that they are over. */
const mendedByHand: readonly string[] = ['disk-full', 'model-missing'];
/** An installation is made, broken, mended and removed each time. */
const drillMs = 900_000;

describe.each(emergencies)('%s', (id) => {
  it(
    'is detected, answered by its own playbook, and over; nothing is left',
    async () => {
      const report = await drilled(id);
      expect(report).toMatchObject({ fault: id, ok: true, chosen: id, worksAgain: true, problem: null, left: 0 });
      expect(report.detect.ms).toBeGreaterThanOrEqual(0);
      expect(report.detect.rows).toHaveLength(1);
      expect(report.decide.rows).toHaveLength(2);
      expect(report.recover.ms === null).toBe(mendedByHand.includes(id));
      expect(report.unasked === null).toBe(![...mendedByHand, 'node-import-failed'].includes(id));
      expect(report.steps.length).toBeGreaterThan(1);
      expect(left()).toEqual([]);
    },
    drillMs,
  );

  it.each(['fault', 'answer'])(
    'control without the %s: it is not seen, or not over',
    async (without) => {
      const report = await drilled(id, '--without', without);
      expect(report).toMatchObject({ fault: id, without, ok: true, problem: null, left: 0 });
      expect(left()).toEqual([]);
    },
    drillMs,
  );
});

describe('a drill that is called off', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)(
    'by %s leaves neither a process nor a folder',
    async (signal) => {
      const child = spawn(process.execPath, [...node, bin, 'respond', '--drill', 'out-of-memory', '--json'], {
        env,
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let told = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
      const ended = once(child, 'close');
      while (!told.includes('every node fails')) await wait(100);
      expect(ownProcesses(folder).length).toBeGreaterThan(3);
      child.kill(signal);
      const [exitStatus] = (await ended) as [number | null];
      expect(exitStatus).toBe(signal === 'SIGINT' ? 130 : null);
      const endMs = performance.now() + 90_000;
      while (ownProcesses(folder).length > 0 && performance.now() < endMs) await wait(200);
      expect(ownProcesses(folder)).toEqual([]);
      // Whoever was killed leaves the few lines that it was told.
      expect(fs.readdirSync(folder).filter((name) => !name.endsWith('.jsonl'))).toEqual([]);
    },
    drillMs,
  );
});
