import { absolutePath } from '../../base/paths.ts';
import { matchesAny } from '../../domain/definitions/match-path.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { App, Installation } from '../app.ts';

/** Where a file lies, as the installation sees it. */
interface HookFile {
  /** Absolute. */
  readonly path: string;
  /** `slot`: work of a tree. `home`: the person's own. `ours`: what nobody edits. */
  readonly place: 'slot' | 'home' | 'ours' | 'elsewhere';
  readonly slot: string | null;
  readonly tree: string | null;
  /** Relative to its slot or home. */
  readonly inside: string;
  readonly owners: readonly string[];
}

/** Files that are made anew from others. */
const made = ['requirements.lock', 'components.lock'];

/** Hooks tell of a file for so long, in milliseconds: an editor that was left open is none that edits. */
const openMs = 60 * 60_000;

/** Rows that are looked through for files that others have open. */
const maxRows = 500;

/** Returns where a file lies. Links are followed once for the folder: a path through another door is the same file. */
export async function hookFile(app: App, given: string, cwd: string): Promise<HookFile> {
  const installation = await app.installation();
  const { paths, definitions } = installation;
  const asTyped = absolutePath(cwd, given);
  const dir = asTyped.slice(0, asTyped.lastIndexOf('/')) || '/';
  const real = (await app.outside.files.realPath(dir)) ?? dir;
  const path = absolutePath(real, asTyped.slice(asTyped.lastIndexOf('/') + 1));
  const none = { path, slot: null, tree: null, owners: [] };
  if (isBelow(path, paths.state)) return { ...none, place: 'ours', inside: path };
  if (!isBelow(path, paths.home)) return { ...none, place: 'elsewhere', inside: path };
  const owners = (inside: string): string[] =>
    [...definitions.trees.values()].filter(({ scope }) => matchesAny(scope, inside)).map(({ id }) => id);
  if (isBelow(path, paths.trees)) {
    const [slot = '', ...rest] = path.slice(paths.trees.length + 1).split('/');
    const inside = rest.join('/');
    const place = isGit(inside) ? ('ours' as const) : ('slot' as const);
    return { path, place, slot, tree: slot.split('@')[0] ?? null, inside, owners: owners(inside) };
  }
  const inside = path.slice(paths.home.length + 1);
  const isOurs = isGit(inside) || isBelow(path, paths.work) || isBelow(path, paths.memory);
  return { ...none, place: isOurs ? 'ours' : 'home', inside, owners: owners(inside) };
}

/** Returns why a file is not to be edited, or undefined. */
export function whyNotEdit({ place, inside, path }: HookFile): string | undefined {
  if (place === 'ours') return `${path} is kept by orchestrate, or is git’s own: it is not edited by hand`;
  if (place === 'slot' && made.includes(inside))
    return `${inside} is made from other files: change requirements.in, or ask for a run`;
  return undefined;
}

/** Returns what whoever edits the file should know: scope, and who else is at it. */
export function whatToKnow(
  { definitions, ledger }: Installation,
  file: HookFile,
  { session, nowMs }: { readonly session: string | null; readonly nowMs: number },
): { readonly found: readonly string[]; readonly rows: readonly string[] } {
  const found: string[] = [];
  const rows: string[] = [];
  const scope = definitions.trees.get(file.tree ?? '')?.scope;
  if (file.place === 'slot' && scope !== undefined && !matchesAny(scope, file.inside))
    found.push(
      `${file.inside} is outside the scope of ${file.tree ?? ''}: ${file.owners.join(', ') || 'nobody'} owns it and has to review it`,
    );
  if (file.place === 'home')
    found.push(
      `${file.inside} lies in the home itself: work in a slot below trees/, or hand it in by \`orchestrate submit\``,
    );
  if (file.place === 'elsewhere') found.push(`${file.path} is not part of the installation`);
  for (const entry of ledger.read({ kinds: ['hook.file'], descending: true, limit: maxRows })) {
    const other = dataOf('hook.file', entry);
    const isSame =
      other !== undefined &&
      (other.path === file.path ||
        (file.inside !== '' && other.path.endsWith(`/${file.inside}`) && file.place === 'slot'));
    if (!isSame || other.session === session || nowMs - entry.atMs > openMs) continue;
    const isNewest = ledger.latest(`hook-file:${other.path}`)?.seq === entry.seq;
    if (!isNewest || other.act !== 'opened') continue;
    found.push(`${other.by.name}${other.session === null ? '' : `, session ${other.session},`} has ${other.path} open`);
    rows.push(`#${entry.seq}`);
  }
  return { found, rows };
}

const isBelow = (path: string, dir: string): boolean => path === dir || path.startsWith(`${dir}/`);
const isGit = (inside: string): boolean => inside.split('/').some((name) => name.toLowerCase() === '.git');
