import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { agentsCheck } from '../../../src/app/operations/agents-check.ts';
import { agentsList } from '../../../src/app/operations/agents-list.ts';
import { agentsNew } from '../../../src/app/operations/agents-new.ts';
import { agentsShow } from '../../../src/app/operations/agents-show.ts';
import { playbooksCheck } from '../../../src/app/operations/playbooks-check.ts';
import { playbooksList } from '../../../src/app/operations/playbooks-list.ts';
import { playbooksNew } from '../../../src/app/operations/playbooks-new.ts';
import { playbooksShow } from '../../../src/app/operations/playbooks-show.ts';
import { schema } from '../../../src/app/operations/schema.ts';
import { treesCheck } from '../../../src/app/operations/trees-check.ts';
import { treesNew } from '../../../src/app/operations/trees-new.ts';
import { readDefinitions } from '../../../src/app/read-definitions.ts';
import { Fault } from '../../../src/base/fault.ts';
import { createFakeFiles, type FakeFiles } from '../../fakes/fake-files.ts';
import { type FakeApp, fakeApp } from '../../support/fake-app.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const home = '/home/anna/comfy-home';

/** An installation whose files are in memory, beside the built-in ones as they are shipped. */
function place(more: Readonly<Record<string, string>> = {}): { app: FakeApp; files: FakeFiles } {
  const files = createFakeFiles();
  for (const path of globSync(['agents/*', 'trees/*', 'playbooks/*'], { cwd: root }))
    files.put(`/app/${path}`, readFileSync(root + path, 'utf8'));
  files.put(`${home}/orchestrate.yaml`, 'id: abc\nname: comfy-home\nservice: { mode: none }\n');
  for (const [path, text] of Object.entries(more)) files.put(`${home}/${path}`, text);
  return { app: fakeApp(null, { outside: { files } }), files };
}

const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Fault) return error;
  throw new Error(`no Fault was thrown: ${String(error)}`);
};
const blank = { from: null, override: false, tree: null, title: null, description: null, tools: [] };
const brokenAgent = '---\nname: mine\ntols: Read\ntime-limit: long\n---\nLook.\n';

describe('check', () => {
  it.each([agentsCheck, treesCheck, playbooksCheck])('finds nothing wrong in what is shipped', async (check) => {
    const { files } = await check.run(place().app, { file: null });
    expect(files.length).toBeGreaterThan(2);
    expect(files.join()).not.toContain('README');
  });

  it('tells everything of its kind at once, and not what is of another', async () => {
    const { app } = place({ 'agents/mine.md': brokenAgent, 'trees/new.yaml': 'id: new\n' });
    const fault = await faultOf(agentsCheck.run(app, { file: null }));
    expect(fault.data?.['problems']).toMatchObject([
      { message: 'There is no field tols. Did you mean tools?', at: { file: 'agents/mine.md', line: 3, column: 1 } },
      { message: expect.stringMatching(/^time-limit has to be/), at: { file: 'agents/mine.md', line: 4, column: 13 } },
    ]);
    expect(fault.state).toBe('Nothing was changed.');
  });

  it('checks a file that lies elsewhere as if it were here', async () => {
    const { app, files } = place();
    files.put('/tmp/mine.md', '---\nname: mine\ntree: env-setpu\n---\nLook.\n');
    const fault = await faultOf(agentsCheck.run(app, { file: '/tmp/mine.md' }));
    expect(fault).toMatchObject({
      message: 'There is no tree env-setpu. Did you mean env-setup?',
      at: { file: '/tmp/mine.md', line: 3, column: 7 },
      hints: ['Write env-setup in its place.', 'orchestrate agents check /tmp/mine.md'],
    });
  });
});

describe('every command that reads definitions', () => {
  const options = { builtInDir: '/app', home, template: 'comfyui' } as const;

  it('tells what is wrong in all of them at once', async () => {
    const { files } = place({ 'agents/mine.md': brokenAgent, 'trees/new.yaml': 'id: new\n' });
    const fault = await faultOf(readDefinitions(files, options));
    const problems = fault.data?.['problems'] as readonly { at: { file: string } }[];
    expect(new Set(problems.map(({ at }) => at.file))).toEqual(new Set(['agents/mine.md', 'trees/new.yaml']));
  });

  it('checks files again only when one of them is another one', async () => {
    const { files } = place();
    const before = await readDefinitions(files, options);
    expect(await readDefinitions(files, options)).toBe(before);
    files.put(`${home}/agents/mine.md`, brokenAgent);
    for (const _ of [1, 2]) expect((await faultOf(readDefinitions(files, options))).code).toBe('DEFINITION_INVALID');
    files.put(`${home}/agents/mine.md`, '---\nname: mine\ntree: env-setup\n---\nLook.\n');
    expect((await readDefinitions(files, options)).agents.size).toBe(before.agents.size + 1);
  });

  it('does not read a link or 50 MB, and passes over what editors leave', async () => {
    const { files } = place({ 'agents/.mine.md.swp': '\0', 'agents/mine.md~': 'x', 'agents/#mine.md#': 'x' });
    await readDefinitions(files, options);
    await files.link(`${home}/agents/link.md`, '/dev/zero');
    files.put(`${home}/agents/large.md`, 'x'.repeat(2 * 1024 * 1024));
    const read: string[] = [];
    const watched = { ...files, readText: (path: string) => (read.push(path), files.readText(path)) };
    const fault = await faultOf(readDefinitions(watched, options));
    expect(fault.data?.['problems']).toMatchObject([
      { message: 'The file has 2097152 bytes: 1 MiB are the most that is read.', at: { file: 'agents/large.md' } },
      { message: 'This is a link: it is not followed.', at: { file: 'agents/link.md' } },
    ]);
    expect(read.filter((path) => /large|link|mine/.test(path))).toEqual([]);
  });
});

describe('list and show', () => {
  it('go on beside a file that is broken, and count what is wrong', async () => {
    const { app } = place({ 'agents/mine.md': brokenAgent });
    const { agents, nBroken } = await agentsList.run(app, {});
    expect([agents.length, nBroken]).toEqual([12, 2]);
    expect((await playbooksList.run(app, {})).nBroken).toBe(0);
  });

  it('show an agent with the steps it does, and what no runner uses', async () => {
    expect(await agentsShow.run(place().app, { id: 'repair-technician' })).toMatchObject({
      tree: 'ops-maint',
      steps: expect.arrayContaining(['write-runbook/write']),
    });
    expect((await agentsShow.run(place().app, { id: 'log-analyst' })).notUsed).toEqual(['Read', 'Grep', 'Glob']);
  });

  it('tell what is wrong in the file that was asked for', async () => {
    const { app } = place({ 'agents/mine.md': brokenAgent });
    expect((await faultOf(agentsShow.run(app, { id: 'mine' }))).at?.file).toBe('agents/mine.md');
  });

  it('guess what was meant', async () => {
    expect(await faultOf(playbooksShow.run(place().app, { id: 'upgrade-pytroch' }))).toMatchObject({
      code: 'PLAYBOOK_NOT_FOUND',
      message: 'There is no playbook "upgrade-pytroch". Did you mean upgrade-pytorch?',
    });
  });
});

describe('new', () => {
  it('writes files in which nothing is wrong', async () => {
    const { app } = place();
    await agentsNew.run(app, { ...blank, id: 'style-keeper', tools: ['files.write'] });
    await treesNew.run(app, { id: 'styles', override: false, title: null });
    await playbooksNew.run(app, { id: 'tidy-styles', override: false, tree: 'styles', title: null });
    const found = [];
    for (const check of [agentsCheck, treesCheck, playbooksCheck])
      found.push(...(await check.run(app, { file: null })).files.filter((file) => !file.startsWith('built-in:')));
    expect(found).toEqual(['agents/style-keeper.md', 'trees/styles.yaml', 'playbooks/tidy-styles.yaml']);
  });

  it('names a schema that lies where the file looks for it', async () => {
    const { app, files } = place();
    const { file } = await treesNew.run(app, { id: 'styles', override: false, title: null });
    const [, path = ''] = /\$schema=\.\.\/(\S+)/.exec((await files.readText(`${home}/${file}`)) ?? '') ?? [];
    expect(JSON.parse((await files.readText(`${home}/${path}`)) ?? '')).toEqual(
      (await schema.run(app, { kind: 'tree' })).schema,
    );
  });

  it("brings somebody's subagent, and says what no runner here uses", async () => {
    const { app, files } = place();
    files.put('/tmp/rev.md', '---\nname: Rev\ndescription: a: b\ntools: Read\nhooks: {}\n---\nYou review.\n');
    const made = await agentsNew.run(app, { ...blank, id: 'rev', from: '/tmp/rev.md', tree: 'ops-maint' });
    expect(made).toMatchObject({ file: 'agents/rev.md', notUsed: ['Read', 'hooks:'] });
    expect((await agentsShow.run(app, { id: 'rev' })).description).toBe('a: b');
  });

  it("writes nothing when somebody's file is wrong, and points into it", async () => {
    const { app, files } = place();
    files.put('/tmp/rev.md', '---\nname: rev\ncategory: x\n---\nYou review.\n');
    const fault = await faultOf(agentsNew.run(app, { ...blank, id: 'rev', from: '/tmp/rev.md' }));
    expect(fault).toMatchObject({ at: { file: '/tmp/rev.md', line: 3, column: 1 }, state: 'Nothing was written.' });
    expect(await files.list(`${home}/agents`)).toEqual([]);
  });

  it('never replaces a file', async () => {
    const { app, files } = place({ 'agents/mine.md': '---\nname: mine\n---\nMine.\n' });
    const fault = await faultOf(agentsNew.run(app, { ...blank, id: 'mine', override: true }));
    expect(fault.code).toBe('DEFINITION_EXISTS');
    expect(await files.readText(`${home}/agents/mine.md`)).toBe('---\nname: mine\n---\nMine.\n');
  });

  it('takes the place of a built-in one only when it is asked to, and begins with its text', async () => {
    const { app, files } = place();
    expect((await faultOf(agentsNew.run(app, { ...blank, id: 'log-analyst' }))).code).toBe('DEFINITION_EXISTS');
    await agentsNew.run(app, { ...blank, id: 'log-analyst', override: true });
    expect(await files.readText(`${home}/agents/log-analyst.md`)).toBe(
      readFileSync(`${root}agents/log-analyst.md`, 'utf8'),
    );
    expect((await agentsShow.run(app, { id: 'log-analyst' })).file).toBe('agents/log-analyst.md');
  });
});
