import { describe, expect, it } from 'vitest';

import { serveInstall } from '../../../src/app/operations/serve-install.ts';
import { serveUninstall } from '../../../src/app/operations/serve-uninstall.ts';
import { createFakeFiles } from '../../fakes/fake-files.ts';
import { host } from '../../fakes/fake-world.ts';
import { fakeApp } from '../../support/fake-app.ts';
import { installedScene } from '../../support/journal-scene.ts';

function place(facts: object = {}) {
  const files = createFakeFiles();
  const app = fakeApp(installedScene(), { outside: { files, host: { ...host, ...facts } } });
  return { app, files };
}

const keep = { dryRun: false };
const yes = { dryRun: false, yes: true };

describe('serve install', () => {
  it('writes nothing in a dry run, then the file, and then finds it as it is', async () => {
    const { app, files } = place();
    const planned = await serveInstall.run(app, { dryRun: true });
    expect(planned).toMatchObject({ state: 'planned' });
    expect(planned.path).toMatch(/^\/home\/anna\/\.config\/systemd\/user\/orchestrate-[^/]+\.service$/);
    expect(await files.readText(planned.path)).toBeUndefined();
    expect(await serveInstall.run(app, keep)).toMatchObject({ state: 'written' });
    expect(await files.readText(planned.path)).toBe(planned.text);
    expect(planned.text).toContain('"/app/bin/orchestrate.cjs" "serve" "--home"');
    expect(await serveInstall.run(app, keep)).toMatchObject({ state: 'same' });
  });

  it('replaces its own file of another time, and touches nobody else’s', async () => {
    const { app, files } = place();
    const { path, text } = await serveInstall.run(app, keep);
    await files.writeAtomic(path, text.replace('RestartSec=2', 'RestartSec=1'));
    expect(await serveInstall.run(app, keep)).toMatchObject({ state: 'replaced' });
    await files.writeAtomic(path, '[Service]\nExecStart=/usr/bin/mine\n');
    await expect(serveInstall.run(app, keep)).rejects.toMatchObject({ code: 'DAEMON_FILE_TAKEN' });
    await expect(serveUninstall.run(app, yes)).rejects.toMatchObject({ code: 'DAEMON_FILE_TAKEN' });
    expect(await files.readText(path)).toContain('/usr/bin/mine');
  });

  it('is a launchd agent on a Mac, and nothing elsewhere', async () => {
    const { app } = place({ platform: 'darwin' });
    const { path, text } = await serveInstall.run(app, { dryRun: true });
    expect(path).toMatch(/^\/home\/anna\/Library\/LaunchAgents\/orchestrate\.[^/]+\.plist$/);
    expect(text).toContain('<key>KeepAlive</key>');
    const other = place({ platform: 'win32' });
    await expect(serveInstall.run(other.app, keep)).rejects.toMatchObject({ code: 'DAEMON_UNSUPPORTED' });
  });

  it('is not for programs that orchestrate started', async () => {
    const { app, files } = place({ startedBy: '4f9c/r1.build#1' });
    await expect(serveInstall.run(app, keep)).rejects.toMatchObject({ code: 'REVIEW_SELF' });
    expect(await files.list('/home/anna/.config/systemd/user')).toEqual([]);
  });
});

describe('serve uninstall', () => {
  it('asks first, and takes away its own file', async () => {
    const { app, files } = place();
    const { path } = await serveInstall.run(app, keep);
    expect(await serveUninstall.run(app, { dryRun: false, yes: false })).toMatchObject({ state: 'planned' });
    expect(await files.readText(path)).toBeDefined();
    expect(await serveUninstall.run(app, yes)).toMatchObject({ state: 'removed' });
    expect(await files.readText(path)).toBeUndefined();
    expect(await serveUninstall.run(app, yes)).toMatchObject({ state: 'none' });
  });
});
