import { snapshotLimits } from '../../domain/changes/snapshot-rules.ts';
import { folderMode, gitlinkMode, type RawEntry } from './object-format.ts';
import type { ObjectReader } from './object-reader.ts';
import { collisionKey } from './path-rules.ts';
import type { TreeReader } from './tree-reader.ts';
import { unsupportedAttributes } from './unsupported-content.ts';

const linkMode = '120000';
/** Attributes files and links beyond this are neither. */
const maxTextBytes = 1024 * 1024;
/** Problems that are told; more would only repeat the first ones. */
const maxProblems = 20;

/** One thing in a fetched tree that keeps it from being taken. */
export interface ContentProblem {
  readonly path: string;
  readonly reason: string;
}

/**
 * Looks through a fetched tree while it lies in its scratch repository: submodules, filters and LFS, names that fold
 * together, too many or too large files, links that lead out. Sizes are asked for before anything is read.
 */
export async function contentProblems(
  source: { readonly reader: ObjectReader; readonly trees: TreeReader },
  tree: string,
): Promise<readonly ContentProblem[]> {
  const { reader, trees } = source;
  const problems: ContentProblem[] = [];
  const files = new Map<string, RawEntry>();
  const walk = async (id: string, prefix: string): Promise<void> => {
    const folded = new Set<string>();
    for (const entry of await trees.entries(id)) {
      const path = prefix + entry.name;
      if (files.size > snapshotLimits.maxFiles || problems.length >= maxProblems) return;
      if (folded.has(collisionKey(entry.name)))
        problems.push({ path, reason: 'has a name that another one folds to on some file systems' });
      folded.add(collisionKey(entry.name));
      if (entry.mode === folderMode) await walk(entry.id, `${path}/`);
      else if (entry.mode === gitlinkMode) problems.push({ path, reason: 'is a submodule' });
      else files.set(path, entry);
    }
  };
  await walk(tree, '');
  if (files.size > snapshotLimits.maxFiles)
    problems.push({ path: '.', reason: `holds more than ${snapshotLimits.maxFiles} files` });
  if (problems.length > 0) return problems;

  const infos = await Promise.all([...files.values()].map(({ id }) => reader.findInfo(id)));
  let total = 0;
  for (const [index, path] of [...files.keys()].entries()) {
    const size = infos[index]?.sizeBytes ?? 0;
    total += size;
    if (size > snapshotLimits.maxFileBytes) problems.push({ path, reason: `has ${size} bytes: too large` });
  }
  if (total > snapshotLimits.maxTotalBytes)
    problems.push({ path: '.', reason: `unpacks to ${total} bytes: too large` });
  if (problems.length > 0) return problems.slice(0, maxProblems);

  for (const [path, { mode, id }] of files) {
    if (mode === linkMode) {
      const target = (await reader.require(id, 'blob')).subarray(0, maxTextBytes).toString('utf8');
      const reason = linkProblem(path, target, (at) => files.get(at)?.mode === linkMode);
      if (reason !== undefined) problems.push({ path, reason });
    } else if (path === '.gitattributes' || path.endsWith('/.gitattributes')) {
      const text = (await reader.require(id, 'blob')).subarray(0, maxTextBytes).toString('utf8');
      for (const found of unsupportedAttributes(path, text))
        if (found.code === 'HOME_LFS') problems.push({ path, reason: found.reason });
    }
    if (problems.length >= maxProblems) break;
  }
  return problems;
}

/**
 * Returns why a link cannot be taken, or undefined. Its target has to lie in the component however the links on the way
 * are followed: so none may be on the way, and `..` comes first or not at all.
 */
export function linkProblem(path: string, target: string, isLink: (path: string) => boolean): string | undefined {
  if (target === '' || target.startsWith('/') || target.includes('\0')) return `is a link to ${JSON.stringify(target)}`;
  const at = path.split('/').slice(0, -1);
  let hasName = false;
  const steps = target.split('/').filter((step) => step !== '' && step !== '.');
  for (const [index, step] of steps.entries()) {
    if (step === '..') {
      if (hasName || at.pop() === undefined)
        return `is a link that leads out of the component (${target.slice(0, 80)})`;
      continue;
    }
    hasName = true;
    at.push(step);
    if (index < steps.length - 1 && isLink(at.join('/'))) return `is a link through another link (${at.join('/')})`;
  }
  return undefined;
}
