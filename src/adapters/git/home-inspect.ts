import * as path from 'node:path';

import { asCommitId } from '../../base/ids.ts';
import type { HomeState } from '../../ports/git.ts';
import { configFlag, configValue, parseConfigFile, type ConfigFile } from './config-file.ts';
import { plainFileMark, readPlainFile, readPlainText } from './plain-file.ts';
import { findRefInFiles, readLooseRef } from './ref-files.ts';
import { unsupportedAttributes } from './unsupported-content.ts';

type Unfit = Extract<HomeState, { kind: 'unfit' }>;

/** Extensions of the repository format that change nothing here (gitrepository-layout(5)). */
const harmlessExtensions = new Set(['noop', 'noop-v1', 'worktreeconfig', 'preciousobjects', 'relativeworktrees']);

/** Returns whether the folder is a repository that can be looked after. Reads plain files only. */
export function inspectHome(homeDir: string): HomeState {
  const gitDir = path.join(homeDir, '.git');
  const found = readPlainFile(gitDir);
  if (found.kind === 'absent') return bareOrNothing(homeDir);
  if (found.kind === 'file')
    return unfit('HOME_UNSUPPORTED', 'home is itself a linked work tree or a submodule: its .git is a file');
  if (found.kind !== 'folder') return unfit('HOME_NOT_GIT', `.git is no folder (${found.kind})`);
  const head = readLooseRef(gitDir, 'HEAD');
  const configText = readPlainFile(path.join(gitDir, 'config'));
  if (head === undefined || head.kind === 'unreadable')
    return unfit('HOME_NOT_GIT', '.git/HEAD is missing or not readable');
  if (configText.kind !== 'file' && configText.kind !== 'absent')
    return unfit('HOME_UNSUPPORTED', `.git/config is no plain file (${configText.kind})`);
  const config = parseConfigFile(configText.kind === 'file' ? configText.bytes.toString('utf8') : '');
  return unfitByConfig(config) ?? unfitByFiles(homeDir, gitDir) ?? branchState(gitDir, head);
}

function branchState(gitDir: string, head: NonNullable<ReturnType<typeof readLooseRef>>): HomeState {
  if (head.kind !== 'symbolic') return unfit('HOME_DETACHED', 'HEAD is detached: it names a commit, not a branch');
  if (!head.ref.startsWith('refs/heads/'))
    return unfit('HOME_UNSUPPORTED', `HEAD names ${head.ref}, which is no branch`);
  const loose = readLooseRef(gitDir, head.ref);
  if (loose !== undefined && loose.kind !== 'object')
    return unfit('HOME_UNSUPPORTED', `${head.ref} is a symbolic or unreadable ref`);
  const commit = findRefInFiles(gitDir, head.ref);
  if (commit === undefined)
    return unfit('HOME_UNBORN', `the branch ${head.ref.slice('refs/heads/'.length)} has no commit yet`);
  return { kind: 'ready', gitDir, branchRef: head.ref, head: asCommitId(commit), objectFormat: 'sha1' };
}

/** Returns what in a repository's configuration cannot be dealt with. */
export function unfitByConfig(config: ConfigFile): Unfit | undefined {
  const format = configValue(config, 'extensions.objectformat');
  if (configFlag(config, 'core.bare', false)) return unfit('HOME_BARE', 'core.bare is set: there is no work tree');
  if (format !== undefined && format !== 'sha1')
    return unfit('HOME_UNSUPPORTED', `objects are named by ${format}, only sha1 is supported`);
  if ((configValue(config, 'extensions.refstorage') ?? 'files') !== 'files')
    return unfit('HOME_UNSUPPORTED', 'refs are stored as reftable');
  if (config.has('extensions.partialclone'))
    return unfit('HOME_UNSUPPORTED', 'it is a partial clone: objects are missing');
  if (config.has('core.worktree')) return unfit('HOME_UNSUPPORTED', 'core.worktree puts the files elsewhere');
  if (Number(configValue(config, 'core.repositoryformatversion') ?? 0) > 1)
    return unfit('HOME_UNSUPPORTED', 'the repository format is newer than 1');
  for (const key of config.keys()) {
    const extension = key.startsWith('extensions.') ? key.slice('extensions.'.length) : undefined;
    if (
      extension !== undefined &&
      !harmlessExtensions.has(extension) &&
      extension !== 'objectformat' &&
      extension !== 'refstorage'
    ) {
      return unfit('HOME_UNSUPPORTED', `the extension ${extension} is not known`);
    }
    if (key.startsWith('filter.lfs.') || key.startsWith('lfs.'))
      return unfit('HOME_LFS', `Git LFS is set up (${key} in .git/config)`);
  }
  return undefined;
}

/** Returns what in a repository's folder cannot be dealt with: borrowed objects, a cut history, attributes that convert. */
export function unfitByFiles(homeDir: string, gitDir: string): Unfit | undefined {
  for (const [file, what] of [
    ['objects/info/alternates', 'objects are borrowed from another repository (objects/info/alternates)'],
    ['shallow', 'it is a shallow clone'],
  ] as const) {
    const lent = readPlainText(path.join(gitDir, file));
    if (lent === undefined ? plainFileMark(path.join(gitDir, file)) !== undefined : lent.trim() !== '')
      return unfit('HOME_UNSUPPORTED', what);
  }
  for (const file of ['.gitattributes', '.git/info/attributes']) {
    const [first] = unsupportedAttributes(file, readPlainText(path.join(homeDir, file)) ?? '');
    if (first !== undefined)
      return unfit(first.code === 'HOME_LFS' ? 'HOME_LFS' : 'HOME_UNSUPPORTED', `${first.path} ${first.reason}`);
  }
  return undefined;
}

function bareOrNothing(homeDir: string): Unfit {
  const isBare =
    readLooseRef(homeDir, 'HEAD') !== undefined && readPlainFile(path.join(homeDir, 'objects')).kind === 'folder';
  return isBare
    ? unfit('HOME_BARE', 'the folder is a bare repository')
    : unfit('HOME_NOT_GIT', 'there is no .git folder');
}

function unfit(code: Unfit['code'], reason: string): Unfit {
  return { kind: 'unfit', code, reason };
}
