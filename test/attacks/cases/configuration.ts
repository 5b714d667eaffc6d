import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import {
  type AttackCase,
  expectTamperTold,
  expectUndo,
  lookAround,
  resumeAndMerge,
  tamperRow,
  upgradeToHostile,
  upgradeUntil,
} from '../../support/attack.ts';
import { naiveFlow, naiveGit, readGit, runPython } from '../../support/controls.ts';
import { branchOf } from '../../support/invariants.ts';
import { at, orchestrate, textAt } from '../../support/program.ts';
import { commitByHand, executed, plantProgram, type World } from '../../support/world.ts';

const text = (value: string): string => JSON.stringify(value);

/** Python that adds a section to home's configuration. */
const configure = (world: World, section: string): string =>
  `open(${text(`${world.gitDir}/config`)}, 'a').write(${text(`${section}\n`)})`;
const seen = (world: World): string | undefined =>
  executed(world).length > 0 ? `ran ${executed(world).join(', ')}` : undefined;

/** Paused and told, looked at, accepted, merged: nothing that is planted may run in any of it. */
async function throughTheWheel(world: World, payload: string, items: readonly string[]): Promise<void> {
  const branch = branchOf(world);
  const answer = await upgradeToHostile(world, payload);
  const run = await expectTamperTold(world, answer, { items, branch });
  await lookAround(world);
  await resumeAndMerge(world, run);
}

/** The same, with the tampering between two steps. */
async function throughAPause(world: World, payload: string, items: readonly string[]): Promise<string> {
  const branch = branchOf(world);
  const run = await upgradeUntil(world, 'lock', payload);
  await expectTamperTold(world, await orchestrate(world, ['runs', 'resume', run]), { items, branch });
  await lookAround(world);
  return run;
}

const fsmonitor = (world: World): string =>
  configure(world, `[core]\n\tfsmonitor = ${plantProgram(world, 'fsmonitor')}`);

const HOOKS = [
  'applypatch-msg',
  'pre-applypatch',
  'pre-commit',
  'prepare-commit-msg',
  'commit-msg',
  'post-commit',
  'pre-merge-commit',
  'post-merge',
  'post-checkout',
  'reference-transaction',
  'post-index-change',
  'pre-push',
  'update',
  'post-update',
  'pre-auto-gc',
];
const hooksIn = (world: World, folder: string): string =>
  [
    'import os, shutil',
    `os.makedirs(${text(folder)}, exist_ok=True)`,
    ...HOOKS.map((name) => `shutil.copy(${text(plantProgram(world, name))}, ${text(`${folder}/${name}`)})`),
  ].join('\n');

/** A filter that lets git work, and stores other bytes. */
const filters = (world: World): string => {
  const clean = plantProgram(world, 'clean', 'sed s/person/attacker/');
  const smudge = plantProgram(world, 'smudge', 'sed s/person/attacker/');
  return `[filter "paint"]\n\tclean = ${clean}\n\tsmudge = ${smudge}\n\trequired = true`;
};
const shapedNotes = (world: World): string =>
  [
    configure(world, filters(world)),
    `open(${text(`${world.slot}/docs/env-setup/.gitattributes`)}, 'w').write('*.txt filter=paint\\n')`,
    `open(${text(`${world.slot}/docs/env-setup/notes.txt`)}, 'w').write('the person reads this\\n')`,
  ].join('\n');

const mergeDriver = (world: World): string =>
  [
    configure(world, `[merge "mine"]\n\tdriver = ${plantProgram(world, 'merge-driver', 'exit 0')} %A`),
    'import os',
    `os.makedirs(${text(`${world.gitDir}/info`)}, exist_ok=True)`,
    `open(${text(`${world.gitDir}/info/attributes`)}, 'w').write('* merge=mine\\n')`,
  ].join('\n');

const differs = (world: World): string =>
  [
    configure(
      world,
      `[diff]\n\texternal = ${plantProgram(world, 'diff-external')}\n[diff "mine"]\n\tcommand = ${plantProgram(world, 'diff-command')}`,
    ),
    `open(${text(`${world.gitDir}/info/attributes`)}, 'w').write('*.lock diff=mine\\n')`,
  ].join('\n');

const textconv = (world: World): string =>
  [
    configure(world, `[diff "pretty"]\n\ttextconv = ${plantProgram(world, 'textconv', 'echo nothing to see')}`),
    `open(${text(`${world.gitDir}/info/attributes`)}, 'w').write('* diff=pretty\\n')`,
  ].join('\n');

const signing = (world: World): string => {
  const gpg = plantProgram(
    world,
    'gpg',
    'cat > /dev/null; echo "[GNUPG:] SIG_CREATED D 1 8 00 1 A" >&2; echo "-----BEGIN PGP SIGNATURE-----"; echo "-----END PGP SIGNATURE-----"',
  );
  return configure(
    world,
    `[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[log]\n\tshowSignature = true\n[gpg]\n\tprogram = ${gpg}`,
  );
};

const remotes = (world: World): string => {
  const helper = plantProgram(world, 'ext-helper', 'exit 1');
  return configure(
    world,
    [
      `[protocol "ext"]\n\tallow = always`,
      `[core]\n\tsshCommand = ${plantProgram(world, 'ssh', 'exit 1')}\n\tgitProxy = ${plantProgram(world, 'proxy', 'exit 1')}`,
      `[remote "origin"]\n\turl = ${world.victim}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n\tuploadpack = ${plantProgram(world, 'uploadpack', 'exit 1')}\n\treceivepack = ${plantProgram(world, 'receivepack', 'exit 1')}`,
      `[remote "other"]\n\turl = "ext::${helper} now"`,
      `[url "ext::${helper} "]\n\tinsteadOf = ${world.home}`,
    ].join('\n'),
  );
};

/** Ordinary git in home and slot, with the payload run first. */
const naively =
  (payload: (world: World) => string) =>
  (world: World): string | undefined => {
    runPython(payload(world));
    naiveFlow(world);
    return seen(world);
  };

const elsewhere = (world: World): string => configure(world, `[core]\n\tworktree = ${world.victim}`);
const ownConfig = (world: World): string =>
  [
    configure(world, '[extensions]\n\tworktreeConfig = true'),
    `open(${text(`${world.admin}/config.worktree`)}, 'w').write(${text(`[core]\n\tfsmonitor = ${plantProgram(world, 'worktree-fsmonitor')}\n`)})`,
    `open(${text(`${world.gitDir}/config.worktree`)}, 'w').write(${text(`[core]\n\tfsmonitor = ${plantProgram(world, 'home-fsmonitor')}\n`)})`,
  ].join('\n');

/** Attacks by what git reads as configuration, hooks and attributes. */
export const configurationCases: readonly AttackCase[] = [
  {
    id: 'A01',
    title: 'a package sets core.fsmonitor in the shared configuration',
    control: naively(fsmonitor),
    async defence(world) {
      await throughTheWheel(world, fsmonitor(world), ['config:core.fsmonitor']);
      await orchestrate(world, ['doctor']);
      await expectUndo(world);
    },
  },
  {
    id: 'A02',
    title: 'a package puts fifteen hooks into the shared folder of hooks',
    control: naively((world) => hooksIn(world, `${world.gitDir}/hooks`)),
    defence: (world) =>
      throughTheWheel(
        world,
        hooksIn(world, `${world.gitDir}/hooks`),
        HOOKS.map((name) => `hooks/${name}`),
      ),
  },
  {
    id: 'A03',
    title: 'core.hooksPath leads into the slot',
    control: naively(
      (world) =>
        `${hooksIn(world, `${world.slot}/.hooks`)}\n${configure(world, `[core]\n\thooksPath = ${world.slot}/.hooks`)}`,
    ),
    async defence(world) {
      const payload = `${hooksIn(world, `${world.slot}/.hooks`)}\n${configure(world, `[core]\n\thooksPath = ${world.slot}/.hooks`)}`;
      const run = await throughAPause(world, payload, ['config:core.hookspath']);
      const branch = branchOf(world);
      expect(at((await orchestrate(world, ['runs', 'cancel', run])).json, 'state')).toBe('cancelled');
      expect(branchOf(world)).toBe(branch);
      // The next run prepares the slot anew: the hooks are no part of it.
      expect((await orchestrate(world, ['run', 'upgrade pytorch', '--until', 'lock', '--yes'])).exitCode).toBe(7);
    },
  },
  {
    id: 'A04',
    title: 'a filter cleans and smudges the files of the slot',
    control(world) {
      runPython(shapedNotes(world));
      naiveFlow(world);
      const stored = readGit(world.gitDir, ['show', 'refs/heads/main:docs/env-setup/notes.txt']);
      return executed(world).includes('clean') && stored === 'the attacker reads this'
        ? 'other bytes were stored than the file held'
        : undefined;
    },
    async defence(world) {
      const run = await throughAPause(world, shapedNotes(world), [
        'config:filter.paint.clean',
        'config:filter.paint.smudge',
      ]);
      const branch = branchOf(world);
      const answer = await orchestrate(world, ['runs', 'resume', run]);
      const proposed = textAt(answer.json, 'change', 'proposed');
      const onDisk = readFileSync(join(world.slot, 'docs/env-setup/notes.txt'), 'utf8');
      expect(`${readGit(world.store, ['cat-file', 'blob', `${proposed}:docs/env-setup/notes.txt`])}\n`).toBe(onDisk);
      // Content that git would convert can be stored, but not become the branch.
      expect(at(answer.json, 'fault', 'code')).toBe('HOME_LFS');
      expect(branchOf(world)).toBe(branch);
    },
  },
  {
    id: 'A05',
    title: 'a merge driver decides what a conflict becomes',
    control(world) {
      const base = branchOf(world);
      runPython(mergeDriver(world));
      runPython(`open(${text(`${world.slot}/requirements.in`)}, 'w').write('torch==9\\n')`);
      runPython(`open(${text(`${world.home}/requirements.in`)}, 'w').write('torch==8\\n')`);
      commitByHand(world.home, 'by hand');
      naiveFlow(world);
      const parents = readGit(world.gitDir, ['log', '-1', '--format=%P', 'refs/heads/main']).split(' ');
      return executed(world).includes('merge-driver') && parents.length === 2 && branchOf(world) !== base
        ? 'a conflict was merged as the driver says'
        : undefined;
    },
    async defence(world) {
      const asked = await orchestrate(world, ['run', 'upgrade pytorch']);
      expect(at(asked.json, 'waiting', 'what')).toBe('review');
      const change = textAt(asked.json, 'change', 'change');
      runPython(mergeDriver(world));
      const lock = join(world.home, 'requirements.in');
      runPython(`p=${text(lock)}; t=open(p).read(); open(p, 'w').write(t.replace('torch==2.10.0', 'torch==2.9.1'))`);
      naiveGit(world.home, ['-c', 'core.hooksPath=/dev/null', 'commit', '-qam', 'by hand']);
      const branch = branchOf(world);
      const answer = await orchestrate(world, ['review', 'approve', change]);
      expect({
        exitCode: answer.exitCode,
        what: at(answer.json, 'waiting', 'what'),
        code: at(answer.json, 'change', 'fault', 'code'),
      }).toEqual({ exitCode: 7, what: 'conflict', code: 'CHANGE_CONFLICT' });
      expect(branchOf(world)).toBe(branch);
    },
  },
  {
    id: 'A06',
    title: 'external diff programs, by configuration and by the environment',
    control(world) {
      runPython(differs(world));
      naiveGit(world.home, ['diff', 'HEAD~1']);
      naiveGit(world.home, ['diff', 'HEAD~1'], { GIT_EXTERNAL_DIFF: plantProgram(world, 'diff-environment') });
      return executed(world).length >= 2 ? seen(world) : undefined;
    },
    async defence(world) {
      const asked = await orchestrate(world, ['run', 'upgrade pytorch']);
      runPython(differs(world));
      const env = { GIT_EXTERNAL_DIFF: plantProgram(world, 'diff-environment') };
      const shown = await orchestrate(world, ['review', 'diff', textAt(asked.json, 'change', 'change')], env);
      expect(textAt(shown.json, 'patch')).toMatch(/^\+torch==2\.11\.0/m);
      await lookAround(world, env);
      const merged = await orchestrate(world, ['review', 'approve', textAt(asked.json, 'change', 'change')], env);
      expect(merged.exitCode).toBe(0);
      // Planted while the change waited for the person: the next run tells of it.
      await orchestrate(world, ['run', 'upgrade pytorch', '--dry-run'], env);
      expect((await tamperRow(world)).items).toEqual(
        expect.arrayContaining(['config:diff.external', 'config:diff.mine.command', 'info/attributes']),
      );
    },
  },
  {
    id: 'A07',
    title: 'a text conversion shows something else than the file',
    control(world) {
      runPython(textconv(world));
      const { out } = naiveGit(world.home, ['diff', 'HEAD~1']);
      for (const args of [
        ['log', '-p', '-1'],
        ['show', 'HEAD'],
        ['blame', 'requirements.lock'],
      ])
        naiveGit(world.home, args);
      return executed(world).includes('textconv') && !out.includes('torch==')
        ? 'the review showed nothing of the change'
        : undefined;
    },
    async defence(world) {
      const run = await throughAPause(world, textconv(world), ['config:diff.pretty.textconv', 'info/attributes']);
      const merged = await resumeAndMerge(world, run);
      const shown = await orchestrate(world, ['review', 'diff', textAt(merged.json, 'change', 'change')]);
      expect(textAt(shown.json, 'patch')).toMatch(/^\+torch==2\.11\.0/m);
      await orchestrate(world, ['review', 'show', textAt(merged.json, 'change', 'change')]);
      await orchestrate(world, ['restore', 'show', textAt(merged.json, 'restorePoint', 'name')]);
    },
  },
  {
    id: 'A08',
    title: "commits are signed by the attacker's program",
    control(world) {
      runPython(signing(world));
      naiveFlow(world);
      const commit = readGit(world.gitDir, ['cat-file', 'commit', 'refs/heads/main']);
      return executed(world).includes('gpg') && commit.includes('gpgsig')
        ? 'the merge was signed by a planted program'
        : undefined;
    },
    async defence(world) {
      await throughTheWheel(world, signing(world), [
        'config:commit.gpgsign',
        'config:gpg.program',
        'config:log.showsignature',
      ]);
      await expectUndo(world);
      for (const back of ['', '~1'])
        expect(readGit(world.gitDir, ['cat-file', 'commit', `refs/heads/main${back}`])).not.toContain('gpgsig');
      for (const line of readGit(world.gitDir, ['for-each-ref', '--format=%(contents)', 'refs/tags/restore/']).split(
        '\n',
      ))
        expect(line).not.toContain('BEGIN PGP');
    },
  },
  {
    id: 'A09',
    title: 'remotes, addresses and transports that start programs',
    control(world) {
      runPython(remotes(world));
      naiveGit(world.home, ['fetch', 'origin']);
      naiveGit(world.home, ['fetch', 'other']);
      naiveGit(world.home, ['push', 'origin', 'main']);
      naiveGit(world.folder, ['clone', world.home, 'copy']);
      naiveGit(world.home, ['fetch', 'ssh://nobody@localhost/x']);
      return executed(world).length >= 3 ? seen(world) : undefined;
    },
    async defence(world) {
      const items = [
        'config:core.gitproxy',
        'config:core.sshcommand',
        'config:protocol.ext.allow',
        'config:remote.origin.uploadpack',
        'config:remote.other.url',
      ];
      await throughTheWheel(world, remotes(world), items);
    },
  },
  {
    id: 'A16',
    title: 'core.worktree leads to a folder of somebody else',
    control(world) {
      runPython(elsewhere(world));
      naiveGit(world.home, ['reset', '--hard', 'HEAD']);
      return readFileSync(join(world.victim, 'requirements.lock'), 'utf8') === 'nobody may touch this\n'
        ? undefined
        : 'a file outside of home was written over';
    },
    async defence(world) {
      const branch = branchOf(world);
      const run = await throughAPause(world, elsewhere(world), ['config:core.worktree']);
      const answer = await orchestrate(world, ['runs', 'resume', run]);
      expect(at(answer.json, 'fault', 'code')).toBe('HOME_UNSUPPORTED');
      expect((await orchestrate(world, ['undo', '--yes'])).exitCode).not.toBe(0);
      expect(branchOf(world)).toBe(branch);
      expect(readFileSync(join(world.victim, 'requirements.lock'), 'utf8')).toBe('nobody may touch this\n');
    },
  },
  {
    id: 'A17',
    title: 'a configuration of the work tree alone starts a program',
    control: naively(ownConfig),
    defence: (world) =>
      throughTheWheel(world, ownConfig(world), [
        'config:extensions.worktreeconfig',
        'config.worktree:core.fsmonitor',
        'worktrees/env-setup/config.worktree',
      ]),
  },
];
