import type { Files } from '../ports/index.ts';

/** A wheel that is kept. */
export interface KeptFile {
  readonly sha256: string;
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Answers whether a wheel of a lock is kept, by the one rule: in the folder of one of its hashes lies the file that the lock
 * names, or any wheel: the folder's name says what its bytes are. No byte is read; who uses it compares them.
 */
export async function findKeptWheel(
  files: Files,
  wheelsDir: string,
  { sha256, file }: { readonly sha256: readonly string[]; readonly file?: string },
): Promise<KeptFile | undefined> {
  for (const hash of sha256) {
    const names = (await files.list(`${wheelsDir}/${hash}`)).filter((one) => one.endsWith('.whl'));
    const name = names.find((one) => one === file) ?? names[0];
    const path = `${wheelsDir}/${hash}/${name ?? ''}`;
    const info = name === undefined ? undefined : await files.info(path);
    if (name !== undefined && info?.kind === 'file') return { sha256: hash, path, name, sizeBytes: info.sizeBytes };
  }
  return undefined;
}
