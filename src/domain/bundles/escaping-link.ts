import type { BundledFile } from './bundle-tree.ts';

/**
 * Returns the path of a link that could lead out of the tree, or undefined. Allowed is only a relative target that stays
 * inside, step by step, without another link on its way: then what is read is what the steps say.
 */
export function findEscapingLink(
  files: readonly BundledFile[],
  targetOf: (blob: string) => string | undefined,
): string | undefined {
  const links = new Set(files.filter((one) => one.mode === '120000').map((one) => one.path));
  for (const { path, mode, blob } of files) {
    if (mode === '120000' && !staysInside(path, targetOf(blob), links)) return path;
  }
  return undefined;
}

function staysInside(path: string, target: string | undefined, links: ReadonlySet<string>): boolean {
  if (target === undefined || target === '' || target.startsWith('/') || target.includes('\0')) return false;
  const at = path.split('/').slice(0, -1);
  const steps = target.split('/');
  for (const [index, step] of steps.entries()) {
    if (step === '..') {
      if (at.pop() === undefined) return false;
    } else if (step !== '.' && step !== '') at.push(step);
    if (index < steps.length - 1 && links.has(at.join('/'))) return false;
  }
  return !links.has(at.join('/'));
}
