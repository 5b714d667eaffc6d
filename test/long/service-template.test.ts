import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { type Answer, at, lastNarration, textAt } from '../support/program.ts';
import {
  checkSource,
  filesWith,
  makeServiceWorld,
  objectsWith,
  serverSource,
  type ServiceWorld,
  startOptions,
} from '../support/service-world.ts';

let world: ServiceWorld;

beforeAll(async () => {
  world = await makeServiceWorld();
  await world.ok('init', ...startOptions, '--check', 'python3 -m unittest', '--port', String(world.port), '--yes');
  const config = fs.readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8');
  world.commit({
    'orchestrate.yaml': config.replace('watch-time: 5s', 'watch-time: 0s').replace('start-time: 3m', 'start-time: 5s'),
  });
  await world.ok('service', 'start');
});
afterAll(() => world.end());

/** Submits the branch and expects its gate to fail; production and the branch are as they were. */
async function refused(name: string): Promise<{ readonly code: string; readonly message: string }> {
  const head = world.git('rev-parse', 'main');
  const process = textAt((await world.ok('service', 'status')).json, 'instance');
  const answer = await world.run('submit', name, '--yes');
  expect(answer.exitCode, lastNarration()).not.toBe(0);
  expect(world.git('rev-parse', 'main')).toBe(head);
  expect(textAt((await world.ok('service', 'status')).json, 'instance')).toBe(process);
  expect(await world.says()).toBe('v1');
  const code = faultOf(answer, 'code');
  return { code, message: faultOf(answer, 'message') };
}

const faultOf = ({ json }: Answer, field: 'code' | 'message'): string => {
  const found = at(json, 'fault', field) ?? at(json, 'error', field) ?? at(json, field);
  return typeof found === 'string' ? found : JSON.stringify(json).slice(0, 500);
};

it('refuses a change whose check fails, that never becomes ready, or that ends at once, with production untouched', async () => {
  world.branch('check', { 'server.py': serverSource({ version: 'bad-version' }) });
  expect(await refused('check')).toMatchObject({
    code: 'PROGRAM_CHECK_FAILED',
    message: expect.stringContaining('python3 -m unittest ended with 1') as string,
  });

  world.branch('unready', { 'server.py': serverSource({ version: 'v2', health: 503 }) });
  expect(await refused('unready')).toMatchObject({
    code: 'INSTANCE_UNHEALTHY',
    message: expect.stringContaining('it answers 503') as string,
  });

  world.branch('dies', { 'server.py': serverSource({ version: 'v2', dies: 'no such table: users' }) });
  expect(await refused('dies')).toMatchObject({
    code: 'INSTANCE_BOOT_FAILED',
    message: expect.stringContaining('no such table: users') as string,
  });

  world.branch('gone', {
    'orchestrate.yaml': fs
      .readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8')
      .replace('- - python3', '- - no-such-program'),
  });
  expect((await refused('gone')).code).toBe('PROCESS_FAILED');
});

it('gives each instance the ignored file that is named, and tells what is in it to nobody', async () => {
  const digest = createHash('sha256').update(world.secret).digest('hex');
  expect(await world.says('/key')).toBe(digest);
  expect(fs.statSync(join(instanceDir(), '.env')).mode & 0o077).toBe(0);
  // Nothing of the shell that the supervisor was started from, but what is named.
  const names = (await world.says('/names'))?.split(' ') ?? [];
  expect(names).toContain('PORT');
  expect(names.filter((name) => /ORCHESTRATE_TEST|GIT_|npm_|XDG_STATE/.test(name))).toEqual([]);

  world.branch('good', { 'server.py': serverSource({ version: 'v2' }) });
  expect(at((await world.ok('submit', 'good', '--yes')).json, 'state'), lastNarration()).toBe('done');
  expect(await world.says()).toBe('v2');
  expect(await world.says('/key')).toBe(digest);

  const [store] = fs.readdirSync(join(world.folder, 'state/orchestrate')).filter((name) => /^[0-9a-f]{8}$/.test(name));
  const state = join(world.folder, 'state/orchestrate', store ?? '');
  // The controls: what a program prints, a row says and a commit holds is found by the very same look.
  expect(filesWith(world, 'printed-by-the-service', [join(world.home, '.orchestrate/logs')])).not.toEqual([]);
  expect(filesWith(world, 'instance.prepared', [state])).not.toEqual([]);
  expect(filesWith(world, 'the check read API_KEY=•••', [join(world.home, '.orchestrate/logs')])).not.toEqual([]);
  expect(objectsWith(join(state, 'store.git'), 'hashlib.sha256')).toBeGreaterThan(0);
  expect(objectsWith(join(world.home, '.git'), 'hashlib.sha256')).toBeGreaterThan(0);

  expect(objectsWith(join(state, 'store.git'), world.secret)).toBe(0);
  expect(objectsWith(join(world.home, '.git'), world.secret)).toBe(0);
  const held = filesWith(world, world.secret, [world.home, join(world.folder, 'state')]);
  expect(held.filter((path) => !/^app\/(\.orchestrate\/instances\/i\d+\/tree\/)?\.env$/.test(path))).toEqual([]);

  await world.ok('undo', '--yes');
  expect(await world.says()).toBe('v1');
});

const instanceDir = (): string => {
  const dir = join(world.home, '.orchestrate/instances');
  return join(dir, fs.readdirSync(dir).at(-1) ?? '', 'tree');
};

it('gives nothing that lies outside of the repository, whatever `.worktreeinclude` says', async () => {
  const outside = join(world.folder, 'outside.txt');
  fs.writeFileSync(outside, 'not-for-instances\n');
  fs.mkdirSync(join(world.home, '.cache'), { recursive: true });
  fs.writeFileSync(join(world.home, '.cache/plain.txt'), 'for-instances\n');
  fs.symlinkSync(outside, join(world.home, '.cache/link.txt'));
  fs.symlinkSync(world.folder, join(world.home, '.cache/folder'));
  const lines = ['.env', '../outside.txt', outside, '~/outside.txt', '.cache/**', 'absent.txt'];
  world.branch('include', {
    '.worktreeinclude': `${lines.join('\n')}\n`,
    'server.py': serverSource({ version: 'v3' }),
  });
  const answer = await world.run('submit', 'include', '--yes');
  // It decides what is given to what runs: never by a yes beforehand.
  expect(answer.exitCode, lastNarration()).toBe(7);
  const change = textAt(answer.json, 'change', 'change');
  const shown = await world.ok('review', 'show', change);
  expect(shown.stdout).toContain('../outside.txt (leads out of the repository)');
  expect(shown.stdout).toContain('is a symbolic link');
  await world.ok('review', 'approve', change);
  await untilSays('v3');
  const here = instanceDir();
  expect(fs.readFileSync(join(here, '.cache/plain.txt'), 'utf8')).toBe('for-instances\n');
  expect(fs.existsSync(join(here, '.cache/link.txt'))).toBe(false);
  expect(fs.existsSync(join(here, '.cache/folder'))).toBe(false);
  expect(filesWith(world, 'not-for-instances', [join(world.home, '.orchestrate')])).toEqual([]);
  await world.ok('undo', '--yes');
});

async function untilSays(version: string): Promise<void> {
  for (let n = 0; n < 1_200; n += 1) {
    if ((await world.says()) === version) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`production never said ${version}: ${lastNarration()}`);
}

it('merges the person’s own files of names that mean something elsewhere as text', async () => {
  world.branch('locks', {
    'requirements.lock': 'flask==3.0.1  # pinned by me\n',
    'components.lock': 'not yours\nnor theirs\n',
  });
  world.commit({ 'components.lock': 'mine\nnot yours\n' });
  expect(at((await world.ok('submit', 'locks', '--yes')).json, 'state'), lastNarration()).toBe('done');
  expect(fs.readFileSync(join(world.home, 'components.lock'), 'utf8')).toBe('mine\nnot yours\nnor theirs\n');
  expect(fs.readFileSync(join(world.home, 'requirements.lock'), 'utf8')).toContain('flask==3.0.1');
  await world.ok('undo', '--yes');
});

it('does not take another program’s answer for its own, and does not end that program', async () => {
  await world.ok('service', 'stop');
  const stranger = spawn('python3', ['-m', 'http.server', String(world.port), '--bind', '127.0.0.1'], {
    stdio: 'ignore',
    cwd: world.folder,
  });
  try {
    for (let n = 0; n < 100 && (await world.says()) === null; n += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const started = await world.run('service', 'start');
    expect(faultOf(started, 'code')).toBe('PORT_TAKEN');
    expect(stranger.exitCode).toBe(null);
    expect(await world.says()).not.toBe(null);
  } finally {
    stranger.kill();
    await once(stranger, 'exit');
  }
  await world.ok('service', 'start');
});

it('goes on after its supervisor was killed in the middle of a check', async () => {
  const slow = checkSource.replace('import unittest', 'import time\nimport unittest\n\ntime.sleep(4)');
  world.branch('slow', { 'test_server.py': slow, 'server.py': serverSource({ version: 'v4' }) });
  const run = textAt((await world.ok('submit', 'slow', '--yes', '--detach')).json, 'run');
  const checks = (): readonly string[] => pidsOf(join(world.home, '.orchestrate/instances'));
  for (let n = 0; n < 600 && checks().length === 0; n += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(checks(), 'a check runs').not.toEqual([]);
  const [supervisor] = pidsOf(`supervise\0${world.home}`);
  process.kill(Number(supervisor), 'SIGKILL');
  // The next command that needs a supervisor starts one; what the old one left half done is begun anew.
  await world.ok('outside', 'list');
  const journal = async (): Promise<string> => (await world.ok('journal', 'tail', '--limit', '60')).stdout;
  await untilSays('v4').catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${await journal()}`);
  });
  expect(at((await world.ok('runs', 'show', run)).json, 'state')).toBe('done');
  expect(world.git('status', '--porcelain')).toBe('');
  await world.ok('undo', '--yes');
});

/** Processes of checks that stand in a folder below `place`, and others whose command line has it. */
function pidsOf(place: string): readonly string[] {
  return fs.readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      return (
        command.includes(place) ||
        (fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(place) && command.includes('unittest'))
      );
    } catch {
      return false;
    }
  });
}

it('refuses what it cannot look after, and writes nothing', async () => {
  const other = await makeServiceWorld();
  const options = [...startOptions, '--port', String(other.port)];
  const expectRefused = async (what: string, args: readonly string[], code: string): Promise<void> => {
    const answer = await other.run('init', ...args, '--yes');
    expect({ what, code: faultOf(answer, 'code') }).toEqual({ what, code });
    expect(answer.stdout, what).toMatch(/Nothing was written|The repository is as it was/);
    expect(fs.existsSync(join(other.home, 'orchestrate.yaml')), what).toBe(false);
    expect(fs.existsSync(join(other.home, '.orchestrate')), what).toBe(false);
  };
  const withStart = (start: string): readonly string[] => [
    ...['--template', 'service', '--ready', 'http://127.0.0.1:{port}/health'],
    ...(start === '' ? [] : ['--start', start]),
  ];
  try {
    await expectRefused('no start', withStart(''), 'USAGE_BAD_ARGUMENT');
    await expectRefused('a pipe', withStart('python3 server.py | tee log'), 'USAGE_BAD_ARGUMENT');
    await expectRefused('no such program', withStart('no-such-program {port}'), 'USAGE_BAD_ARGUMENT');
    await expectRefused('no such check', [...options, '--check', 'no-such-check'], 'USAGE_BAD_ARGUMENT');
    await expectRefused(
      'another host',
      ['--template', 'service', '--start', 'python3 server.py', '--ready', 'http://example.org:{port}/'],
      'USAGE_BAD_ARGUMENT',
    );
    await expectRefused('an option of ComfyUI', [...options, '--cpu'], 'USAGE_BAD_ARGUMENT');
    await expectRefused('a folder below', [join(other.home, 'logs'), ...options], 'HOME_NOT_GIT');
    await expectRefused('no folder', [join(other.home, 'absent'), ...options], 'USAGE_BAD_ARGUMENT');

    other.git('switch', '--quiet', '--detach');
    await expectRefused('a detached HEAD', options, 'HOME_DETACHED');
    other.git('switch', '--quiet', 'main');

    fs.writeFileSync(join(other.home, '.gitmodules'), '[submodule "x"]\n\tpath = x\n\turl = ../x\n');
    await expectRefused('submodules', options, 'HOME_NESTED_REPOSITORY');
    fs.rmSync(join(other.home, '.gitmodules'));

    fs.mkdirSync(join(other.home, 'playbooks'));
    fs.writeFileSync(join(other.home, 'playbooks/site.yaml'), '- hosts: all\n');
    await expectRefused('playbooks of another tool', options, 'DEFINITION_INVALID');
    fs.rmSync(join(other.home, 'playbooks'), { recursive: true });

    other.git('config', 'core.bare', 'true');
    await expectRefused('a bare repository', options, 'HOME_BARE');
    other.git('config', 'core.bare', 'false');

    // Dirty is the person's business: it is told, and left as it is.
    fs.writeFileSync(join(other.home, 'server.py'), serverSource({ version: 'edited' }));
    const made = await other.ok('init', ...options, '--yes');
    expect(made.stdout).toContain('1 file with edits of yours');
    expect(fs.readFileSync(join(other.home, 'server.py'), 'utf8')).toContain('edited');
    expect(other.git('status', '--porcelain')).toBe('M server.py');
    const again = await other.run('init', ...options, '--yes');
    expect(faultOf(again, 'code')).toBe('HOME_EXISTS');
  } finally {
    await other.end();
  }
});
