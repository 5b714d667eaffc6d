import { Fault } from '../../base/fault.ts';
import { type CommitId, findCommitId } from '../../base/ids.ts';
import { isOutsideComponent } from '../../domain/instances/component-files.ts';
import { isComponentPath } from '../../domain/instances/components.ts';
import type { Files } from '../../ports/index.ts';

/** A component as it lies in the ComfyUI folder. */
export interface FoundComponent {
  readonly id: string;
  /** `.`, or `custom_nodes/<name>`. */
  readonly path: string;
  /** Where its files are, links resolved. */
  readonly dir: string;
  readonly source: string;
  readonly commit: string | null;
  /** Folder with its git objects; null without git. */
  readonly gitDir: string | null;
  /** How it came here, where that is worth a word: `zip`, `a link to …`. */
  readonly note: string | null;
}

/** Something beside the components that is not taken. */
export interface NotTaken {
  readonly path: string;
  readonly why: string;
}

/** Where packs are looked for: the ComfyUI folder, or the base directory that it was started with, and folders that model paths name. */
export interface PackPlaces {
  readonly comfyui: string;
  readonly packFolders: readonly string[];
}

/** The usual place of packs only. */
export const ownPacks = (comfyui: string): PackPlaces => ({ comfyui, packFolders: [`${comfyui}/custom_nodes`] });

/** Finds ComfyUI and its node packs. Reads only plain files, runs nothing. Faults: `COMPONENT_NOT_FOUND`, `NAME_INVALID`. */
export async function findComponents(
  files: Files,
  { comfyui, packFolders }: PackPlaces,
): Promise<readonly FoundComponent[]> {
  if ((await files.info(`${comfyui}/main.py`))?.kind !== 'file') {
    throw new Fault('COMPONENT_NOT_FOUND', `${comfyui} is no ComfyUI folder: it has no main.py.`, {
      hints: ['orchestrate init <home> --comfyui <folder that holds main.py>'],
      state: 'Nothing was written.',
    });
  }
  const found: FoundComponent[] = [
    { id: 'comfyui', path: '.', dir: comfyui, note: null, ...(await originOf(files, comfyui)) },
  ];
  for (const folder of packFolders) {
    for (const name of await files.list(folder)) {
      const one = await findPack(files, folder, name);
      if (one === undefined) continue;
      if (found.some(({ path }) => path === one.path))
        throw new Fault('NAME_INVALID', `Two node packs have the same name: ${one.path}, and ${folder}/${name}.`, {
          hints: ['Rename one of the two folders.'],
          state: 'Nothing was written.',
        });
      found.push(one);
    }
  }
  return found;
}

async function findPack(files: Files, folder: string, name: string): Promise<FoundComponent | undefined> {
  if (isHidden(name) || isDisabled(name)) return undefined;
  const entry = `${folder}/${name}`;
  const kind = (await files.info(entry))?.kind;
  const dir = kind === 'link' ? await files.realPath(entry) : entry;
  if (dir === undefined || (await files.info(dir))?.kind !== 'directory') return undefined;
  const path = `custom_nodes/${name}`;
  if (!isComponentPath(path)) {
    throw new Fault(
      'NAME_INVALID',
      `The folder of a node pack has a name that cannot be taken: ${JSON.stringify(name)}.`,
      {
        hints: ['Rename it: letters, digits and . _ - and blanks, 80 at most, beginning with a letter or digit.'],
        state: 'Nothing was written.',
      },
    );
  }
  const origin = await originOf(files, dir);
  const isZip = origin.gitDir === null && (await files.info(`${dir}/.tracking`)) !== undefined;
  const note = kind === 'link' ? `a link to ${dir}: its files were taken` : isZip ? 'zip of the registry' : null;
  return { id: name.replace(/ +/g, '-'), path, dir, note, ...origin };
}

/** Packs that are a single file: no component of their own, taken with ComfyUI. Only those in its own folder can be. */
export async function findSingleFiles(files: Files, { comfyui }: PackPlaces): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await files.list(`${comfyui}/custom_nodes`))
    if (name.endsWith('.py') && (await files.info(`${comfyui}/custom_nodes/${name}`))?.kind === 'file')
      found.push(name);
  return found;
}

/** Names what lies among the packs and is not taken, and why. */
export async function findNotTaken(files: Files, { comfyui, packFolders }: PackPlaces): Promise<readonly NotTaken[]> {
  const found: NotTaken[] = [];
  for (const folder of packFolders) {
    const disabled = await files.list(`${folder}/.disabled`);
    for (const name of disabled) found.push({ path: `${folder}/.disabled/${name}`, why: 'disabled' });
    for (const name of await files.list(folder)) {
      const path = `${folder}/${name}`;
      if (isHidden(name)) continue;
      const isElsewhere = folder !== `${comfyui}/custom_nodes`;
      if (isDisabled(name)) found.push({ path, why: 'disabled' });
      else if (isElsewhere && name.endsWith('.py'))
        found.push({ path, why: 'a single file outside the ComfyUI folder: give it a folder of its own' });
      else if ((await files.info(path))?.kind === 'link') {
        const target = await files.realPath(path);
        if (target === undefined) found.push({ path, why: 'a link to something that is not there' });
        else if ((await files.info(target))?.kind === 'file')
          found.push({ path, why: `a link to the file ${target}: put the file itself there` });
      }
    }
  }
  return found;
}

const isHidden = (name: string): boolean => name.startsWith('.') || name === '__pycache__';
const isDisabled = (name: string): boolean => name.endsWith('.disabled');

/** Where a folder came from, as far as its git files tell; they are read as text and never obeyed. */
async function originOf(files: Files, dir: string): Promise<Pick<FoundComponent, 'source' | 'commit' | 'gitDir'>> {
  const head = await readHead(files, dir);
  if (head === null) return { source: dir, commit: null, gitDir: null };
  const config = (await files.readText(`${head.gitDir}/config`)) ?? '';
  const url = /^\s*url\s*=\s*(.+?)\s*$/m.exec(config)?.[1];
  return { source: withoutPassword(url ?? dir), commit: head.commit, gitDir: head.gitDir };
}

/** What a folder's `.git` says, read as text. */
export interface GitHead {
  /** Folder with objects and refs. */
  readonly gitDir: string;
  readonly branch: string | null;
  readonly commit: CommitId | null;
  /** Lightweight or peeled tag at the commit, when HEAD is detached. */
  readonly tag: string | null;
}

/** Reads HEAD of a clone, a linked work tree or a submodule; null without git. */
export async function readHead(files: Files, dir: string): Promise<GitHead | null> {
  const own = await gitFolder(files, dir);
  const head = own === undefined ? undefined : (await files.readText(`${own}/HEAD`))?.trim();
  if (own === undefined || head === undefined) return null;
  const common = (await files.readText(`${own}/commondir`))?.trim();
  const gitDir = common === undefined ? own : ((await files.realPath(resolved(own, common))) ?? own);
  const ref = /^ref: (refs\/[^\s]+)$/.exec(head)?.[1];
  const packed = (await files.readText(`${gitDir}/packed-refs`)) ?? '';
  const text = ref === undefined ? head : ((await files.readText(`${gitDir}/${ref}`)) ?? packedRef(packed, ref) ?? '');
  const commit = findCommitId(text.trim()) ?? null;
  const tag = ref === undefined && commit !== null ? packedTag(packed, commit) : null;
  return { gitDir, branch: ref?.replace(/^refs\/heads\//, '') ?? null, commit, tag };
}

/** `.git` is a folder, or a file that names one. */
async function gitFolder(files: Files, dir: string): Promise<string | undefined> {
  const kind = (await files.info(`${dir}/.git`))?.kind;
  if (kind === undefined || kind === 'directory') return kind === undefined ? undefined : `${dir}/.git`;
  if (kind === 'link') return files.realPath(`${dir}/.git`);
  const named = /^gitdir: (.+)$/m.exec((await files.readText(`${dir}/.git`)) ?? '')?.[1]?.trim();
  return named === undefined ? undefined : files.realPath(resolved(dir, named));
}

const resolved = (dir: string, path: string): string => (path.startsWith('/') ? path : `${dir}/${path}`);

const packedRef = (packed: string, ref: string): string | undefined =>
  packed
    .split('\n')
    .find((line) => line.endsWith(` ${ref}`))
    ?.slice(0, 40);

/** An annotated tag's commit stands in the line behind it, after `^`. */
function packedTag(packed: string, commit: string): string | null {
  const lines = packed.split('\n');
  for (const [at, line] of lines.entries()) {
    const name = / refs\/tags\/(\S+)$/.exec(line)?.[1];
    if (name !== undefined && (line.startsWith(commit) || lines[at + 1] === `^${commit}`)) return name;
  }
  return null;
}

/** A remote may carry a token; what is committed must not. */
const withoutPassword = (url: string): string => url.replace(/^([\w+.-]+:\/\/)[^/]*@/, '$1');

/** Whether a path of ComfyUI's own folder stays out of its component tree. */
export const skipInComfyui = (path: string): boolean => isOutsideComponent('.', path);
/** Whether a path of a node pack stays out of its component tree. */
export const skipInPack = (path: string): boolean => isOutsideComponent('custom_nodes/', path);
