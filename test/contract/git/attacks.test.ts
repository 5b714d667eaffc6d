import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, test } from 'vitest';

import { compareFingerprints } from '../../../src/adapters/git/home-fingerprint.ts';
import type { CommitId } from '../../../src/base/ids.ts';
import { git, limits, openWorkshop, plantProgram, takeMarker, tryGit, write, type Workshop } from './support.ts';

interface Trap {
  readonly shop: Workshop;
  /** Folder of the slot, prepared. */
  readonly dir: string;
  readonly marker: string;
  readonly program: string;
}

async function setTrap(): Promise<Trap> {
  const shop = await openWorkshop();
  await shop.prepare(shop.base);
  const marker = path.join(shop.dir, 'marker');
  return { shop, dir: shop.slot().dir, marker, program: plantProgram(shop.dir, marker) };
}

/** Everything that is ever done with a slot and home, ending in a merge; returns the merge commit. */
async function wholeChange({ shop, dir }: Trap): Promise<CommitId> {
  write(dir, { 'requirements.lock': 'torch==2.11.0\n' });
  const { store, home, base } = shop;
  await home.inspect();
  await home.fingerprint([shop.slot()]);
  const tree = await shop.take();
  const before = await store.treeOf(base);
  await store.differences(before, tree);
  expect(await store.patch(before, tree)).toContain('+torch==2.11.0');
  const mine = await shop.commit(tree, [base]);
  const other = await shop.commit(await store.editTree(before, new Map([['ops/alerts.yaml', 'other\n']])), [base]);
  expect(await store.merge({ base, ours: other, theirs: mine })).toMatchObject({ kind: 'clean' });
  await home.dirtyPaths(base);
  await home.comparePaths(before, tree);
  const { commit, applied } = await shop.merge(tree, base, 1);
  expect(applied.written).toContain('requirements.lock');
  await shop.prepare(commit);
  await home.listSlots();
  await store.verify();
  await store.exportTree(tree, path.join(shop.dir, 'exported'));
  expect(fs.readFileSync(path.join(shop.homeDir, 'requirements.lock'), 'utf8')).toBe('torch==2.11.0\n');
  return commit;
}

/** Each plants a program; `control` is a plain git that must run it, or the case would prove nothing. */
const planted: readonly {
  readonly name: string;
  readonly plant: (trap: Trap) => void;
  readonly control: (trap: Trap) => void;
  /** What the fingerprint must name, unless the plant lies in ordinary files. */
  readonly tells?: string;
}[] = [
  {
    name: 'A01 core.fsmonitor in the shared configuration',
    tells: 'config',
    plant: ({ dir, program }) => void git(dir, 'config', 'core.fsmonitor', program),
    control: ({ dir }) => void tryGit(dir, ['status']),
  },
  {
    name: 'A02 hooks of every kind',
    tells: 'hooks/reference-transaction',
    plant: ({ shop, program }) => {
      for (const hook of [
        'pre-commit',
        'prepare-commit-msg',
        'commit-msg',
        'post-commit',
        'post-checkout',
        'pre-merge-commit',
        'post-merge',
        'pre-push',
        'post-rewrite',
        'reference-transaction',
        'post-index-change',
        'pre-auto-gc',
        'update',
      ]) {
        write(shop.homeDir, { [`.git/hooks/${hook}`]: `#!/bin/sh\nexec ${program}\n` });
        fs.chmodSync(path.join(shop.homeDir, '.git/hooks', hook), 0o755);
      }
    },
    control: ({ dir }) => void tryGit(dir, ['update-ref', 'refs/heads/control', 'HEAD']),
  },
  {
    name: 'A03 core.hooksPath into the work tree',
    tells: 'config',
    plant: ({ dir, program }) => {
      write(dir, { 'my-hooks/reference-transaction': `#!/bin/sh\nexec ${program}\n` });
      fs.chmodSync(path.join(dir, 'my-hooks/reference-transaction'), 0o755);
      git(dir, 'config', 'core.hooksPath', path.join(dir, 'my-hooks'));
    },
    control: ({ dir }) => void tryGit(dir, ['update-ref', 'refs/heads/control', 'HEAD']),
  },
  {
    name: 'A04 a clean and smudge filter in .gitattributes',
    tells: 'config',
    plant: ({ dir, program }) => {
      git(dir, 'config', 'filter.evil.clean', program);
      git(dir, 'config', 'filter.evil.smudge', program);
      git(dir, 'config', 'filter.evil.required', 'true');
      write(dir, { '.gitattributes': '* filter=evil\n' });
    },
    control: ({ dir }) => void tryGit(dir, ['add', '--renormalize', '.']),
  },
  {
    name: 'A04 a process filter in info/attributes',
    tells: 'info/attributes',
    plant: ({ shop, dir, program }) => {
      git(dir, 'config', 'filter.evil.process', program);
      write(shop.homeDir, { '.git/info/attributes': '* filter=evil\n' });
    },
    control: ({ dir }) => (
      fs.appendFileSync(path.join(dir, 'orchestrate.yaml'), 'x\n'),
      void tryGit(dir, ['add', 'orchestrate.yaml'])
    ),
  },
  {
    name: 'A05 a merge driver',
    tells: 'config',
    plant: ({ dir, program }) => {
      git(dir, 'config', 'merge.evil.driver', `${program} %A`);
      write(dir, { '.gitattributes': '* merge=evil\n' });
    },
    control: ({ dir, shop }) => {
      const there = path.join(shop.dir, 'control');
      tryGit(dir, ['worktree', 'add', '--quiet', '-b', 'control', there]);
      write(there, { '.gitattributes': '* merge=evil\n', 'requirements.lock': 'a\n' });
      tryGit(there, ['add', '--all']);
      tryGit(there, ['commit', '--quiet', '-m', 'a']);
      tryGit(there, ['checkout', '--quiet', '-b', 'control2', 'HEAD^']);
      write(there, { '.gitattributes': '* merge=evil\n', 'requirements.lock': 'b\n' });
      tryGit(there, ['add', '--all']);
      tryGit(there, ['commit', '--quiet', '-m', 'b']);
      tryGit(there, ['merge', '-m', 'm', 'control']);
      tryGit(dir, ['worktree', 'remove', '--force', there]);
    },
  },
  {
    name: 'A06 diff.external',
    tells: 'config',
    plant: ({ dir, program }) => void git(dir, 'config', 'diff.external', program),
    control: ({ dir }) => (fs.appendFileSync(path.join(dir, 'orchestrate.yaml'), 'x\n'), void tryGit(dir, ['diff'])),
  },
  {
    name: 'A06 a diff command by attribute',
    tells: 'config',
    plant: ({ dir, program }) => (
      git(dir, 'config', 'diff.evil.command', program),
      write(dir, { '.gitattributes': '* diff=evil\n' })
    ),
    control: ({ dir }) => (fs.appendFileSync(path.join(dir, 'orchestrate.yaml'), 'x\n'), void tryGit(dir, ['diff'])),
  },
  {
    name: 'A07 a textconv',
    tells: 'config',
    plant: ({ dir, program }) => (
      git(dir, 'config', 'diff.evil.textconv', program),
      write(dir, { '.gitattributes': '* diff=evil\n' })
    ),
    control: ({ dir }) => (fs.appendFileSync(path.join(dir, 'orchestrate.yaml'), 'x\n'), void tryGit(dir, ['diff'])),
  },
  {
    name: 'A08 signing and showing signatures',
    tells: 'config',
    plant: ({ dir, program }) => {
      for (const [key, value] of [
        ['commit.gpgSign', 'true'],
        ['tag.gpgSign', 'true'],
        ['log.showSignature', 'true'],
        ['gpg.program', program],
      ] as const)
        git(dir, 'config', key, value);
    },
    control: ({ dir }) => void tryGit(dir, ['commit-tree', '-S', '-m', 'x', 'HEAD^{tree}']),
  },
  {
    name: 'A09 upload-pack, ssh and ext transports',
    tells: 'config',
    plant: ({ dir, marker, shop }) => {
      // Unlike the others it must not wait for what git says to it.
      const program = path.join(shop.dir, 'transport.sh');
      fs.writeFileSync(program, `#!/bin/sh\necho ran >> '${marker}'\n`, { mode: 0o755 });
      for (const [key, value] of [
        ['remote.origin.url', shop.homeDir],
        ['remote.origin.uploadpack', program],
        ['core.sshCommand', program],
        ['core.gitProxy', program],
        ['protocol.ext.allow', 'always'],
      ] as const)
        git(dir, 'config', key, value);
    },
    control: ({ dir }) => void tryGit(dir, ['fetch', 'origin']),
  },
  {
    name: 'A17 config.worktree',
    tells: 'worktrees/env-setup/config.worktree',
    plant: ({ shop, dir, program }) => {
      git(dir, 'config', 'extensions.worktreeConfig', 'true');
      write(shop.homeDir, { '.git/worktrees/env-setup/config.worktree': `[core]\n\tfsmonitor = ${program}\n` });
    },
    control: ({ dir }) => void tryGit(dir, ['status']),
  },
  {
    name: 'an include of a file elsewhere',
    tells: 'config',
    plant: ({ shop, dir, program }) => (
      write(shop.dir, { 'evil.config': `[core]\n\tfsmonitor = ${program}\n` }),
      void git(dir, 'config', 'include.path', path.join(shop.dir, 'evil.config'))
    ),
    control: ({ dir }) => void tryGit(dir, ['status']),
  },
  {
    name: 'an alias, a pager and an editor',
    tells: 'config',
    plant: ({ dir, program }) => {
      for (const key of ['core.pager', 'core.editor', 'sequence.editor', 'pager.diff-tree'])
        git(dir, 'config', key, program);
      git(dir, 'config', 'alias.update-ref', `!${program}`);
      git(dir, 'config', 'alias.zz', `!${program}`);
    },
    control: ({ dir }) => void tryGit(dir, ['zz']),
  },
];

describe('a planted program', () => {
  test.each(planted)('$name', async ({ plant, control, tells }) => {
    const trap = await setTrap();
    const before = await trap.shop.home.fingerprint([trap.shop.slot()]);
    plant(trap);
    control(trap);
    expect(takeMarker(trap.marker), 'the positive control: plain git runs it').toBe(true);
    const moved = compareFingerprints(before, await trap.shop.home.fingerprint([trap.shop.slot()]));
    // Of a configuration each key that runs something is told by itself.
    expect(tells === undefined || moved.some(({ item }) => item === tells || item.startsWith(`${tells}:`))).toBe(true);
    takeMarker(trap.marker);

    const commit = await wholeChange(trap);
    expect(takeMarker(trap.marker), 'through the door nothing runs').toBe(false);
    expect((await trap.shop.store.commitFacts(commit)).parents).toEqual([trap.shop.base]);
    // What is stored is what is on disk: no filter had a say.
    const tree = await trap.shop.store.treeOf(commit);
    for (const file of await trap.shop.store.list(tree)) {
      if (file.mode === '120000') continue;
      expect((await trap.shop.store.readBlob(file.blob)).toString()).toBe(
        fs.readFileSync(path.join(trap.dir, file.path), 'utf8'),
      );
    }
  });

  test('A06 GIT_EXTERNAL_DIFF, GIT_SSH and friends in our own environment are not passed on', async () => {
    const trap = await setTrap();
    const names = ['GIT_EXTERNAL_DIFF', 'GIT_PAGER', 'GIT_SSH_COMMAND', 'GIT_EDITOR', 'GIT_PROXY_COMMAND'];
    const counted = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.fsmonitor', GIT_CONFIG_VALUE_0: trap.program };
    fs.appendFileSync(path.join(trap.dir, 'orchestrate.yaml'), 'x\n');
    tryGit(trap.dir, ['diff'], { GIT_EXTERNAL_DIFF: trap.program, ...counted });
    expect(takeMarker(trap.marker)).toBe(true);
    const saved = { ...process.env };
    try {
      for (const name of names) process.env[name] = trap.program;
      Object.assign(process.env, counted);
      await wholeChange(trap);
    } finally {
      for (const name of [...names, ...Object.keys(counted)]) {
        if (saved[name] === undefined) delete process.env[name];
        else process.env[name] = saved[name];
      }
    }
    expect(takeMarker(trap.marker)).toBe(false);
  });

  test('A13 in a nested repository is refused by the walk', async () => {
    const trap = await setTrap();
    const nested = path.join(trap.dir, 'packs/evil');
    fs.mkdirSync(nested, { recursive: true });
    git(nested, 'init', '--quiet');
    git(nested, 'config', 'core.fsmonitor', trap.program);
    tryGit(nested, ['status']);
    expect(takeMarker(trap.marker)).toBe(true);
    expect(await trap.shop.store.snapshot({ dir: trap.dir, limits })).toEqual({
      kind: 'refused',
      refused: [{ path: 'packs/evil/.git', reason: 'nested repository' }],
    });
    expect(takeMarker(trap.marker)).toBe(false);
  });
});
