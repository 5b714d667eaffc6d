import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { until } from '../support/fault-processes.ts';
import { at, listAt, orchestrate, textAt, type Answer } from '../support/program.ts';
import { makeWorld, NEW_TORCH, type TemplateWorld } from '../support/world.ts';

let world: TemplateWorld;
/** Restore point of the upgrade; the branch is not there any more. */
let number = '';
const there = (...args: readonly string[]): Promise<Answer> => orchestrate(world, args);
const drill = (): Promise<Answer> => there('restore', 'drill', number);
const told = (answer: Answer): string => `${answer.stderr}\n${JSON.stringify(at(answer.json, 'drill'), null, 1)}`;
const codeOf = (answer: Answer): unknown => at(answer.json, 'error', 'code') ?? at(answer.json, 'fault', 'code');
const newest = async (): Promise<unknown> => at((await there('restore', 'show', number)).json, 'lastDrill');
const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-C', world.home, ...args], { encoding: 'utf8' });

/** What a drill must leave as it is. */
function untouched(): unknown {
  const envs = join(world.home, '.orchestrate/envs');
  return {
    head: git('rev-parse', 'HEAD'),
    status: git('status', '--porcelain'),
    refs: git('for-each-ref'),
    envs: readdirSync(envs).map((id) => readFileSync(join(envs, id, 'orchestrate-manifest.json'), 'utf8')),
    anew: existsSync(join(world.home, '.orchestrate/anew')) ? readdirSync(join(world.home, '.orchestrate/anew')) : [],
  };
}

/** The process that works on runs, as its row says. */
function supervisorPid(): number {
  const db = new DatabaseSync(join(dirname(world.store), 'ledger.db'), { readOnly: true });
  try {
    const query = "SELECT data FROM journal WHERE kind = 'supervisor.started' ORDER BY seq DESC LIMIT 1";
    return (JSON.parse(db.prepare(query).get()?.['data'] as string) as { pid: number }).pid;
  } finally {
    db.close();
  }
}

/** The kept wheel of the new torch. */
function keptTorch(): string {
  const wheels = join(world.home, '.orchestrate/wheels');
  const found = readdirSync(wheels)
    .flatMap((sha256) => readdirSync(join(wheels, sha256)).map((file) => join(wheels, sha256, file)))
    .find((path) => path.includes(`/torch-${NEW_TORCH}`));
  if (found === undefined) throw new Error('no wheel of torch is kept');
  return found;
}

beforeAll(async () => {
  world = await makeWorld();
  const points = listAt((await there('restore', 'list')).json, 'restorePoints');
  number = String(
    at(
      points.find((one) => at(one, 'made') === 'merge'),
      'number',
    ),
  );
  const started = await there('service', 'start');
  if (started.exitCode !== 0) throw new Error(told(started));
}, 180_000);

afterAll(async () => {
  await world.end();
});

describe('restore drill', () => {
  it('brings a restore point back without any index, beside everything else', async () => {
    const before = untouched();
    const pid = at((await there('service', 'status')).json, 'pid');
    expect(await newest()).toBeNull();
    renameSync(world.index, `${world.index}-away`);
    try {
      const answer = await drill();
      expect([answer.exitCode, at(answer.json, 'drill', 'comesBack')], told(answer)).toEqual([0, true]);
      const parts = listAt(answer.json, 'drill', 'parts');
      expect(parts.map((one) => at(one, 'part'))).toEqual(['build', 'compare', 'boot', 'workflows']);
      expect(textAt(parts[0], 'sentence')).toContain('no index asked');
      expect(textAt(parts[1], 'sentence')).toContain('the digest is the one of the restore point');
      expect(textAt(parts[3], 'sentence')).toMatch(/^1\/1 workflows ran/);
      expect(parts.every((one) => Number(at(one, 'durationMs')) > 0)).toBe(true);
      expect(listAt(answer.json, 'drill', 'notProven')).toContain('GPU kernels: it booted on the CPU');
    } finally {
      renameSync(`${world.index}-away`, world.index);
    }
    expect(untouched()).toEqual(before);
    expect(at((await there('service', 'status')).json, 'pid')).toBe(pid);
    expect(pid).toBeTypeOf('number');
    expect(at(await newest(), 'comesBack')).toBe(true);
  });

  it('says which wheel is missing, and does not fetch it', async () => {
    const before = untouched();
    const wheel = keptTorch();
    renameSync(wheel, join(world.folder, 'torch.whl'));
    try {
      const answer = await drill();
      expect([codeOf(answer), answer.exitCode === 0], told(answer)).toEqual(['RESTORE_UNAVAILABLE', false]);
      expect(textAt(answer.json, 'fault', 'message')).toContain(`torch ${NEW_TORCH}`);
      expect(existsSync(wheel)).toBe(false);
      expect(at(await newest(), 'fault', 'code')).toBe('RESTORE_UNAVAILABLE');
    } finally {
      renameSync(join(world.folder, 'torch.whl'), wheel);
    }
    // The control: the wheel alone made the difference.
    expect(at((await drill()).json, 'drill', 'comesBack')).toBe(true);
    expect(untouched()).toEqual(before);
  });

  it('does not build from a wheel whose bytes were altered', async () => {
    const before = untouched();
    const wheel = keptTorch();
    const bytes = readFileSync(wheel);
    const altered = Buffer.from(bytes);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    chmodSync(wheel, 0o644);
    writeFileSync(wheel, altered);
    try {
      const answer = await drill();
      expect([codeOf(answer), answer.exitCode === 0], told(answer)).toEqual(['WHEEL_HASH_MISMATCH', false]);
      expect(textAt(answer.json, 'fault', 'message')).toContain(wheel);
      expect(at(await newest(), 'comesBack')).toBe(false);
      expect(listAt(await newest(), 'parts')).toEqual([]);
    } finally {
      writeFileSync(wheel, bytes);
    }
    expect(at((await drill()).json, 'drill', 'comesBack')).toBe(true);
    expect(untouched()).toEqual(before);
  });

  it('is finished by the next process when it is killed in the middle, and leaves nothing', async () => {
    const before = untouched();
    const anew = join(world.home, '.orchestrate/anew');
    const begun = await there('restore', 'drill', number, '--detach');
    const run = textAt(begun.json, 'run');
    await until('the environment to be built', () => (existsSync(anew) && readdirSync(anew).length > 0) || undefined);
    process.kill(supervisorPid(), 'SIGKILL');
    // The control: it was in the middle, and what it had begun lies there.
    expect(readdirSync(anew)).toHaveLength(1);
    expect(at((await there('runs', 'show', run)).json, 'isFinal')).toBe(false);
    await drill();
    const ended = await until('the killed drill to end', async () => {
      const { json } = await there('runs', 'show', run);
      return at(json, 'isFinal') === true ? json : undefined;
    });
    expect([at(ended, 'state'), at(ended, 'drill', 'comesBack')], JSON.stringify(ended)).toEqual(['done', true]);
    await until('the folder to go', () => readdirSync(anew).length === 0 || undefined);
    expect(untouched()).toEqual(before);
  });

  it('does not know a restore point that is not there', async () => {
    expect(codeOf(await there('restore', 'drill', '99'))).toBe('RESTORE_NOT_FOUND');
  });
});
