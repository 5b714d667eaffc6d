import { modelFile } from './graph-models.ts';

/**
 * Returns whether a file is what a prompt or workflow named: the end of its path, as a workflow does not say which folder it means. Two files of
 * that name count as used both; so does an embedding under any of its ends.
 */
export function isNamed(path: string, names: ReadonlySet<string>): boolean {
  const parts = path.split('/');
  for (let at = parts.length - 1; at >= 1 && at >= parts.length - 8; at -= 1) {
    const end = parts.slice(at).join('/');
    if (names.has(end) || names.has(`embedding:${end}`) || names.has(`embedding:${end.replace(modelFile, '')}`))
      return true;
  }
  return false;
}
