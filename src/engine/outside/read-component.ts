import { findCommitId } from '../../base/ids.ts';
import { snapshotLimits } from '../../domain/changes/snapshot-rules.ts';
import { isOutsideComponent } from '../../domain/instances/component-files.ts';
import { isComponentPath } from '../../domain/instances/components.ts';
import { parseReflog, type ReflogEntry } from '../../domain/outside/reflog.ts';
import type { ComponentState } from '../../domain/outside/state.ts';
import type { Files } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';

/** What a look at a folder needs. */
export type Looker = Pick<EngineContext, 'store'> & { readonly outside: Pick<EngineContext['outside'], 'files'> };

/** A text of others is read up to this size; a larger one is none that a program writes by itself. */
const maxTextBytes = 1024 * 1024;

/** Returns a plain file's text, or undefined when it is absent, too large, a link or a pipe. */
export async function smallText(files: Files, path: string): Promise<string | undefined> {
  const info = await files.info(path);
  if (info?.kind !== 'file' || info.sizeBytes > maxTextBytes) return undefined;
  return files.readText(path);
}

/**
 * Looks at ComfyUI and its node packs below `dir`, those in use and those that are disabled. Files whose stat did not
 * move are not read again (`cacheKey` names what is remembered); git files are read as text and never obeyed. A link is
 * followed only where it leads to a pack that was taken already: `known` are the paths of components.
 */
export async function readComponents(
  context: Looker,
  dir: string,
  { cacheKey, known }: { readonly cacheKey: string; readonly known: ReadonlySet<string> },
): Promise<readonly ComponentState[]> {
  const { files } = context.outside;
  const isSkipped = await skippedInComfyui(files, dir);
  const common = { dir, isDisabled: false, cacheKey, known, isSkipped };
  const states = [await readComponent(context, { ...common, path: '.', place: '.' })];
  const at = `${dir}/custom_nodes`;
  for (const name of await files.list(at)) {
    if (name.startsWith('.') || name === '__pycache__') continue;
    const kind = (await files.info(`${at}/${name}`))?.kind;
    // A plain file there is ComfyUI's own example, or a node of one file: no pack.
    if (kind === undefined || kind === 'file') continue;
    const isDisabled = name.endsWith('.disabled');
    const path = `custom_nodes/${isDisabled ? name.slice(0, -'.disabled'.length) : name}`;
    states.push(await readComponent(context, { ...common, path, place: `custom_nodes/${name}`, isDisabled }));
  }
  for (const name of await files.list(`${at}/.disabled`)) {
    if ((await files.info(`${at}/.disabled/${name}`))?.kind !== 'directory') continue;
    // The Manager keeps several versions of one pack as `<name>@<version>`.
    const path = `custom_nodes/${name.replace(/@[^@]*$/, '')}`;
    const place = `custom_nodes/.disabled/${name}`;
    states.push(await readComponent(context, { ...common, path, place, isDisabled: true }));
  }
  return states;
}

interface Place {
  readonly dir: string;
  readonly path: string;
  readonly place: string;
  readonly isDisabled: boolean;
  readonly cacheKey: string;
  readonly known: ReadonlySet<string>;
  readonly isSkipped: (path: string) => boolean;
}

/** As `init` leaves out: environments inside the folder, and links among the packs. */
async function skippedInComfyui(files: Files, dir: string): Promise<(path: string) => boolean> {
  const left = new Set<string>();
  for (const name of await files.list(dir)) {
    const marks = [`${dir}/${name}/pyvenv.cfg`, `${dir}/${name}/conda-meta`];
    for (const mark of marks) if ((await files.info(mark)) !== undefined) left.add(name);
  }
  for (const name of await files.list(`${dir}/custom_nodes`))
    if ((await files.info(`${dir}/custom_nodes/${name}`))?.kind === 'link') left.add(`custom_nodes/${name}`);
  return (path) => left.has(path);
}

async function readComponent(context: Looker, place: Place): Promise<ComponentState> {
  const { files } = context.outside;
  const entry = place.place === '.' ? place.dir : `${place.dir}/${place.place}`;
  const isLink = place.place !== '.' && (await files.info(entry))?.kind === 'link';
  const folder = isLink && place.known.has(place.path) ? ((await files.realPath(entry)) ?? entry) : entry;
  const base = { path: place.path, place: place.place };
  const refused = (reason: string): ComponentState => ({
    ...base,
    state: place.isDisabled ? 'disabled' : 'refused',
    tree: null,
    reason,
    source: folder,
    commit: null,
    isTracked: false,
    version: null,
  });
  const kind = (await files.info(folder))?.kind;
  if (place.place !== '.' && kind === 'link') return refused('it is a link, and none is followed');
  if (kind !== 'directory') return refused(`it is ${kind === 'other' ? 'a pipe or device' : 'no folder'}`);
  if (!isComponentPath(place.path)) return refused('its name cannot be taken: letters, digits, blanks and . _ - only');
  const origin = await readOrigin(files, folder);
  const isTracked = (await files.info(`${folder}/.tracking`))?.kind === 'file';
  const version = await versionOf(files, folder);
  // What is not in use needs no files: that it is there is all that counts.
  if (place.isDisabled) return { ...base, state: 'disabled', tree: null, reason: null, ...origin, isTracked, version };
  const taken = await context.store.snapshot({
    dir: folder,
    limits: snapshotLimits,
    skip: (path) => isOutsideComponent(place.path, path) || (place.path === '.' && place.isSkipped(path)),
    cacheKey: `${place.cacheKey}:${place.path}`,
  });
  if (taken.kind === 'refused') {
    const [first] = taken.refused;
    const reason = `${first?.path ?? '?'}: ${first?.reason ?? '?'}`;
    return { ...refused(reason), ...origin, isTracked, version };
  }
  return { ...base, state: 'in use', tree: taken.tree, reason: null, ...origin, isTracked, version };
}

/** Where a folder came from, as far as its git files tell. */
async function readOrigin(files: Files, dir: string): Promise<{ source: string; commit: string | null }> {
  const head = (await smallText(files, `${dir}/.git/HEAD`))?.trim();
  if (head === undefined) return { source: dir, commit: null };
  const config = (await smallText(files, `${dir}/.git/config`)) ?? '';
  const url = /^\s*url\s*=\s*(.+?)\s*$/m.exec(config)?.[1];
  const ref = /^ref: (refs\/[\w./-]{1,240})$/.exec(head)?.[1];
  const isPlain = ref !== undefined && !ref.split('/').includes('..');
  const text = ref === undefined ? head : isPlain ? await refOf(files, dir, ref) : '';
  // A remote may carry a token; what is committed must not.
  const source = (url ?? dir).replace(/^([\w+.-]+:\/\/)[^/]*@/, '$1');
  return { source, commit: findCommitId(text.trim()) ?? null };
}

async function refOf(files: Files, dir: string, ref: string): Promise<string> {
  const loose = await smallText(files, `${dir}/.git/${ref}`);
  if (loose !== undefined) return loose;
  const packed = (await smallText(files, `${dir}/.git/packed-refs`)) ?? '';
  return (
    packed
      .split('\n')
      .find((line) => line.endsWith(` ${ref}`))
      ?.slice(0, 40) ?? ''
  );
}

/** What a git wrote about its work in the folder. */
export async function readReflog(files: Files, dir: string): Promise<readonly ReflogEntry[]> {
  return parseReflog((await smallText(files, `${dir}/.git/logs/HEAD`)) ?? '');
}

async function versionOf(files: Files, dir: string): Promise<string | null> {
  const text = (await smallText(files, `${dir}/pyproject.toml`)) ?? '';
  return /^version\s*=\s*"([\w.+!-]{1,60})"/m.exec(text)?.[1] ?? null;
}
