import type { CommitId } from '../../base/ids.ts';
import { parseManifest, type RestoreManifest } from '../../domain/restore/manifest.ts';
import type { EngineContext } from '../context.ts';

export interface RestorePoint {
  /** `0007-upgrade-pytorch` */
  readonly name: string;
  readonly ref: string;
  /** The annotated tag object. */
  readonly object: string;
  readonly commit: CommitId;
  readonly manifest: RestoreManifest;
  /** The branch never took its commit; its number stays in use. */
  readonly isVoid: boolean;
}

const prefix = 'refs/tags/restore/';

/** Reads every restore point of the trusted store, oldest first. */
export async function listRestorePoints({
  store,
  ledger,
}: Pick<EngineContext, 'store' | 'ledger'>): Promise<readonly RestorePoint[]> {
  const points: RestorePoint[] = [];
  for (const { ref, object, target } of await store.listRefs(prefix)) {
    const { message } = await store.readTag(object);
    const manifest = parseManifest(message, ref);
    const isVoid = ledger.latest(`void:${manifest.number}`) !== undefined;
    points.push({ name: ref.slice(prefix.length), ref, object, commit: target, manifest, isVoid });
  }
  return points.sort((a, b) => a.manifest.number - b.manifest.number);
}

/** Returns the newest restore point at the commit. */
export const pointAt = (points: readonly RestorePoint[], commit: CommitId): RestorePoint | undefined =>
  points.filter((one) => one.commit === commit && !one.isVoid).at(-1);

/** Returns the next free number. */
export const nextRestoreNumber = (points: readonly RestorePoint[]): number =>
  (points.at(-1)?.manifest.number ?? -1) + 1;
