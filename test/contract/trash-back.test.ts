import * as fs from 'node:fs';

import { describe, expect, it } from 'vitest';

import { Fault } from '../../src/base/fault.ts';
import { row } from '../../src/domain/journal/kinds.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { noteTrash } from '../../src/engine/removal/note-trash.ts';
import { planRemoval } from '../../src/engine/removal/plan-removal.ts';
import { readTrash } from '../../src/engine/removal/read-trash.ts';
import { restoreTrash } from '../../src/engine/removal/restore-trash.ts';
import { takeAway } from '../../src/engine/removal/take-away.ts';
import { removalRequests } from '../../src/engine/requests/removal.ts';
import { reconcile } from '../../src/engine/supervisor/reconcile.ts';
import { acceptFingerprint, findTampering } from '../../src/engine/tasks/tamper.ts';
import { anna } from '../fakes/fake-world.ts';
import { dyingBefore, killed } from '../support/no-loss/dying.ts';
import { commitRefused } from '../support/no-loss/refused-commit.ts';
import { code, type Scene, scene } from '../support/no-loss/scene.ts';
import { git, tryGit, write } from './git/support.ts';

const collect = (homeDir: string): void => {
  git(homeDir, 'reflog', 'expire', '--expire=now', '--all');
  git(homeDir, 'gc', '--quiet', '--prune=now');
};

describe('a commit that the store refuses', () => {
  it.each(['prepared anew', 'taken away'])('is named in home before its slot is %s', async (how) => {
    const at = await scene();
    const commit = commitRefused(at.slot, 'mine');
    if (how === 'taken away') await at.remove();
    else await at.prepare('r2');
    collect(at.homeDir);
    expect(tryGit(at.homeDir, ['cat-file', '-e', commit])).toBe(0);
    const ref = `refs/orchestrate/rescued/${commit}`;
    expect(git(at.homeDir, 'rev-parse', ref).trim()).toBe(commit);
    expect(at.engine.ledger.latest(`kept:${commit}`)?.data).toMatchObject({ commit, slot: 'env-setup', ref });
  });

  it('keeps its slot where home cannot name it', async () => {
    const at = await scene();
    const commit = commitRefused(at.slot, 'mine');
    git(at.homeDir, 'update-ref', `refs/orchestrate/rescued/${commit}`, 'HEAD');
    expect(await code(at.remove())).toBe('GIT_FAILED');
    expect(await code(at.prepare('r2'))).toBe('GIT_FAILED');
    expect(git(at.slot, 'rev-parse', 'HEAD').trim()).toBe(commit);
  });

  it('is passed over when nobody has it any more', async () => {
    const at = await scene();
    const commit = commitRefused(at.slot, 'mine');
    git(at.slot, 'update-ref', '--no-deref', 'HEAD', git(at.homeDir, 'rev-parse', 'HEAD').trim());
    git(at.homeDir, 'prune', '--expire=now');
    // Its log names it, and git keeps what a log names: only by hand it goes.
    const file = `${at.homeDir}/.git/objects/${commit.slice(0, 2)}/${commit.slice(2)}`;
    fs.rmSync(file);
    expect(await at.prepare('r2')).toMatchObject({ how: 'recycled' });
  });
});

const back = (engine: Engine, id: string, key: string, to: string | null = null) =>
  restoreTrash(engine, { id, to, key, by: anna });
const stateOf = ({ engine }: Scene, id: string) => readTrash(engine).find((one) => one.id === id)?.state;

/** An engine that dies just before or after a method of its files is called about such a path. */
const dyingAt = (engine: Engine, when: 'before' | 'after', part: string): Engine => ({
  ...engine,
  outside: {
    ...engine.outside,
    files: {
      ...engine.outside.files,
      async moveNew(from, to) {
        if (when === 'before' && from.endsWith(part)) throw killed;
        const done = await engine.outside.files.moveNew(from, to);
        if (when === 'after' && from.endsWith(part)) throw killed;
        return done;
      },
    },
  },
});

describe('what comes back from the trash', () => {
  it('is every name that is not git’s own, and what stays is still in the trash', async () => {
    const at = await scene();
    write(at.slot, { '.github/workflows/ci.yml': 'x', '.gitkeep': 'y', '.gitlab-ci.yml': 'z', plain: 'p' });
    await at.prepare('r2');
    const [item] = readTrash(at.engine);
    if (item === undefined) throw new Error('nothing is in the trash');
    await back(at.engine, item.id, 'k1');
    expect(fs.readdirSync(item.place)).toEqual([]);
    expect(fs.readFileSync(`${at.slot}/.github/workflows/ci.yml`, 'utf8')).toBe('x');
    expect(stateOf(at, item.id)).toBe('restored');
    // A pointer that led elsewhere goes nowhere by itself.
    fs.writeFileSync(`${at.slot}/.git`, 'gitdir: /elsewhere\n');
    fs.writeFileSync(`${at.slot}/other`, 'o');
    await at.prepare('r3');
    const second = readTrash(at.engine).at(-1)?.id ?? '';
    await back(at.engine, second, 'k2');
    expect(stateOf(at, second)).toBe('there');
    expect(await code(back(at.engine, second, 'k3'))).toBe('USAGE_BAD_ARGUMENT');
    await back(at.engine, second, 'k4', `${at.dir}/rest`);
    expect(stateOf(at, second)).toBe('restored');
  });

  it('is never put where the next start takes it away', async () => {
    const at = await scene();
    const { engine } = at;
    const place = `${engine.paths.trash}/instances/i3`;
    const from = `${engine.paths.instances}/i3/outside-packages`;
    write(place, { 'outside-packages/thing/x.py': 'mine' });
    const moved = { place, what: 'packages', name: 'i3', from, why: 'w', run: null, by: anna } as const;
    const id = (await noteTrash(engine, moved)) ?? '';
    expect(await code(back(engine, id, 'k1'))).toBe('USAGE_BAD_ARGUMENT');
    expect(fs.readdirSync(place)).toEqual(['outside-packages']);
    // A version before this one put it there.
    write(from, { 'thing/y.py': 'mine too' });
    await engine.ledger.append([
      row('trash.restored', { id, to: from, how: 'moved', by: anna }, { run: null, keys: [`trash:${id}`] }),
    ]);
    await reconcile(engine);
    expect(fs.existsSync(from)).toBe(false);
    const found = readTrash(engine).at(-1);
    expect(found).toMatchObject({ from: `${engine.paths.instances}/i3`, holdsWork: true });
    expect(fs.readFileSync(`${found?.place}/outside-packages/thing/y.py`, 'utf8')).toBe('mine too');
    await back(engine, found?.id ?? '', 'k2', `${at.dir}/i3`);
    expect(fs.readFileSync(`${at.dir}/i3/outside-packages/thing/y.py`, 'utf8')).toBe('mine too');
  });

  it.each<[string, (engine: Engine) => Engine]>([
    ['the move and the record', (engine) => dyingBefore(engine, 'trash.restored')],
    ['the files and their administration', (engine) => dyingAt(engine, 'before', '.git-administration')],
    ['the decision and the move', (engine) => dyingAt(engine, 'before', '/slot')],
  ])('is there after a kill between %s', async (_when, dying) => {
    const at = await scene();
    write(at.slot, { 'mine.txt': 'mine' });
    const id = await at.remove();
    expect(await code(back(dying(at.engine), id, 'k1'))).toBe('EPOCH_OLD');
    await reconcile(at.engine);
    expect(await back(at.engine, id, 'k1')).toMatchObject({ to: at.slot, how: 'moved' });
    expect(fs.readFileSync(`${at.slot}/mine.txt`, 'utf8')).toBe('mine');
    expect(git(at.slot, 'status', '--short')).toBe('?? mine.txt\n');
    expect(stateOf(at, id)).toBe('restored');
    // Done once: what lies there since is looked at by nobody.
    expect(await back(at.engine, id, 'k1')).toMatchObject({ to: at.slot, how: 'moved' });
  });

  it('goes on with a backup that was half written, and takes an empty folder for a free place', async () => {
    const at = await scene();
    write(at.slot, { 'mine.txt': 'mine' });
    const id = await at.remove();
    fs.rmSync(readTrash(at.engine)[0]?.place ?? '', { recursive: true });
    const to = `${at.dir}/copy`;
    fs.mkdirSync(to);
    const dying: Engine = {
      ...at.engine,
      store: {
        ...at.engine.store,
        exportTree: async (_tree, dir) => {
          write(dir, { 'half.txt': 'half' });
          // A kill leaves it: nothing is swept up.
          return Promise.reject(killed);
        },
      },
      outside: { ...at.engine.outside, files: { ...at.engine.outside.files, remove: () => Promise.resolve() } },
    };
    expect(await code(back(dying, id, 'k1', to))).toBe('EPOCH_OLD');
    expect(await back(at.engine, id, 'k1', to)).toMatchObject({ to, how: 'from-backup' });
    expect(fs.readFileSync(`${to}/mine.txt`, 'utf8')).toBe('mine');
    expect(fs.existsSync(`${to}/half.txt`)).toBe(false);
    expect(fs.readdirSync(at.dir).filter((name) => name.includes('restoring'))).toEqual([]);
  });
});

describe('git files of home, when a slot goes or comes back', () => {
  const told = async ({ engine }: Scene) => (await findTampering(engine)).map(({ item }) => item);
  const restore = ({ engine }: Scene, id: string, request: number) =>
    removalRequests['trash.restore'](engine, { id, to: null, by: anna } as never, request).catch((error: unknown) => {
      // There is no request on record that could be answered.
      if (!(error instanceof Fault) || error.code !== 'INTERNAL_BUG') throw error;
    });
  const hook = ({ homeDir }: Scene): string => `${homeDir}/.git/hooks/post-commit`;
  const plant = (at: Scene): void => write(`${at.homeDir}/.git/hooks`, { 'post-commit': 'evil' });

  it('are no tampering, of that slot', async () => {
    const at = await scene();
    await acceptFingerprint(at.engine, anna, null);
    const [id = ''] = await takeAway(at.engine, await planRemoval(at.engine, [at.target]), anna);
    expect(await told(at)).toEqual([]);
    await restore(at, id, 7);
    expect(fs.existsSync(at.slot)).toBe(true);
    expect(await told(at)).toEqual([]);
  });

  it('are told all the same when somebody planted them meanwhile', async () => {
    const at = await scene();
    await acceptFingerprint(at.engine, anna, null);
    const plan = await planRemoval(at.engine, [at.target]);
    // The moment between the look at home and what is taken over.
    const racing: Engine = {
      ...at.engine,
      home: {
        ...at.engine.home,
        removeSlot: async (options) => {
          await at.engine.home.removeSlot(options);
          plant(at);
        },
      },
    };
    const [id = ''] = await takeAway(racing, plan, anna);
    expect(await told(at)).toEqual(['hooks/post-commit']);
    fs.rmSync(hook(at));
    plant(at);
    write(readAdmin(at, id), { 'config.worktree': '[core]\n\thooksPath = /evil\n' });
    await restore(at, id, 7);
    expect(await told(at)).toEqual(['hooks/post-commit', 'worktrees/env-setup/config.worktree']);
    // Control: taken over as a whole, as it once was, nobody is told of either.
    await acceptFingerprint(at.engine, anna, null);
    expect(await told(at)).toEqual([]);
    expect(fs.readFileSync(hook(at), 'utf8')).toBe('evil');
  });

  const readAdmin = ({ engine }: Scene, id: string): string => {
    const place = readTrash(engine).find((one) => one.id === id)?.place ?? '';
    const name = fs.readdirSync(place).find((one) => fs.existsSync(`${place}/${one}/.git-administration`));
    return `${place}/${name}/.git-administration`;
  };
});

it('no run is given a slot between the last look at it and its way to the trash', async () => {
  const at = await scene();
  const given: unknown[] = [];
  const racing: Engine = {
    ...at.engine,
    home: {
      ...at.engine.home,
      removeSlot: async (options) => {
        given.push(await at.engine.leases.hold('env-setup'));
        await at.engine.home.removeSlot(options);
      },
    },
  };
  await takeAway(racing, await planRemoval(at.engine, [at.target]), anna);
  expect(given).toEqual([undefined]);
  // It is free again, and as long as somebody has it nothing is taken away.
  const release = await at.engine.leases.hold('env-setup');
  await at.prepare('r2');
  expect(await code(at.remove())).toBe('PLAN_MOVED');
  expect(fs.existsSync(at.slot)).toBe(true);
  release?.();
  expect(await at.remove()).toMatch(/^t/);
});
