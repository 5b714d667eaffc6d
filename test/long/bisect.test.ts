import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { stock } from '../../demo/wheel/stock.ts';
import type { WheelSpec } from '../../demo/wheels.ts';
import { until } from '../support/fault-processes.ts';
import { expectDone, expectFault } from '../support/fault-steps.ts';
import { FaultWorld } from '../support/fault-world.ts';
import { at, listAt, textAt } from '../support/program.ts';

const outside = fs.mkdtempSync(join(tmpdir(), 'orc-bisect-'));
/** What the machine becomes one day: from then on the newest torch draws black. */
const driver = join(outside, 'new-driver');
let world: FaultWorld;

beforeAll(async () => {
  world = await FaultWorld.create({ wheels: [...lateTorch(), plain('alpha'), plain('beta')] });
  for (const goal of ['add alpha', 'upgrade pytorch', 'add beta'])
    expectDone(await world.run(['run', goal, '--yes', '--json']));
}, 300_000);

afterAll(async () => {
  await world.remove();
  fs.rmSync(outside, { recursive: true });
});

const plain = (name: string): WheelSpec => ({
  ...{ name, version: '1.0.0', summary: 'A stand-in.', files: { [`${name}/__init__.py`]: '' } },
});

/** A torch that draws as it should when it is merged, and black once the machine has changed. */
function lateTorch(): readonly WheelSpec[] {
  const known = stock();
  return stock('smoke')
    .filter(({ name, version }) => !known.some((one) => one.name === name && one.version === version))
    .map((one) => {
      const black = one.files['torch/nn/functional.py'];
      if (one.name !== 'torch' || black === undefined) return one;
      const late = [
        'import os',
        'from torch.nn._functional_before import *',
        `if os.path.exists(${JSON.stringify(driver)}):`,
        '    from torch.nn._functional_black import interpolate',
        '',
      ].join('\n');
      return {
        ...one,
        files: { ...one.files, 'torch/nn/_functional_black.py': black, 'torch/nn/functional.py': late },
      };
    });
}

const bisect = (...more: readonly string[]) => world.run(['restore', 'bisect', ...more, '--json']);
const verdicts = (json: unknown): readonly string[] =>
  listAt(json, 'bisect', 'probes').map((one) => `${textAt(one, 'point').slice(0, 4)} ${textAt(one, 'verdict')}`);

/** What a bisect must leave as it is. */
const untouched = (): unknown => ({
  head: world.git(['rev-parse', 'HEAD']),
  status: world.git(['status', '--porcelain']),
  tags: world.git(['for-each-ref', 'refs/heads', 'refs/tags']),
  instances: fs.readdirSync(join(world.home, '.orchestrate/instances')),
});

describe('restore bisect', () => {
  it('says what it would do, and that nothing is broken as long as nothing is', async () => {
    const shown = await bisect('--dry-run');
    expect(at(shown.json, 'plan', 'lines')).toEqual(
      expect.arrayContaining([expect.stringContaining('at most 4 states are tried')]),
    );
    expect(world.rows('restore.probed')).toEqual([]);
    expectFault(await bisect(), 'BISECT_NOTHING_BROKEN', 1);
  });

  it('refuses ends that are none', async () => {
    expectFault(await bisect('--good', '3', '--bad', '1'), 'BISECT_NOT_BEFORE', 1);
    expectFault(await bisect('--workflow', 'nobody'), 'WORKFLOW_NOT_FOUND', 4);
    expectFault(await bisect('--good', '77'), 'RESTORE_NOT_FOUND', 4);
  });

  it('names the merge, its packages and the way back, and changes nothing', async () => {
    const before = untouched();
    fs.writeFileSync(driver, '');
    const answer = await bisect();
    expectDone(answer);
    expect(verdicts(answer.json)).toEqual(['0000 good', '0003 bad', '0001 good', '0002 bad']);
    expect(at(answer.json, 'bisect', 'suspects')).toMatchObject([
      {
        ...{ point: '0002-upgrade-torch-2-10-0-2-12-0', change: 'c2', run: 'r2', components: [] },
        packages: [
          { name: 'torch', from: '2.10.0', to: '2.12.0' },
          { name: 'torchvision', from: '0.25.0', to: '0.27.0' },
        ],
      },
    ]);
    expect(textAt(listAt(answer.json, 'bisect', 'probes')[3], 'sentence')).toContain('flat picture');
    expect(at(answer.json, 'bisect', 'command')).toBe('orchestrate restore to 1');
    expect(untouched()).toEqual(before);
    const told = await world.run(['runs', 'show', textAt(answer.json, 'run')]);
    expect(told.exitStatus).toBe(0);
  });

  it('is finished by the next process when it is killed in the middle, and tries nothing twice', async () => {
    const run = textAt((await bisect('--detach')).json, 'run');
    const probed = (): readonly string[] =>
      world.rows('restore.probed').flatMap((one) => (one.run === run ? [textAt(one.data, 'commit')] : []));
    await until('two verdicts', () => probed().length >= 2 || undefined, 90_000);
    process.kill(world.supervisorPid(), 'SIGKILL');
    // The control: it was in the middle.
    expect(world.rows('restore.bisected').some((one) => one.run === run)).toBe(false);
    const nBefore = probed().length;
    const ended = await until(
      'the killed bisect to end',
      async () => {
        await world.run(['service', 'status', '--json']);
        await world.run(['restore', 'bisect', '--workflow', 'nobody', '--json']);
        const { json } = await world.run(['runs', 'show', run, '--json']);
        return at(json, 'isFinal') === true ? json : undefined;
      },
      120_000,
    );
    expect(at(ended, 'state')).toBe('done');
    expect(at(ended, 'bisect', 'suspects', 0, 'change')).toBe('c2');
    expect(nBefore).toBeLessThan(4);
    expect(new Set(probed()).size).toBe(probed().length);
    expect(probed()).toHaveLength(4);
  });

  it('tells it to a person, whose next command brings it back', async () => {
    const { out, exitStatus } = await world.run(['restore', 'bisect']);
    expect(exitStatus, out).toBe(0);
    expect(out).toContain('0002-upgrade-torch-2-10-0-2-12-0 broke workflow padded-card');
    expect(out).toContain('torch 2.10.0 → 2.12.0');
    expect(out).toContain('orchestrate restore to 1');
    expectDone(await world.run(['restore', 'to', '1', '--yes', '--json']));
    expect(fs.readFileSync(join(world.home, 'requirements.lock'), 'utf8')).toContain('torch===2.10.0');
    expect(execFileSync('git', ['-C', world.home, 'status', '--porcelain'], { encoding: 'utf8' })).toBe('');
  });
});
