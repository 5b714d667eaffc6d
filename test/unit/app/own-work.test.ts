import { describe, expect, it } from 'vitest';

import { findHome } from '../../../src/app/find-home.ts';
import { open } from '../../../src/app/operations/open.ts';
import { submit } from '../../../src/app/operations/submit.ts';
import { lineText } from '../../../src/faces/cli/line.ts';
import { renderOpen } from '../../../src/faces/cli/render/open.ts';
import { createFakeFiles } from '../../fakes/fake-files.ts';
import { fakeApp } from '../../support/fake-app.ts';
import { sceneLedger } from '../../support/scene-ledger.ts';

const by = { kind: 'person', name: 'anna' } as const;
const options = { previewOnly: false, yes: false, until: null, playbook: null, inputs: {} };
const home = '/home/anna/comfy-home';

/** What is asked of the supervisor for a source as it is typed. */
async function sourceFor(source: string | null): Promise<unknown> {
  const scene = sceneLedger();
  scene.add(
    'run.created',
    { run: 'r1', goal: 'x', kind: 'submit', options, by, request: 1, restore: null },
    { run: 'r1', keys: ['run:r1'] },
  );
  const app = fakeApp(scene, {
    onAsk: () => 'r1',
    installation: {
      home: { findRef: async (ref: string) => (ref === 'refs/heads/docs' ? 'a'.repeat(40) : undefined) },
    },
    outside: {
      files: { info: async (path: string) => (path.endsWith('/wt') || path.endsWith('/docs') ? {} : undefined) },
      host: { userName: 'anna', homeDir: '/home/anna' },
    },
  });
  await submit.run(app, submit.input.parse({ source }));
  const [first] = app.asked as unknown as readonly { data: { asked: { source: unknown } } }[];
  return first?.data.asked.source;
}

describe('submit', () => {
  it.each([
    [null, { kind: 'folder', path: home }],
    ['docs', { kind: 'branch', name: 'docs' }],
    ['./docs', { kind: 'folder', path: `${home}/./docs` }],
    ['wt', { kind: 'folder', path: `${home}/wt` }],
    ['nothing', { kind: 'branch', name: 'nothing' }],
    ['/srv/x', { kind: 'folder', path: '/srv/x' }],
    ['~/x', { kind: 'folder', path: '/home/anna/x' }],
    ['~', { kind: 'folder', path: '/home/anna' }],
  ])('takes %j for what it is', async (text, source) => {
    expect(await sourceFor(text)).toEqual(source);
  });

  it('refuses an empty name, and a title that says nothing', async () => {
    await expect(sourceFor(' ')).rejects.toMatchObject({ code: 'NAME_INVALID' });
    expect(submit.input.safeParse({ title: '\u001B[31m\u202E' }).success).toBe(false);
  });
});

describe('open', () => {
  const scene = sceneLedger();
  const created = {
    goal: 'open ops-maint',
    kind: 'open',
    options,
    by,
    request: 1,
    restore: null,
    tree: 'ops-maint',
  } as const;
  const slot = { slot: 'ops-maint', dir: `${home}/trees/ops-maint`, port: 8191, commit: 'c'.repeat(40) };
  scene.add('run.created', { run: 'r1', ...created }, { run: 'r1', keys: ['run:r1'] });
  scene.add('slot.opened', { run: 'r1', ...slot }, { run: 'r1', keys: ['opened:r1'] });
  scene.add('run.created', { run: 'r2', ...created }, { run: 'r2', keys: ['run:r2'] });

  it('lists which slots people have, with what to type', async () => {
    const output = await open.run(fakeApp(scene), open.input.parse({}));
    expect(renderOpen(output).map((line) => lineText(line, false))).toMatchInlineSnapshot(`
      [
        "ops-maint is yours: /home/anna/comfy-home/trees/ops-maint",
        "port 8191 · at ccccccc · r1",
        "set:  export COMFY_PORT=8191",
        "next: cd /home/anna/comfy-home/trees/ops-maint && orchestrate submit",
        "next: orchestrate open --close r1",
        "r2 waits in line for a slot of ops-maint",
        "next: orchestrate runs show r2",
        "next: orchestrate open --close r2",
      ]
    `);
  });

  it('refuses to open and give back at once, and to give back what nobody has', async () => {
    const app = fakeApp(scene, { installation: { paths: { trees: `${home}/trees` } } });
    const asked = (input: object) => open.run(app, open.input.parse(input));
    await expect(asked({ tree: 'x', close: 'r1' })).rejects.toMatchObject({ code: 'USAGE_BAD_ARGUMENT' });
    await expect(asked({ close: '.' })).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      hints: ['orchestrate open --close r1', 'orchestrate open --close r2'],
    });
  });
});

it('finds the home from inside a slot or a linked work tree of it, which hold an orchestrate.yaml, too', async () => {
  const files = createFakeFiles();
  files.put(`${home}/orchestrate.yaml`, 'id: x\n');
  for (const dir of [`${home}/trees/ops-maint`, '/srv/wt']) {
    files.put(`${dir}/orchestrate.yaml`, 'id: x\n');
    files.put(`${dir}/.git`, `gitdir: ${home}/.git/worktrees/ops-maint\n`);
    files.put(`${dir}/docs/x.md`, 'x\n');
    expect(await findHome(files, `${dir}/docs`)).toBe(home);
  }
  files.put('/srv/other/orchestrate.yaml', 'id: y\n');
  expect(await findHome(files, '/srv/other')).toBe('/srv/other');
});
