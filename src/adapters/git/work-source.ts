import * as fs from 'node:fs';
import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import { asCommitId } from '../../base/ids.ts';
import type { SourceAsked } from '../../domain/changes/source.ts';
import type { WorkSource } from '../../ports/git.ts';
import { parseConfigFile } from './config-file.ts';
import { errnoOf } from './git-failure.ts';
import { unfitByConfig, unfitByFiles } from './home-inspect.ts';
import type { HomePlace } from './home-place.ts';
import { looksLikeDotGit, refProblem } from './path-rules.ts';
import { readPlainFile, readPlainText } from './plain-file.ts';
import { findRefInFiles, listRefsInFiles, readLooseRef } from './ref-files.ts';

const untouched = 'Nothing was taken, and nothing there was touched.';
/** Names shown when a branch is not found. */
const nShownBranches = 5;

/** Finds where somebody's work lies. Reads plain files only; git is not run. */
export function findSource(home: HomePlace, asked: SourceAsked): WorkSource {
  return asked.kind === 'branch' ? findBranch(home, asked.name) : findFolder(home, asked.path);
}

function findBranch(home: HomePlace, name: string): WorkSource {
  const ref = `refs/heads/${name}`;
  const problem =
    refProblem(ref) ?? (name === 'HEAD' || name.startsWith('-') ? 'no branch can be called so' : undefined);
  if (problem !== undefined)
    throw new Fault('NAME_INVALID', `The branch name ${JSON.stringify(name.slice(0, 100))} is refused: ${problem}.`, {
      hints: ['git branch'],
      state: untouched,
    });
  const head = findRefInFiles(home.gitDir, ref);
  if (head === undefined) {
    const near = listRefsInFiles(home.gitDir, 'refs/heads/')
      .map((one) => one.ref.slice('refs/heads/'.length))
      .filter((one) => one.includes(name) || name.includes(one))
      .slice(0, nShownBranches);
    throw new Fault('SOURCE_NOT_FOUND', `Home has no branch ${JSON.stringify(name)}, and there is no such folder.`, {
      hints: [...near.map((one) => `orchestrate submit ${one}`), 'git branch'],
      state: untouched,
    });
  }
  return { kind: 'branch', name, dir: null, gitDir: home.gitDir, head: asCommitId(head), notes: [] };
}

function findFolder(home: HomePlace, asked: string): WorkSource {
  const real = realFolder(asked);
  const inGit = real.split('/').find((step) => looksLikeDotGit(step));
  if (inGit !== undefined)
    throw refused(asked, `it lies inside ${inGit}`, ['Name the work tree itself, or a branch of home.']);
  const top = topOf(real);
  if (top === undefined) throw refused(asked, 'it is no work tree of git');
  const dotGit = path.join(top, '.git');
  if (readPlainFile(dotGit).kind === 'folder') {
    const isHome = top === home.homeDir;
    return workTree(top, { kind: isHome ? 'home' : 'clone', admin: dotGit, common: dotGit });
  }
  return linked(home, top, dotGit);
}

/** The nearest folder from here upward that has a `.git`; undefined when there is none. Fault for a bare repository. */
function topOf(real: string): string | undefined {
  for (let at = real; ; at = path.dirname(at)) {
    const found = readPlainFile(path.join(at, '.git'), 4096);
    if (found.kind === 'folder' || found.kind === 'file') return at;
    if (found.kind !== 'absent') throw refused(at, `its .git is no folder and no file (${found.kind})`);
    const isBare =
      readLooseRef(at, 'HEAD') !== undefined &&
      readPlainFile(path.join(at, 'objects')).kind === 'folder' &&
      readPlainFile(path.join(at, 'refs')).kind === 'folder';
    if (isBare)
      throw refused(at, 'it is a bare repository, without files', [
        'git -C <home> fetch <that folder> <branch>:<branch>   then   orchestrate submit <branch>',
      ]);
    if (at === path.dirname(at)) return undefined;
  }
}

/** A work tree whose `.git` is a file: of home, or of another repository. It counts only when both name each other. */
function linked(home: HomePlace, top: string, dotGit: string): WorkSource {
  const pointer = /^gitdir: (.+)$/.exec(readPlainText(dotGit)?.trimEnd() ?? '')?.[1];
  if (pointer === undefined) throw refused(top, 'its .git file names no repository');
  const admin = path.resolve(top, pointer);
  const commonText = readPlainText(path.join(admin, 'commondir'))?.trimEnd();
  if (commonText === undefined) throw refused(top, 'it is a submodule, or its repository is gone');
  const back = readPlainText(path.join(admin, 'gitdir'))?.trimEnd();
  const named = back === undefined ? undefined : findReal(path.dirname(path.resolve(admin, back)));
  if (named !== top)
    throw refused(top, 'its .git file names an administration that does not name it back', [
      `git -C ${top} worktree repair   (in the repository that it belongs to)`,
    ]);
  const common = findReal(path.resolve(admin, commonText));
  if (common === undefined) throw refused(top, 'its repository is gone');
  const isOfHome = common === home.gitDir;
  const isSlot = isOfHome && path.dirname(top) === home.treesDir;
  return workTree(top, { kind: isSlot ? 'slot' : isOfHome ? 'worktree' : 'clone', admin, common });
}

interface Place {
  readonly kind: WorkSource['kind'];
  /** The folder of HEAD, index and what is going on. */
  readonly admin: string;
  readonly common: string;
}

function workTree(top: string, { kind, admin, common }: Place): WorkSource {
  const config = parseConfigFile(readPlainText(path.join(common, 'config')) ?? '');
  const unfit = unfitByConfig(config) ?? unfitByFiles(top, common);
  if (unfit !== undefined) throw refused(top, unfit.reason);
  for (const [file, what] of goingOn) {
    if (readPlainFile(path.join(admin, file)).kind !== 'absent')
      throw refused(top, `${what} is going on there`, [`git -C ${top} status   (finish it, or call it off)`]);
  }
  const found = readLooseRef(admin, 'HEAD');
  if (found === undefined || found.kind === 'unreadable') throw refused(top, 'its HEAD is not readable');
  const head = found.kind === 'object' ? found.id : findRefInFiles(common, found.ref);
  if (head === undefined) throw refused(top, 'it has no commit yet, or its branch is gone', ['git commit']);
  const notes = [
    ...(kind === 'home' || kind === 'slot' ? [] : [headNote(found)]),
    ...(readPlainFile(path.join(admin, 'locked')).kind === 'absent' ? [] : ['the work tree is locked, and stays so']),
    ...(readPlainFile(path.join(admin, 'index.lock')).kind === 'absent'
      ? []
      : ['a git is at work in the work tree just now']),
  ];
  return { kind, name: top, dir: top, gitDir: common, head: asCommitId(head), notes };
}

const headNote = (head: NonNullable<ReturnType<typeof readLooseRef>>): string =>
  head.kind === 'symbolic'
    ? `the work tree is on ${head.ref.replace('refs/heads/', '')}`
    : 'the work tree is on no branch';

/** What git keeps beside HEAD while it is in the middle of something: the files are not what anybody means then. */
const goingOn = [
  ['MERGE_HEAD', 'a merge'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick'],
  ['REVERT_HEAD', 'a revert'],
  ['rebase-merge', 'a rebase'],
  ['rebase-apply', 'a rebase'],
] as const;

/** Returns the folder where index and HEAD of a work tree lie. */
export function adminOf(source: WorkSource & { readonly dir: string }): string {
  const pointer = /^gitdir: (.+)$/.exec(readPlainText(path.join(source.dir, '.git'))?.trimEnd() ?? '')?.[1];
  return pointer === undefined ? source.gitDir : path.resolve(source.dir, pointer);
}

function realFolder(asked: string): string {
  const real = findReal(asked);
  if (real === undefined)
    throw new Fault('SOURCE_NOT_FOUND', `There is no folder ${asked.slice(0, 300)}`, {
      hints: ['orchestrate submit <branch or folder> --tree <tree>'],
      state: untouched,
    });
  if (!fs.statSync(real).isDirectory()) throw refused(asked, 'it is no folder');
  return real;
}

function findReal(folder: string): string | undefined {
  try {
    return fs.realpathSync(folder);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
}

/** Says why work is not taken from there. */
export const refused = (where: string, why: string, hints: readonly string[] = []): Fault =>
  new Fault('SOURCE_REFUSED', `Nothing is taken from ${where.slice(0, 300)}: ${why}.`, { hints, state: untouched });
