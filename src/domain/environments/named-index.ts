import type { Family } from './cuda-family.ts';

/** An index as orchestrate.yaml names it. */
type Index = { readonly kind: 'url'; readonly url: string } | { readonly kind: 'folder'; readonly path: string };

/** Returns the name by which a lock says that a wheel comes from the index of a CUDA family: `torch/cu128`. */
export const familyIndexName = (family: Family): string => `torch/${family}`;

/**
 * Returns the index that a lock names, `<torch-index>/cu128` for `torch/cu128`; undefined where there is none. A lock holds
 * names and no addresses: where packages come from is the person's configuration, which no change writes along with a lock.
 */
export function namedIndex(name: string, torchIndex: Index | null): Index | undefined {
  const family = /^torch\/([a-z0-9.]+)$/.exec(name)?.[1];
  if (family === undefined || /^\.+$/.test(family) || torchIndex === null) return undefined;
  if (torchIndex.kind === 'folder') return { kind: 'folder', path: `${torchIndex.path}/${family}` };
  return { kind: 'url', url: `${torchIndex.url.replace(/\/+$/, '')}/${family}` };
}
