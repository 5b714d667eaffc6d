import { describe, expect, it } from 'vitest';

import { setUpClaudeCode } from '../../../../src/app/for-claude-code/set-up.ts';
import { createFakeFiles } from '../../../fakes/fake-files.ts';
import { fakeApp } from '../../../support/fake-app.ts';
import { installedScene } from '../../../support/journal-scene.ts';

const home = '/home/anna/comfy-home';

async function place(startedBy: string | null = null) {
  const files = createFakeFiles();
  await files.ensureDir(home);
  await files.ensureDir('/home/anna/else');
  const host = { userName: 'anna', startedBy, searchPath: [], version: '0.1.0' };
  return { files, app: fakeApp(installedScene(), { outside: { files, host } }) };
}

describe('init --for claude-code', () => {
  it('shows first, keeps what is there, and a repeat changes nothing', async () => {
    const { app, files } = await place();
    const theirs = { mcpServers: { mine: { command: 'mine' } }, other: 1 };
    await files.writeAtomic(`${home}/.mcp.json`, JSON.stringify(theirs));
    const planned = await setUpClaudeCode(app, { dir: null, isPlan: true });
    expect(planned).toMatchObject({ state: 'planned', files: [{ state: 'changed' }, { state: 'new' }] });
    expect(await files.readText(`${home}/.claude/settings.json`)).toBeUndefined();
    expect(await setUpClaudeCode(app, { dir: null, isPlan: false })).toMatchObject({ state: 'written' });
    const servers = JSON.parse((await files.readText(`${home}/.mcp.json`)) ?? '') as object;
    expect(servers).toMatchObject({ ...theirs, mcpServers: { ...theirs.mcpServers, orchestrate: { type: 'stdio' } } });
    expect(await files.readText(`${home}/.claude/settings.json`)).toContain('hooks pre-edit --event -');
    expect(await setUpClaudeCode(app, { dir: null, isPlan: false })).toMatchObject({ state: 'same' });
  });

  it('writes nothing outside of home, for a program, or over what it cannot read', async () => {
    const { app, files } = await place();
    for (const dir of ['/home/anna/else', '/home/anna/comfy-home-2', '/none'])
      await expect(setUpClaudeCode(app, { dir, isPlan: false })).rejects.toMatchObject({ code: 'USAGE_BAD_ARGUMENT' });
    const program = await place('mcp');
    await expect(setUpClaudeCode(program.app, { dir: null, isPlan: false })).rejects.toMatchObject({
      code: 'REVIEW_SELF',
    });
    await files.writeAtomic(`${home}/.mcp.json`, '{"mcpServers": []}');
    await expect(setUpClaudeCode(app, { dir: null, isPlan: false })).rejects.toMatchObject({
      code: 'DEFINITION_INVALID',
    });
    expect(await files.readText(`${home}/.claude/settings.json`)).toBeUndefined();
  });
});
