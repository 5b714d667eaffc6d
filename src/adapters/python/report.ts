import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Fault } from '../../base/fault.ts';
import { normalName } from '../../domain/environments/package-name.ts';
import type { LockedPackage } from '../../ports/python.ts';
import { hashFile } from './hash-file.ts';
import type { Parts } from './parts.ts';
import { fetchSizes } from './wheel-sizes.ts';

/** https://pip.pypa.io/en/stable/reference/installation-report/ */
export interface ReportItem {
  readonly download_info: {
    readonly url: string;
    readonly archive_info?: { readonly hash?: string; readonly hashes?: Readonly<Record<string, string>> };
  };
  readonly metadata: {
    readonly name: string;
    readonly version: string;
    readonly requires_dist?: readonly string[];
    readonly requires_python?: string;
    readonly provides_extra?: readonly string[];
  };
}

/** Reads what pip would install. */
export async function readReport(parts: Parts, path: string): Promise<readonly ReportItem[]> {
  const report = JSON.parse((await parts.files.readText(path)) ?? '{"install":[]}') as { install: ReportItem[] };
  return report.install;
}

/** Returns the packages of a report as a lock has them, in its order, with sizes where the index tells them. */
export async function lockedPackages(parts: Parts, items: readonly ReportItem[]): Promise<readonly LockedPackage[]> {
  const found = await Promise.all(items.map((item) => lockedPackage(parts, item)));
  const sizes = await fetchSizes(
    parts,
    found.filter(({ locked }) => locked.sizeBytes === null).map(({ url }) => url),
  );
  return found.map(({ locked, url }) => ({ ...locked, sizeBytes: locked.sizeBytes ?? sizes.get(url) ?? null }));
}

async function lockedPackage(
  parts: Parts,
  { download_info: { url, archive_info }, metadata }: ReportItem,
): Promise<{ locked: LockedPackage; url: string }> {
  const path = url.startsWith('file:') ? fileURLToPath(url.replace(/#.*$/, '')) : undefined;
  const told = archive_info?.hashes?.['sha256'] ?? /^sha256=([0-9a-f]{64})$/.exec(archive_info?.hash ?? '')?.[1];
  const sha256 = told ?? (path === undefined ? undefined : await hashFile(path));
  if (sha256 === undefined) {
    const what = `${metadata.name} ${metadata.version}`;
    throw new Fault('WHEEL_HASH_MISMATCH', `The index tells no sha256 of ${what}: what has none cannot be locked.`, {
      state: 'Nothing was installed.',
      hints: ['Take an index whose pages carry hashes (PEP 503): set python.index or python.torch-index.'],
    });
  }
  const file = path === undefined ? decodeURIComponent(basename(new URL(url).pathname)) : basename(path);
  const sizeBytes = path === undefined ? null : ((await parts.files.info(path))?.sizeBytes ?? null);
  return {
    locked: { name: normalName(metadata.name), version: metadata.version, sha256: [sha256], file, sizeBytes },
    url,
  };
}
