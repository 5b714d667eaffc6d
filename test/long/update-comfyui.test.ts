import * as fs from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { expectDone, expectFault } from '../support/fault-steps.ts';
import type { FaultWorld } from '../support/fault-world.ts';
import { textAt } from '../support/program.ts';
import { productionOf, sceneWorld } from '../support/scene-home.ts';
import { publish, tagUpstream, upstreamOf } from '../support/upstream.ts';

let world: FaultWorld;
let repository: string;
let user: string;
let marker: string;

/** The next version of ComfyUI: it says so, leaves a mark when it runs, and moves the user's database on as it starts. */
function nextVersion(): Readonly<Record<string, string>> {
  const source = (path: string): string =>
    fs.readFileSync(new URL(`../../demo/comfyui/${path}`, import.meta.url), 'utf8');
  const migrate = [
    '',
    `open(${JSON.stringify(marker)}, 'a').write('ran\\n')`,
    'import sqlite3 as _sqlite3',
    "_db = _sqlite3.connect(os.path.join(args.user_directory, 'comfyui.db'))",
    "_db.execute('create table if not exists alembic_version (version_num text)')",
    "_db.execute('delete from alembic_version')",
    '_db.execute("insert into alembic_version values (\'0002\')")',
    '_db.commit()',
    '_db.close()',
    '',
  ].join('\n');
  return {
    'comfyui_version.py': source('comfyui_version.py').replace('0.3.64+simulator', '0.10.0'),
    'alembic_db/versions/0002_assets.py': 'revision = "0002"\n',
    'main.py': source('main.py').replace(
      'from comfy.cli_args import args\n',
      `from comfy.cli_args import args\n${migrate}`,
    ),
    'requirements.txt': `${source('requirements.txt').trimEnd()}\nfilelock\n`,
    'notes.txt': 'by the authors\n',
  };
}

beforeAll(async () => {
  world = await sceneWorld();
  // How fast a machine is under its other work is not the question here.
  world.edit('orchestrate.yaml', [['max-slowdown: 1.3', 'max-slowdown: 100']]);
  repository = upstreamOf(join(world.live, 'w'), 'ComfyUI');
  user = join(world.live, 'w/ComfyUI/user');
  marker = join(world.live, 'the-new-code-ran');
  tagUpstream(repository, 'v0.3.64');
  publish(repository, { tag: 'v0.4.0', files: { 'comfyui_version.py': '__version__ = "0.4.0"\n' } });
  publish(repository, { tag: 'v0.10.0', files: nextVersion() });
  publish(repository, { tag: 'v0.11.0-rc1', files: { 'notes.txt': 'not yet\n' } });
  fs.mkdirSync(join(user, 'default/workflows'), { recursive: true });
  fs.writeFileSync(join(user, 'default/comfy.settings.json'), '{"theme":"old"}');
  fs.writeFileSync(join(user, 'default/workflows/portrait.json'), '{"mine":1}');
});
afterAll(() => world.remove());

const schema = (): readonly string[] => {
  const database = new DatabaseSync(join(user, 'comfyui.db'), { readOnly: true });
  try {
    return database
      .prepare("select name from sqlite_master where type = 'table' order by name")
      .all()
      .map((one) => String(one['name']));
  } finally {
    database.close();
  }
};
const running = async (): Promise<unknown> =>
  ((await (await fetch(`http://127.0.0.1:${world.port}/system_stats`)).json()) as { system: Record<string, unknown> })
    .system['comfyui_version'];

describe('update comfyui', () => {
  it('says what there is when a tag does not exist, and when the goal is not the newest', async () => {
    const wrong = await world.run(['run', 'update comfyui', '--target', 'v0.10.O', '--dry-run', '--json']);
    expect(wrong.out + wrong.err).toContain('Did you mean v0.10.0?');
    expectFault(wrong, 'COMPONENT_VERSION_NOT_FOUND', 4);
    expectFault(await world.run(['run', 'update comfyui to v0.3.64', '--dry-run', '--json']), 'NOTHING_TO_DO');
  });

  it('shows the newest release, and runs nothing of it', async () => {
    const { out, exitStatus } = await world.run(['run', 'update comfyui', '--dry-run']);
    expect(exitStatus).toBe(0);
    expect(out).toMatch(/ComfyUI v0\.3\.64 → v0\.10\.0 \([0-9a-f]{7}\), \d+ files changed/);
    expect(out).toContain('was never part of this branch');
    expect(out).not.toContain('0.11');
    expect(fs.existsSync(marker)).toBe(false);
  });

  it('waits for a yes before any of the new code runs, then proves, merges, switches, and keeps the user folder', async () => {
    const before = schema();
    const asked = await world.run(['run', 'update comfyui', '--json']);
    expect({ exit: asked.exitStatus, state: asked.json?.['state'] }, asked.err).toEqual({
      exit: 7,
      state: 'awaitingApproval',
    });
    expect(fs.existsSync(marker)).toBe(false);
    const approved = await world.run(['runs', 'approve', String(asked.json?.['run']), '--json']);
    // Control: from here on the new version is started, and its code runs.
    expect(fs.existsSync(marker), approved.err).toBe(true);
    expect(approved.json?.['state'], JSON.stringify(approved.json?.['fault'])).toBe('reviewing');
    expect(schema(), 'a proof has a user folder of its own').toEqual(before);
    expectDone(await world.run(['review', 'approve', textAt(approved.json, 'change', 'change'), '--json']));
    expect(await running()).toBe('0.10.0');
    expect(schema()).toContain('alembic_version');
    expect(world.rows('user.kept').map(({ data }) => [data['point'], data['left']])).toEqual([[0, []]]);
    const shown = await world.ok(['restore', 'show', '0', '--json']);
    expect(shown.json?.['userFolder']).toMatchObject({ dir: user });
    expect(fs.readFileSync(join(world.home, 'requirements.in'), 'utf8')).toContain('filelock');
    expectFault(await world.run(['run', 'update comfyui', '--dry-run', '--json']), 'NOTHING_TO_DO');
  });

  it('goes back with the database and settings of then, and with the workflows of now', async () => {
    fs.writeFileSync(join(user, 'default/comfy.settings.json'), '{"theme":"new"}');
    fs.writeFileSync(join(user, 'default/workflows/portrait.json'), '{"mine":2}');
    fs.writeFileSync(join(user, 'default/workflows/saved-since.json'), '{"mine":3}');
    const plan = await world.run(['undo', '--dry-run']);
    expect(plan.out).toContain('database and settings come back as it left them, workflows stay as they are');
    expectDone(await world.run(['undo', '--yes', '--json']));
    expect(await running()).toBe('0.3.64+simulator');
    expect(schema()).not.toContain('alembic_version');
    const read = (path: string): string => fs.readFileSync(join(user, path), 'utf8');
    expect(read('default/comfy.settings.json')).toBe('{"theme":"old"}');
    expect(read('default/workflows/portrait.json')).toBe('{"mine":2}');
    expect(read('default/workflows/saved-since.json')).toBe('{"mine":3}');
    // What was there before the undo is kept as well, and comes back with a redo.
    expect(world.rows('user.kept')).toHaveLength(2);
    expectDone(await world.run(['undo', '--yes', '--json']));
    expect(schema()).toContain('alembic_version');
    expect(read('default/comfy.settings.json')).toBe('{"theme":"new"}');
    expect(productionOf(world)).not.toBeNull();
  });

  it('says so when the source is gone, and touches nothing', async () => {
    fs.renameSync(repository, `${repository}-away`);
    const branch = world.git(['rev-parse', 'refs/heads/main']);
    expectFault(await world.run(['run', 'update comfyui', '--json']), 'COMPONENT_SOURCE_UNREACHABLE', 6);
    expect(world.git(['rev-parse', 'refs/heads/main'])).toBe(branch);
  });
});
