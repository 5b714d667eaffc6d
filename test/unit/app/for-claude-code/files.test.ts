import { expect, it } from 'vitest';

import type { App } from '../../../../src/app/app.ts';
import { planServers, planSettings } from '../../../../src/app/for-claude-code/claude-files.ts';
import { writeFiles } from '../../../../src/app/for-claude-code/plan-file.ts';
import { createFakeFiles } from '../../../fakes/fake-files.ts';

const dir = '/home/anna/comfy-home';
const settings = `${dir}/.claude/settings.json`;

function scene(texts: Readonly<Record<string, string>> = {}) {
  const files = createFakeFiles();
  for (const [path, text] of Object.entries(texts)) files.put(path, text);
  const app = {
    outside: { files, host: { searchPath: ['/usr/bin'] } },
    ownCommand: ['/usr/bin/node', '/opt/our tools/orchestrate.cjs'],
  } as unknown as App;
  return { files, app };
}

it('keeps what the person has, puts ours beside it, and says on a repeat that it is there', async () => {
  const theirs = { type: 'command', command: 'echo mine' };
  const { files, app } = scene({
    [settings]: JSON.stringify({ model: 'opus', hooks: { PreToolUse: [{ matcher: 'Bash', hooks: [theirs] }] } }),
  });
  const first = await planSettings(app, dir);
  expect(first.state).toBe('changed');
  await writeFiles(files, [first]);
  const written = JSON.parse((await files.readText(settings)) ?? '');
  expect(written.model).toBe('opus');
  expect(written.hooks.PreToolUse[0]).toEqual({ matcher: 'Bash', hooks: [theirs] });
  expect(written.hooks.PreToolUse.at(-1).hooks[0].command).toBe(
    "/usr/bin/node '/opt/our tools/orchestrate.cjs' hooks pre-command --event -",
  );
  expect((await planSettings(app, dir)).state).toBe('same');
});

it('replaces ours of an earlier time, wherever the program lay', async () => {
  const old = { type: 'command', command: 'orchestrate hooks pre-edit --event -' };
  const { app } = scene({ [settings]: JSON.stringify({ hooks: { PreToolUse: [{ matcher: 'Edit', hooks: [old] }] } }) });
  const { text } = await planSettings(app, dir);
  expect(text.match(/hooks pre-edit --event -/g)).toHaveLength(1);
});

it('calls the program by its word where the search path has it', async () => {
  const { app } = scene({ '/usr/bin/orchestrate': '' });
  expect((await planSettings(app, dir)).text).toContain('"orchestrate hooks session-start --event -"');
});

it.each([
  ['{"hooks": [', 'is no JSON'],
  ['[]', 'is no JSON object'],
  ['{"hooks": "all"}', 'says something else where ours belongs'],
])('leaves a file as it is that holds %s', async (text, why) => {
  const { app } = scene({ [settings]: text });
  await expect(planSettings(app, dir)).rejects.toMatchObject({
    code: 'DEFINITION_INVALID',
    message: expect.stringContaining(why) as string,
    state: 'Nothing was written.',
  });
});

it('puts our server beside those of the person', async () => {
  const { app } = scene({ [`${dir}/.mcp.json`]: '{"mcpServers": {"theirs": {"command": "x"}}}' });
  expect(JSON.parse((await planServers(app, dir)).text)).toEqual({
    mcpServers: {
      theirs: { command: 'x' },
      orchestrate: { type: 'stdio', command: '/usr/bin/node', args: ['/opt/our tools/orchestrate.cjs', 'mcp'] },
    },
  });
});
