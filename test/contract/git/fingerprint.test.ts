import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, it } from 'vitest';

import { compareFingerprints } from '../../../src/domain/changes/fingerprint.ts';
import { git, openWorkshop } from './support.ts';

describe('the fingerprint of home', () => {
  it('does not move when a person sets their name or a remote', async () => {
    const { home, homeDir } = await openWorkshop();
    const before = await home.fingerprint([]);
    git(homeDir, 'config', 'user.name', 'Somebody Else');
    git(homeDir, 'config', 'remote.origin.url', '/srv/git/home.git');
    git(homeDir, 'config', 'branch.main.remote', 'origin');
    expect(compareFingerprints(before.items, (await home.fingerprint([])).items)).toEqual([]);
  });

  it('names each key that decides what git runs', async () => {
    const { home, homeDir } = await openWorkshop();
    const before = await home.fingerprint([]);
    git(homeDir, 'config', 'core.fsmonitor', '/tmp/x');
    git(homeDir, 'config', 'remote.origin.url', 'ext::sh -c x');
    expect(compareFingerprints(before.items, (await home.fingerprint([])).items)).toEqual([
      { item: 'config:core.fsmonitor', kind: 'added' },
      { item: 'config:remote.origin.url', kind: 'added' },
    ]);
    const middle = await home.fingerprint([]);
    git(homeDir, 'config', 'core.fsmonitor', '/tmp/y');
    expect(compareFingerprints(middle.items, (await home.fingerprint([])).items)).toEqual([
      { item: 'config:core.fsmonitor', kind: 'changed' },
    ]);
  });

  it('tells a configuration that is no plain file', async () => {
    const { home, homeDir } = await openWorkshop();
    const config = path.join(homeDir, '.git/config');
    fs.renameSync(config, `${config}.kept`);
    fs.symlinkSync(`${config}.kept`, config);
    expect((await home.fingerprint([])).items['config']).toMatch(/^link to /);
  });
});
