import type { CommitId } from '../../base/ids.ts';
import { parseManifest, type RestoreManifest } from '../../domain/restore/manifest.ts';
import type { TrustedStore } from '../../ports/index.ts';

export interface RestorePoint {
  /** `0007-upgrade-pytorch` */
  readonly name: string;
  readonly ref: string;
  /** The annotated tag object. */
  readonly object: string;
  readonly commit: CommitId;
  readonly manifest: RestoreManifest;
}

const prefix = 'refs/tags/restore/';

/** Reads every restore point of the trusted store, oldest first. */
export async function listRestorePoints(store: TrustedStore): Promise<readonly RestorePoint[]> {
  const points: RestorePoint[] = [];
  for (const { ref, object, target } of await store.listRefs(prefix)) {
    const { message } = await store.readTag(object);
    points.push({ name: ref.slice(prefix.length), ref, object, commit: target, manifest: parseManifest(message, ref) });
  }
  return points.sort((a, b) => a.manifest.number - b.manifest.number);
}

/** Returns the newest restore point at the commit. */
export const pointAt = (points: readonly RestorePoint[], commit: CommitId): RestorePoint | undefined =>
  points.filter((one) => one.commit === commit).at(-1);

/** Returns the next free number. */
export const nextRestoreNumber = (points: readonly RestorePoint[]): number => (points.at(-1)?.manifest.number ?? -1) + 1;
