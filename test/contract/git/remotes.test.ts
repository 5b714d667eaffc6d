import * as fs from 'node:fs';
import * as path from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { createGitDoor } from '../../../src/adapters/git/git-door.ts';
import { remoteAddress } from '../../../src/adapters/git/remote-address.ts';
import { createRemotes, readPush } from '../../../src/adapters/git/remotes.ts';
import { createTrustedStore } from '../../../src/adapters/git/trusted-store.ts';
import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import type { CommitId } from '../../../src/base/ids.ts';
import type { Remotes } from '../../../src/ports/git.ts';
import { faultOf } from '../support/fault-of.ts';
import {
  git,
  gitUntil,
  openWorkshop,
  plantProgram,
  searchPath,
  temporaryFolder,
  type Workshop,
  write,
} from './support.ts';

let shop: Workshop;
let remotes: Remotes;
let remote: string;
let next: CommitId;

const main = 'refs/heads/main';
const at = (ref = main): string => git(remote, 'rev-parse', ref).trim();
const push = (from: string | null, to: string, ref = main) =>
  remotes.push({ remote: 'origin', updates: [{ ref, from, to }] });

const open = async (): Promise<void> => {
  shop = await openWorkshop();
  remote = path.join(shop.dir, 'remote.git');
  git(shop.dir, 'clone', '--quiet', '--bare', shop.homeDir, remote);
  git(shop.homeDir, 'remote', 'add', 'origin', remote);
  remotes = createRemotes({ store: shop.store, homeDir: shop.homeDir, ours: [shop.homeDir], https: {} });
  const tree = await shop.store.editTree(await shop.store.treeOf(shop.base), new Map([['ops/x.yaml', 'x\n']]));
  next = await shop.commit(tree, [shop.base]);
};

/** A commit that somebody else pushed. */
function others(): string {
  const clone = fs.mkdtempSync(path.join(shop.dir, 'others-'));
  git(clone, 'clone', '--quiet', remote, '.');
  write(clone, { 'docs/other.md': 'other\n' });
  git(clone, 'add', '--all');
  git(clone, 'commit', '--quiet', '--message', 'other');
  git(clone, 'push', '--quiet', 'origin', 'HEAD:main');
  return git(clone, 'rev-parse', 'HEAD').trim();
}

describe('a remote on this machine', () => {
  beforeEach(open);

  it('is read, pushed to from the value that was seen, and holds the very commit then', async () => {
    expect(await remotes.readBranch({ remote: 'origin', branch: 'main' })).toBe(shop.base);
    expect(await remotes.readBranch({ remote: 'origin', branch: 'nothing' })).toBeUndefined();
    expect(await push(shop.base, next)).toEqual({ kind: 'moved' });
    expect(at()).toBe(next);
    git(remote, 'fsck', '--strict');
  });

  it('refuses a push from another value than it has, where a push by force takes the other commit away', async () => {
    const theirs = others();
    expect(await push(shop.base, next)).toMatchObject({ kind: 'refused', ref: main, reason: 'moved' });
    expect(at()).toBe(theirs);
    // What "from the value that was seen" is there for.
    git(
      shop.dir,
      `--git-dir=${path.join(shop.dir, 'state/store.git')}`,
      'push',
      '--quiet',
      '--force',
      remote,
      `${next}:${main}`,
    );
    expect(at()).toBe(next);
  });

  it('moves all refs or none', async () => {
    const tag = await shop.store.tagObject({ name: 'restore/1-x', target: next, message: 'x', atSeconds: 1 });
    git(remote, 'tag', 'restore/1-x', shop.base);
    const updates = [
      { ref: main, from: shop.base, to: next },
      { ref: 'refs/tags/restore/1-x', from: null, to: tag },
    ];
    expect(await remotes.push({ remote: 'origin', updates })).toMatchObject({ kind: 'refused' });
    expect(at()).toBe(shop.base);
    git(remote, 'tag', '--delete', 'restore/1-x');
    expect(await remotes.push({ remote: 'origin', updates })).toEqual({ kind: 'moved' });
    expect([at(), at('refs/tags/restore/1-x')]).toEqual([next, tag]);
  });

  it('says what a hook of the remote rejects', async () => {
    const hook = path.join(remote, 'hooks/pre-receive');
    fs.mkdirSync(path.dirname(hook), { recursive: true });
    fs.writeFileSync(hook, '#!/bin/sh\necho no pushes on Fridays >&2\nexit 1\n', { mode: 0o755 });
    expect(await push(shop.base, next)).toEqual({
      kind: 'refused',
      ref: main,
      reason: 'rejected',
      said: 'pre-receive hook declined',
    });
    expect(at()).toBe(shop.base);
  });

  it('is fetched into the store, without a ref of home', async () => {
    const theirs = others();
    const refs = git(shop.homeDir, 'for-each-ref');
    expect(await remotes.fetchBranch({ remote: 'origin', branch: 'main' })).toBe(theirs);
    expect(await shop.store.findRef('refs/orchestrate/incoming/remote')).toBe(theirs);
    expect(await shop.store.isAncestor(shop.base, theirs as CommitId)).toBe(true);
    expect(git(shop.homeDir, 'for-each-ref')).toBe(refs);
    expect(await shop.store.verify()).toEqual([]);
  });

  it('that is gone, or is none, does not answer', async () => {
    fs.renameSync(remote, `${remote}-away`);
    for (const ask of [
      () => remotes.readBranch({ remote: 'origin', branch: 'main' }),
      () => push(shop.base, next),
      () => remotes.fetchBranch({ remote: 'origin', branch: 'main' }),
    ])
      expect(await faultOf(ask())).toMatchObject({
        code: 'REMOTE_UNREACHABLE',
        message: expect.stringContaining('there is no repository'),
        state: expect.stringContaining('Nothing was sent'),
      });
  });
});

it('obeys nothing in home: no insteadOf, no hook, no command, which a plain push does', async () => {
  await open();
  const marker = path.join(shop.dir, 'marker');
  const program = plantProgram(shop.dir, marker);
  fs.mkdirSync(path.join(shop.homeDir, '.git/hooks'), { recursive: true });
  fs.copyFileSync(program, path.join(shop.homeDir, '.git/hooks/pre-push'));
  for (const [key, value] of [
    [`url.ext::${program} .insteadOf`, remote],
    ['protocol.ext.allow', 'always'],
    ['remote.origin.receivepack', program],
    ['remote.origin.uploadpack', program],
    ['core.sshCommand', program],
    ['credential.helper', `!${program}`],
    ['core.fsmonitor', program],
  ] as const)
    git(shop.homeDir, 'config', key, value);
  expect(await remotes.readBranch({ remote: 'origin', branch: 'main' })).toBe(shop.base);
  expect(await push(shop.base, next)).toEqual({ kind: 'moved' });
  expect(fs.existsSync(marker)).toBe(false);
  // The program that takes the place of the transport waits for an answer for ever.
  git(shop.homeDir, 'config', '--remove-section', `url.ext::${program} `);
  await gitUntil(marker, shop.homeDir, ['push', '--quiet', 'origin', 'HEAD:refs/heads/x']);
  expect(fs.existsSync(marker)).toBe(true);
});

describe('an address', () => {
  const of = (text: string) => remoteAddress(text, { https: {}, gitDir: '/nonexistent/.git', ours: ['/srv/home'] });

  it.each([
    ['ssh://git@example.org/x/y.git', 'ssh'],
    ['ssh://git@example.org:2222/x/y.git', 'ssh'],
    ['git@example.org:x/y.git', 'ssh'],
    ['https://example.org/x/y.git', 'https'],
    ['/srv/remote.git', 'file'],
    ['file:///srv/remote.git', 'file'],
  ])('%s is used by %s', (text, kind) => {
    expect(of(text).transport.kind).toBe(kind);
  });

  it.each([
    'ext::sh -c "touch /tmp/x"',
    'ext::sh',
    'http://example.org/x.git',
    'git://example.org/x.git',
    'ssh://-oProxyCommand=touch/x',
    'git@-oProxyCommand=x:y',
    '-oProxyCommand@example.org:y',
    'git@example.org:-x',
    'https://user:secret@example.org/x.git',
    '../remote.git',
    '--upload-pack=/bin/sh',
    'nothing-of-that-name',
  ])('%s is refused', async (text) => {
    const fault = await faultOf(Promise.resolve().then(() => of(text)));
    expect(fault).toMatchObject({ code: 'REMOTE_REFUSED', state: expect.stringContaining('Nothing was sent') });
    expect(JSON.stringify(fault)).not.toContain('secret');
  });

  it.each(['/srv/home', '/srv/home/trees/evil.git', 'file:///srv/home/.git'])(
    '%s inside home is refused',
    async (text) => {
      const fault = await faultOf(Promise.resolve().then(() => of(text)));
      expect(fault).toMatchObject({
        code: 'REMOTE_REFUSED',
        message: expect.stringContaining('orchestrate looks after'),
      });
    },
  );
});

it('speaks ssh by the person’s own ssh, asks nothing, and passes the socket of their agent', async () => {
  await open();
  const bin = path.join(shop.dir, 'bin');
  fs.mkdirSync(bin);
  const log = path.join(shop.dir, 'ssh-log');
  // Stands for a server: what would be run there is run here.
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" > '${log}'\nenv > '${log}.env'\nfor last; do :; done\nexec sh -c "$last"\n`;
  fs.writeFileSync(path.join(bin, 'ssh'), script, { mode: 0o755 });
  const store = createTrustedStore({
    gitDir: path.join(shop.dir, 'state/store.git'),
    scratchDir: path.join(shop.dir, 'state/scratch'),
    spawner: shop.spawner,
    searchPath: `${bin}:${searchPath}`,
  });
  const over = createRemotes({ store, homeDir: shop.homeDir, ours: [], https: {}, sshAgent: '/run/agent.sock' });
  const address = `ssh://git@example.invalid${remote}`;
  expect(await over.readBranch({ remote: address, branch: 'main' })).toBe(shop.base);
  expect(await over.push({ remote: address, updates: [{ ref: main, from: shop.base, to: next }] })).toEqual({
    kind: 'moved',
  });
  expect(at()).toBe(next);
  const given = fs.readFileSync(log, 'utf8').split('\n');
  expect(given).toEqual(
    expect.arrayContaining(['-oBatchMode=yes', '-oStrictHostKeyChecking=yes', 'git@example.invalid']),
  );
  const env = fs.readFileSync(`${log}.env`, 'utf8');
  expect(env).toContain('SSH_AUTH_SOCK=/run/agent.sock');
  expect(env).not.toContain('npm_');
  await store.close();
});

it('gives ssh to no call that does not say so', () => {
  const door = createGitDoor({ spawner: createInProcessSpawner(), scratchDir: temporaryFolder(), searchPath });
  const { env } = door.plan({ verb: 'push', args: [], gitDir: '/x', transport: { kind: 'file' } });
  expect(env).toMatchObject({ GIT_SSH_COMMAND: '/bin/false', GIT_ALLOW_PROTOCOL: 'file' });
});

it('reads a push that said nothing of a ref as one that did not move it', () => {
  const updates = [{ ref: main, from: null, to: 'a'.repeat(40) }];
  expect(readPush('To x\nDone\n', updates)).toMatchObject({ kind: 'refused', reason: 'rejected' });
});
