import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDigest } from '../../src/adapters/clock/digest.ts';
import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { openLedger } from '../../src/adapters/sqlite/open-ledger.ts';
import { at, listAt, orchestrate, orchestrateInWords, textAt, type Answer } from '../support/program.ts';
import { makeWorld, type TemplateWorld } from '../support/world.ts';

let world: TemplateWorld;
let stray: ChildProcess | undefined;
const run = (...args: readonly string[]): Promise<Answer> => orchestrate(world, args);
const told = ({ stderr, stdout }: Answer): string => `${stderr}\n${stdout.slice(0, 4000)}`;
const idsOf = (answer: Answer): readonly string[] => listAt(answer.json, 'findings').map((one) => textAt(one, 'id'));
const git = (dir: string, ...args: readonly string[]): string =>
  execFileSync('git', [`--git-dir=${dir}`, ...args], { encoding: 'utf8' }).trim();

beforeAll(async () => {
  world = await makeWorld();
}, 180_000);

afterAll(async () => {
  stray?.kill('SIGKILL');
  await world.end();
});

/** Twelve things that kills, full disks and hands do to an installation; the supervisor is not running. */
async function breakIt(): Promise<readonly string[]> {
  const work = join(world.home, '.orchestrate');
  const state = join(world.store, '..');
  const id = /^id: (\S+)/m.exec(readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8'))?.[1] ?? '';
  const tags = git(world.store, 'tag', '--list', 'restore/*').split('\n').sort();
  const [first = '', second = ''] = tags;

  // 1, 2: a tag deleted in home, one moved in the store.
  git(world.gitDir, 'update-ref', '-d', `refs/tags/${first}`);
  git(world.store, 'update-ref', `refs/tags/${second}`, git(world.store, 'rev-parse', `${first}^{commit}`));
  // 3: a lock that a killed git left an hour ago.
  const lock = join(world.gitDir, 'index.lock');
  writeFileSync(lock, '');
  const hourAgo = Date.now() / 1000 - 3600;
  utimesSync(lock, hourAgo, hourAgo);
  // 4: a request that nobody took.
  const ledger = await openLedger({ dir: state, clock: createSystemClock(), digest: createDigest(), mode: 'inline' });
  await ledger.request('supervisor.ping', { by: { kind: 'person', name: 'anna' } });
  await ledger.close();
  // 5: a program of a run that is closed.
  stray = spawn('sleep', ['600'], {
    env: { PATH: process.env['PATH'], ORCHESTRATE_MARK: `${id}/r1.build#1` },
    stdio: 'ignore',
  });
  // 6: production, killed from outside.
  const service = await run('service', 'status');
  process.kill(Number(at(service.json, 'pid')), 'SIGKILL');
  // 7: a folder among the instances that is none.
  mkdirSync(join(work, 'instances/somebody'));
  writeFileSync(join(work, 'instances/somebody/notes.txt'), 'mine\n');
  // 8: a slot whose link into git is gone.
  rmSync(join(world.slot, '.git'));
  // 9: a build that was cut off.
  mkdirSync(join(work, 'envs/0123456789abcdef'));
  writeFileSync(join(work, 'envs/0123456789abcdef/orchestrate-building'), '');
  // 10: a kept wheel that a bad disk cut short.
  const [wheel = ''] = readdirSync(join(work, 'wheels')).filter((name) => /^[0-9a-f]{64}$/.test(name));
  const folder = join(work, 'wheels', wheel);
  const [file = ''] = readdirSync(folder);
  chmodSync(join(folder, file), 0o644);
  truncateSync(join(folder, file), 10);
  // 11: something in the trash that nobody wrote down.
  mkdirSync(join(work, 'trash/somebody'), { recursive: true });
  writeFileSync(join(work, 'trash/somebody/work.txt'), 'work\n');
  // 12: memory edited by hand.
  mkdirSync(join(world.home, 'memory/swarm/env-setup'), { recursive: true });
  writeFileSync(join(world.home, 'memory/swarm/env-setup/by_hand.md'), '# Seen\n');
  return [
    `tag-home:${first}`,
    `tag-store:${second}`,
    'lock:home:index.lock',
    expect.stringMatching(/^request-waits:\d+$/) as string,
    'process-stray:r1.build#1',
    expect.stringMatching(/^instance-gone:i\d+$/) as string,
    'instance-folder:somebody',
    'slot-half:env-setup',
    'environment-unfinished:0123456789abcdef',
    `wheel-broken:${wheel.slice(0, 12)}`,
    'trash-unrecorded:somebody',
    'memory-not-taken-up:swarm/env-setup/by_hand.md',
  ];
}

describe('an installation that is broken in twelve ways', () => {
  let broken: readonly string[] = [];
  let hash = '';

  it('is good before', async () => {
    const started = await run('service', 'start');
    expect(started.exitCode, told(started)).toBe(0);
    await run('supervisor', 'stop');
    const looked = await run('doctor', '--deep');
    expect([looked.exitCode, idsOf(looked)], told(looked)).toEqual([0, []]);
  });

  it('is told of each of them, with what says so and what repairs it, and is changed in nothing', async () => {
    broken = await breakIt();
    const looked = await run('doctor', '--deep');
    expect(looked.exitCode).toBe(1);
    const ids = idsOf(looked);
    expect(ids, told(looked)).toEqual(expect.arrayContaining([...broken]));
    expect(listAt(looked.json, 'findings').filter((one) => at(one, 'repair', 'kind') === 'safe')).toHaveLength(12);
    expect(listAt(looked.json, 'findings').filter((one) => listAt(one, 'evidence').length === 0)).toEqual([]);
    expect(idsOf(await run('doctor', '--deep'))).toEqual(ids);
    const { stdout } = await orchestrateInWords(world, ['doctor', '--deep']);
    for (const one of ids) expect(stdout).toContain(one);
  });

  it('is repaired by nobody without a yes', async () => {
    const planned = await run('doctor', '--fix', '--deep');
    expect([planned.exitCode, at(planned.json, 'state')], told(planned)).toEqual([7, 'planned']);
    hash = textAt(planned.json, 'hash');
    const other = await run('doctor', '--fix', '--deep', '--yes', '--plan', 'abcdef');
    expect(at(other.json, 'error', 'code')).toBe('PLAN_MOVED');
    expect(existsSync(join(world.gitDir, 'index.lock'))).toBe(true);
  });

  it('is repaired as it was shown, and nothing of it is lost', async () => {
    const fixed = await run('doctor', '--fix', '--deep', '--yes', '--plan', hash);
    const repairs = listAt(fixed.json, 'repairs');
    expect(repairs, told(fixed)).toHaveLength(12);
    const outcomes = repairs.map((one) => textAt(one, 'outcome'));
    expect(
      outcomes.filter((one) => one !== 'repaired' && one !== 'gone'),
      told(fixed),
    ).toEqual([]);
    expect(repairs.map((one) => textAt(one, 'sentence')).join()).toMatch(/put right at its start is in #\d+/);
    expect(stray?.exitCode ?? stray?.signalCode).not.toBe(null);
    const trash = execFileSync('find', [join(world.home, '.orchestrate/trash'), '-type', 'f'], { encoding: 'utf8' });
    expect(trash).toMatch(/somebody(-[0-9a-f]{8})?\/notes\.txt/);
    expect(trash).toMatch(/somebody\/work\.txt/);
    const row = at(fixed.json, 'row');
    const journal = await run('journal', 'tail', '--row', String(row));
    expect(JSON.stringify(journal.json)).toContain('doctor.fixed');
  });

  it('is good afterwards, a second time finds nothing to do, and production starts again', async () => {
    const looked = await run('doctor', '--deep');
    expect([looked.exitCode, idsOf(looked)], told(looked)).toEqual([0, []]);
    const again = await run('doctor', '--fix', '--deep', '--yes');
    expect([again.exitCode, at(again.json, 'state')], told(again)).toEqual([0, 'nothing']);
    const verified = await run('journal', 'verify');
    expect(at(verified.json, 'ok')).toBe(true);
    const started = await run('service', 'start');
    expect(started.exitCode, told(started)).toBe(0);
  });

  it('leaves to a person what could lose something', async () => {
    const envs = join(world.home, '.orchestrate/envs');
    const [id = ''] = readdirSync(envs);
    const [file = ''] = execFileSync('find', [join(envs, id), '-name', '__init__.py'], { encoding: 'utf8' }).split(
      '\n',
    );
    const { mode } = statSync(file);
    chmodSync(file, 0o644);
    writeFileSync(file, 'changed = True\n');
    chmodSync(file, mode);
    const fixed = await run('doctor', '--fix', '--deep', '--yes');
    expect([fixed.exitCode, at(fixed.json, 'state')], told(fixed)).toEqual([1, 'nothing']);
    expect(idsOf(fixed)).toEqual([`environment-drifted:${id.slice(0, 12)}`]);
    expect(readFileSync(file, 'utf8')).toBe('changed = True\n');
  });
});
