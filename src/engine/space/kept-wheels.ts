import { findKeptWheel, type KeptFile } from '../../actions/_kept-wheel.ts';
import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { isBorrowed, isWheelOf, type Lock, readLock } from '../../domain/environments/lock.ts';
import type { KeptWheel } from '../../domain/restore/space.ts';
import type { EngineContext } from '../context.ts';

/** What of a tree's lock is kept. */
export interface WheelsOfTree {
  readonly lockText: string;
  /** In a borrowed lock, which has no hashes: kept wheels of its packages' names and versions. */
  readonly wheels: readonly KeptWheel[];
  /** Never of a borrowed one: it is not built. */
  readonly hasAll: boolean;
  readonly isBorrowed: boolean;
}

type SpaceContext = Pick<EngineContext, 'outside' | 'paths' | 'store'>;

/** Asks for the wheels of trees, by names and sizes: no wheel is read. Each folder is looked at once. */
export async function createWheelFinder(
  context: SpaceContext,
): Promise<{ ofTree(tree: GitTreeId): Promise<WheelsOfTree | null>; all(): Promise<readonly KeptWheel[]> }> {
  const { paths } = context;
  const { files } = context.outside;
  const folders = await files.list(paths.wheels);
  const there = new Set(folders);
  const known = new Map<string, Promise<KeptFile | undefined>>();
  const find = (sha256: string): Promise<KeptFile | undefined> => {
    const found =
      known.get(sha256) ??
      (there.has(sha256) ? findKeptWheel(files, paths.wheels, { sha256: [sha256] }) : Promise.resolve(undefined));
    known.set(sha256, found);
    return found;
  };
  const all = async (): Promise<readonly KeptFile[]> =>
    (await Promise.all(folders.filter((name) => /^[0-9a-f]{64}$/.test(name)).map(find))).filter(
      (one) => one !== undefined,
    );
  return {
    /** Null when the tree has no lock that can be read. */
    async ofTree(tree) {
      const lockText = await readLockText(context, tree);
      const lock = lockText === undefined ? undefined : lockOf(lockText);
      if (lockText === undefined || lock === undefined) return null;
      const { packages } = lock;
      if (isBorrowed(lock)) {
        const wheels = (await all()).filter(({ name }) => packages.some((one) => isWheelOf(name, one)));
        return { lockText, wheels: wheels.map(sizeOf), hasAll: false, isBorrowed: true };
      }
      const wheels: KeptWheel[] = [];
      let hasAll = true;
      for (const { sha256 } of packages) {
        const kept = (await Promise.all(sha256.map(find))).find((one) => one !== undefined);
        if (kept === undefined) hasAll = false;
        else wheels.push(sizeOf(kept));
      }
      return { lockText, wheels, hasAll, isBorrowed: false };
    },
    all: async () => (await all()).map(sizeOf),
  };
}

const sizeOf = ({ sha256, sizeBytes }: KeptFile): KeptWheel => ({ sha256, sizeBytes });

/** Reads every kept wheel of a lock. Fault `WHEEL_HASH_MISMATCH` names one that is not what its folder says. */
export async function requireKeptWheels(context: SpaceContext, lockText: string): Promise<void> {
  const { files } = context.outside;
  for (const { sha256, name, version } of lockOf(lockText)?.packages ?? []) {
    const folders = await Promise.all(sha256.map((one) => files.manifest(`${context.paths.wheels}/${one}`)));
    const isKept = folders.some(({ lines }, at) => lines.some((line) => line.startsWith(`${sha256[at]} `)));
    if (isKept) continue;
    throw new Fault('WHEEL_HASH_MISMATCH', `The kept wheel of ${name} ${version} is not the one that the lock names.`, {
      state: 'Nothing was taken away.',
      hints: [`rm -r ${context.paths.wheels}/${sha256[0] ?? ''}   (then it is fetched again)`],
      data: { name, version, sha256 },
    });
  }
}

export async function readLockText({ store }: SpaceContext, tree: GitTreeId): Promise<string | undefined> {
  const bytes = await store.readFile(tree, 'requirements.lock');
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function lockOf(lockText: string): Lock | undefined {
  try {
    return readLock({ file: 'requirements.lock', text: lockText });
  } catch (error) {
    if (error instanceof Fault && error.code === 'LOCK_INVALID') return undefined;
    throw error;
  }
}
