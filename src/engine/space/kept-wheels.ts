import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { parseLock } from '../../domain/environments/lock.ts';
import type { KeptWheel } from '../../domain/restore/space.ts';
import type { EngineContext } from '../context.ts';

/** What of a tree's lock is kept. */
export interface WheelsOfTree {
  readonly lockText: string;
  readonly wheels: readonly KeptWheel[];
  readonly hasAll: boolean;
}

type SpaceContext = Pick<EngineContext, 'outside' | 'paths' | 'store'>;

/** Asks for the wheels of trees, by names and sizes: no wheel is read. Each folder is looked at once. */
export async function createWheelFinder(
  context: SpaceContext,
): Promise<{ ofTree(tree: GitTreeId): Promise<WheelsOfTree | null>; all(): Promise<readonly KeptWheel[]> }> {
  const { files } = context.outside;
  const folders = await files.list(context.paths.wheels);
  const there = new Set(folders);
  const known = new Map<string, Promise<KeptWheel | undefined>>();
  const find = (sha256: string): Promise<KeptWheel | undefined> => {
    const found = known.get(sha256) ?? (there.has(sha256) ? measure(context, sha256) : Promise.resolve(undefined));
    known.set(sha256, found);
    return found;
  };
  return {
    /** Null when the tree has no lock that can be read. */
    async ofTree(tree) {
      const lockText = await readLockText(context, tree);
      const packages = lockText === undefined ? undefined : packagesOf(lockText);
      if (lockText === undefined || packages === undefined) return null;
      const wheels: KeptWheel[] = [];
      let hasAll = true;
      for (const { sha256 } of packages) {
        const kept = (await Promise.all(sha256.map(find))).find((one) => one !== undefined);
        if (kept === undefined) hasAll = false;
        else wheels.push(kept);
      }
      return { lockText, wheels, hasAll };
    },
    async all() {
      const found = await Promise.all(folders.filter((name) => /^[0-9a-f]{64}$/.test(name)).map(find));
      return found.filter((one) => one !== undefined);
    },
  };
}

/** Reads every kept wheel of a lock. Fault `WHEEL_HASH_MISMATCH` names one that is not what its folder says. */
export async function requireKeptWheels(context: SpaceContext, lockText: string): Promise<void> {
  const { files } = context.outside;
  for (const { sha256, name, version } of packagesOf(lockText) ?? []) {
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

async function measure(context: SpaceContext, sha256: string): Promise<KeptWheel | undefined> {
  const { files } = context.outside;
  const dir = `${context.paths.wheels}/${sha256}`;
  const name = (await files.list(dir)).find((one) => one.endsWith('.whl'));
  const info = name === undefined ? undefined : await files.info(`${dir}/${name}`);
  return info?.kind === 'file' ? { sha256, sizeBytes: info.sizeBytes } : undefined;
}

export async function readLockText({ store }: SpaceContext, tree: GitTreeId): Promise<string | undefined> {
  const bytes = await store.readFile(tree, 'requirements.lock');
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function packagesOf(lockText: string): ReturnType<typeof parseLock> | undefined {
  try {
    return parseLock({ file: 'requirements.lock', text: lockText });
  } catch (error) {
    if (error instanceof Fault && error.code === 'LOCK_INVALID') return undefined;
    throw error;
  }
}
