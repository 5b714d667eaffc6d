import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseComponents } from '../../src/domain/instances/components.ts';
import { until } from '../support/fault-processes.ts';
import type { CommandResult } from '../support/fault-program.ts';
import { freePort } from '../support/fault-world.ts';
import { pip } from '../support/found-environment.ts';
import { bytesOf, type LayoutWorld, layoutWorld } from '../support/layout-world.ts';
import { cloneIn, copyVenv, type FoundLayout, layoutCases } from '../support/layouts.ts';
import { listAt, textAt } from '../support/program.ts';

let world: LayoutWorld;
const table: string[] = [];

beforeAll(async () => {
  world = await layoutWorld();
});
afterAll(async () => {
  await world.remove();
  process.stdout.write(`\n${['layout | environment | grade | byte-identical', ...table].join('\n')}\n\n`);
});

/** ComfyUI writes its database and pictures there itself: production keeps the person's folders. */
const writtenByComfyui = (path: string): boolean => /(^|\/)(my-)?(user|output)(\/|$)/.test(path);
const home = (name: string): string => join(world.base, 'homes', name.replace(/[^a-z]+/g, '-'));

async function init(found: FoundLayout, dir: string, more: readonly string[]): Promise<CommandResult> {
  const port = String(await freePort());
  const args = ['--comfyui', found.comfyui, '--index', world.index, '--port', port, '--cpu', ...found.init];
  return world.ok(['init', dir, ...args, ...more, '--json']);
}

/** What the newest instance was composed of, as its row in the journal says. */
function composedIn(state: string): Record<string, unknown> {
  const db = new DatabaseSync(join(state, 'ledger.db'), { readOnly: true });
  try {
    const query = "SELECT data FROM journal WHERE kind = 'instance.composed' ORDER BY seq DESC LIMIT 1";
    return JSON.parse(db.prepare(query).get()?.['data'] as string) as Record<string, unknown>;
  } finally {
    db.close();
  }
}

describe.each(layoutCases)('$name', ({ name, layout, manager, isWrittenByUs, make }) => {
  it('is adopted and left, byte-identical, with one start between', async () => {
    const found = make(world, join(world.base, 'layouts', name.replace(/[^a-z]+/g, '-')));
    const dir = home(name);
    const before = bytesOf(found.root);
    const beforeStart = bytesOf(found.root, writtenByComfyui);
    const person = bytesOf(world.person);

    const planned = (await init(found, dir, ['--dry-run'])).json;
    expect(planned).toMatchObject({
      state: 'planned',
      layout: { id: layout },
      found: { python: found.python, manager },
      grade: 'borrowed',
      workflows: ['no-model'],
    });
    expect(bytesOf(world.person)).toEqual(person);
    expect(bytesOf(found.root)).toEqual(before);
    expect(fs.existsSync(dir)).toBe(false);

    const made = (await init(found, dir, ['--yes'])).json;
    expect(made).toMatchObject({ state: 'made', restorePoint: '0000-adopted', grade: 'borrowed' });
    expect(bytesOf(found.root)).toEqual(before);
    expect(fs.readdirSync(join(dir, '.orchestrate')).includes('envs')).toBe(false);

    const { restorePoints } = (await world.ok(['restore', 'list', '--json'], dir)).json as {
      restorePoints: { grade: string; number: number }[];
    };
    expect(restorePoints).toMatchObject([{ number: 0, grade: 'borrowed' }]);

    await world.ok(['service', 'start', '--json'], dir);
    const running = (await world.ok(['service', 'status', '--json'], dir)).json;
    expect(running).toMatchObject({ state: 'healthy', isAlive: true, versions: { pytorch: '2.10.0' } });
    const refused = await world.run(['eject', '--yes', '--json'], dir);
    expect(refused.exitStatus).toBe(3);
    expect(refused.err + refused.out).toContain('orchestrate service stop');
    await world.ok(['service', 'stop', '--json'], dir);
    expect(bytesOf(found.root, writtenByComfyui)).toEqual(beforeStart);

    const left = bytesOf(found.root);
    expect((await world.ok(['eject', '--yes', '--json'], dir)).json).toMatchObject({ state: 'ejected', keeps: [] });
    expect(bytesOf(found.root)).toEqual(left);
    expect(fs.existsSync(dir)).toBe(false);
    expect(Object.keys(bytesOf(world.person))).toEqual(Object.keys(person));
    const label = isWrittenByUs ? `${layout} (fixture written by us, not installed)` : layout;
    table.push(`${name} · ${label} | ${manager} ${textAt(made, 'python')} | borrowed | yes`);
  });
});

describe('a borrowed environment', () => {
  it('is the baseline of a real upgrade, is gone back to, and is not used once pip was there', async () => {
    const [master] = layoutCases;
    if (master === undefined) throw new Error('no such layout');
    const found = master.make(world, join(world.base, 'layouts', 'upgraded'));
    const dir = home('upgraded');
    const workflow = join(found.comfyui, 'smoke', 'padded-card.json');
    await init(found, dir, ['--workflow', workflow, '--yes']);
    const lock = (): string => fs.readFileSync(join(dir, 'requirements.lock'), 'utf8');
    const borrowed = lock();
    expect(borrowed).toContain(`# borrowed: ${found.python}\n`);
    await world.ok(['service', 'start', '--json'], dir);

    const upgraded = (await world.ok(['run', 'upgrade pytorch', '--yes', '--json'], dir)).json;
    expect(upgraded).toMatchObject({
      state: 'done',
      goBack: { name: '0000-adopted', grade: 'borrowed', condition: 'intact' },
    });
    expect(lock()).toMatch(/^torch===2\.11\.0 --hash=sha256:/m);
    const versions = async () =>
      textAt((await world.ok(['service', 'status', '--json'], dir)).json, 'versions', 'pytorch');
    expect(await versions()).toBe('2.11.0');

    const undone = (await world.ok(['undo', '--yes', '--json'], dir)).json;
    expect(undone).toMatchObject({ state: 'done' });
    expect(lock()).toBe(borrowed);
    expect(await versions()).toBe('2.10.0');
    await world.ok(['service', 'stop', '--json'], dir);
    const redone = await world.run(['undo', '--yes', '--json'], dir);
    expect(redone.exitStatus, redone.err).toBe(0);

    // Somebody pips behind everybody's back; the way back to what is not there any more is refused by name.
    pip(found.python, ['install', '--no-index', '--find-links', world.index, 'numpy==1.26.4']);
    const refused = await world.run(['undo', '--yes', '--json'], dir);
    expect(refused.exitStatus).not.toBe(0);
    expect(refused.out).toContain('ENVIRONMENT_DRIFTED');
    expect(refused.out).toContain('numpy 2.1.0 → 1.26.4');
    expect(lock()).toMatch(/^torch===2\.11\.0/m);
  });

  it('is not written into by what runs from it, or that is noticed', async () => {
    const [master] = layoutCases;
    if (master === undefined) throw new Error('no such layout');
    const found = master.make(world, join(world.base, 'layouts', 'written'));
    const pack = join(found.comfyui, 'custom_nodes', 'writer');
    fs.mkdirSync(pack);
    fs.writeFileSync(
      join(pack, '__init__.py'),
      `import os, sysconfig
NODE_CLASS_MAPPINGS = {}
try:
    with open(os.path.join(sysconfig.get_path("purelib"), "planted.py"), "w") as file:
        file.write("planted\\n")
except OSError as error:
    print("not planted:", error)
`,
    );
    const dir = home('written');
    const made = (await init(found, dir, ['--yes'])).json;
    const venv = join(found.comfyui, 'venv');
    const planted = (): readonly string[] => fs.globSync('lib/*/site-packages/planted.py', { cwd: venv });

    // The control: started as people start it, the same pack writes there.
    execFileSync(found.python, ['-B', 'main.py', '--quick-test-for-ci', '--cpu'], {
      cwd: found.comfyui,
      stdio: 'pipe',
    });
    expect(planted()).toHaveLength(1);
    fs.rmSync(join(venv, planted()[0] ?? ''));

    await world.ok(['service', 'start', '--json'], dir);
    const isSealed = composedIn(textAt(made, 'stateFolder'))['seal'] === 'read-only bind';
    await world.ok(['service', 'stop', '--json'], dir);
    expect(planted()).toHaveLength(isSealed ? 0 : 1);
    const again = await world.run(['service', 'start', '--json'], dir);
    expect(again.out.includes('ENVIRONMENT_DRIFTED')).toBe(!isSealed);
  });

  it('is taken from a server that runs, with its flags', async () => {
    const folder = join(world.base, 'layouts', 'running');
    const comfyui = cloneIn(folder);
    const python = copyVenv(world, join(folder, 'elsewhere', 'venv'));
    const port = await freePort();
    const flags = [
      '--port',
      String(port),
      '--cpu',
      '--preview-method',
      'auto',
      '--output-directory',
      join(folder, 'pictures'),
    ];
    const server = spawn('python', ['main.py', ...flags], {
      cwd: comfyui,
      env: { PATH: `${join(folder, 'elsewhere', 'venv', 'bin')}:/usr/bin:/bin`, LC_ALL: 'C.UTF-8' },
      stdio: 'ignore',
    });
    const running = `http://127.0.0.1:${port}`;
    const dir = home('running');
    try {
      const planned = await until('the server to answer', async () => {
        const result = await world.run([
          'init',
          dir,
          '--running',
          running,
          '--index',
          world.index,
          '--dry-run',
          '--json',
        ]);
        return result.exitStatus === 0 ? result.json : undefined;
      });
      expect(planned).toMatchObject({ found: { python, manager: 'venv' }, port });
      await world.ok(['init', dir, '--running', running, '--index', world.index, '--yes', '--json']);
    } finally {
      server.kill('SIGKILL');
    }
    const config = fs.readFileSync(join(dir, 'orchestrate.yaml'), 'utf8');
    expect(config).toMatch(/args:\n\s+- --cpu\n\s+- --preview-method\n\s+- auto\n/);
    expect(config).toContain(`output-folder: ${join(folder, 'pictures')}`);
    const gone = await world.run(['init', home('gone'), '--running', running, '--dry-run', '--json']);
    expect(gone.exitStatus).toBe(4);
    expect(gone.out + gone.err).toContain('SERVICE_NOT_RUNNING');
  });
});

describe('eject', () => {
  it('does not take a file or a commit of the person, and says which', async () => {
    const [master] = layoutCases;
    if (master === undefined) throw new Error('no such layout');
    const found = master.make(world, join(world.base, 'layouts', 'kept'));
    const dir = home('kept');
    await init(found, dir, ['--yes']);
    fs.writeFileSync(join(dir, 'notes.md'), 'mine\n');
    fs.appendFileSync(join(dir, 'CLAUDE.md'), 'mine too\n');
    fs.mkdirSync(join(dir, 'memory'));
    fs.writeFileSync(join(dir, 'memory', 'learned.md'), 'ignored by git, and mine\n');
    const before = bytesOf(dir);
    const refused = await world.run(['eject', '--yes', '--json'], dir);
    expect(refused.exitStatus).toBe(7);
    for (const name of ['notes.md', 'CLAUDE.md', 'memory/learned.md', '--keep-files'])
      expect(refused.out + refused.err).toContain(name);
    expect(bytesOf(dir)).toEqual(before);
    await world.ok(['eject', '--keep-files', '--yes', '--json'], dir);
    expect(fs.readdirSync(dir, { recursive: true }).map(String).toSorted()).toEqual([
      'CLAUDE.md',
      'memory',
      'memory/learned.md',
      'notes.md',
    ]);
  });
});

describe('what is found in a clone with edits', () => {
  it('is taken with its patch, or named with the reason why not', async () => {
    const edited = layoutCases[1];
    if (edited === undefined) throw new Error('no such layout');
    const found = edited.make(world, join(world.base, 'layouts', 'edited-again'));
    const dir = home('edited-again');
    const { json } = await init(found, dir, ['--yes']);
    const text = fs.readFileSync(join(dir, 'components.lock'), 'utf8');
    const edits = Object.fromEntries(parseComponents(text).map(({ path, edits }) => [path, edits?.files ?? 0]));
    expect(edits).toEqual({
      '.': 3,
      'custom_nodes/demo-pack': 1,
      'custom_nodes/linked-pack': 0,
      'custom_nodes/zip-pack': 0,
    });
    expect(textAt(json, 'layout', 'sentence')).toMatch(/^A clone, detached at v0\.3\.64 \([0-9a-f]{7}\)\.$/);
    const notTaken = listAt(json, 'notTaken').map(
      (one) => `${textAt(one, 'path').split('/').at(-1)}: ${textAt(one, 'why')}`,
    );
    expect(notTaken).toEqual([
      'new-way: disabled',
      'dead-link: a link to something that is not there',
      'old-way.disabled: disabled',
    ]);
    expect(JSON.stringify(json?.['notes'])).toContain('taken with ComfyUI: single_file.py');
    const again = await world.run(['init', dir, '--comfyui', found.comfyui, '--yes', '--json']);
    expect(again.exitStatus).toBe(5);
    expect(again.err + again.out).toContain('is an installation already');
    await world.ok(['eject', '--yes', '--json'], dir);
  });
});
