import { findKeptWheel } from '../../actions/_kept-wheel.ts';
import { Fault } from '../../base/fault.ts';
import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { canonicalJson, type JsonObject } from '../../base/json.ts';
import type { BundleBody } from '../../domain/bundles/bundle-body.ts';
import { printBundleTree } from '../../domain/bundles/bundle-tree.ts';
import { isBorrowed, readLock } from '../../domain/environments/lock.ts';
import { parseComponents } from '../../domain/instances/components.ts';
import type { BundlePart, Entry } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';
import type { RestorePoint } from '../restore/points.ts';

/** Where the key lies that signs bundles of this machine and installation. */
export const bundleKeyFile = ({ paths }: Pick<EngineContext, 'paths'>): string => `${paths.state}/keys/bundle.pem`;

/**
 * Gathers what a restore point needs to live on another machine: home's tree, the trees of its components, its wheels,
 * and the journal rows that tell what was proven. Reads every file once for its hash.
 * Faults: `RESTORE_UNAVAILABLE` when a wheel is not kept, or the environment is borrowed: then nobody has its wheels.
 */
export async function collectBundle(
  context: EngineContext,
  point: RestorePoint,
  options: { withWheels: boolean },
): Promise<{ body: JsonObject; parts: readonly BundlePart[] }> {
  const { store, outside } = context;
  const home = asGitTreeId(point.manifest.tree);
  const need = async (path: string): Promise<string> => {
    const bytes = await store.readFile(home, path);
    if (bytes === undefined)
      throw new Fault('RESTORE_UNAVAILABLE', `${point.name} has no ${path}.`, { state: unwritten });
    return new TextDecoder().decode(bytes);
  };
  const components = parseComponents(await need('components.lock'));
  const trees = [home, ...new Set(components.map((one) => asGitTreeId(one.tree)))];
  const wheels = await wheelParts(context, point, await need('requirements.lock'), options);
  const body: BundleBody = {
    madeBy: outside.host.version,
    madeAtMs: outside.clock.nowMs(),
    installation: context.config.name,
    point: point.manifest,
    withWheels: options.withWheels,
  };
  const evidence = evidenceOf(context, point).map((entry) => `${canonicalJson(entry)}\n`);
  return {
    body: body as unknown as JsonObject,
    parts: [...(await treeParts(context, trees)), ...wheels, textPart(context, 'evidence.jsonl', evidence.join(''))],
  };
}

const unwritten = 'No bundle was written.';

/** Every tree as a list of its files, then every file once. */
async function treeParts(context: EngineContext, trees: readonly GitTreeId[]): Promise<readonly BundlePart[]> {
  const { store, outside } = context;
  const blobs = new Set<string>();
  const parts: BundlePart[] = [];
  for (const tree of trees) {
    const files = await store.list(tree);
    for (const { blob } of files) blobs.add(blob);
    parts.push(textPart(context, `trees/${tree}`, printBundleTree(files)));
  }
  for (const blob of [...blobs].sort()) {
    const bytes = await store.readBlob(blob);
    parts.push({
      path: `blobs/${blob}`,
      sizeBytes: bytes.length,
      sha256: outside.digest.sha256(bytes),
      content: () => store.readBlob(blob),
    });
  }
  return parts;
}

function textPart({ outside }: EngineContext, path: string, text: string): BundlePart {
  const bytes = new TextEncoder().encode(text);
  return { path, sizeBytes: bytes.length, sha256: outside.digest.sha256(bytes), content: async () => bytes };
}

async function wheelParts(
  context: EngineContext,
  point: RestorePoint,
  lockText: string,
  { withWheels }: { withWheels: boolean },
): Promise<readonly BundlePart[]> {
  const lock = readLock({ file: 'requirements.lock', text: lockText });
  if (isBorrowed(lock)) {
    throw new Fault('RESTORE_UNAVAILABLE', `The environment of ${point.name} is borrowed: no wheel of it is kept.`, {
      hints: ['orchestrate run "relock environment"   (then export the restore point that it makes)'],
      state: unwritten,
    });
  }
  if (!withWheels) return [];
  const { files } = context.outside;
  const parts: BundlePart[] = [];
  for (const { name, version, sha256, file } of lock.packages) {
    const kept = await findKeptWheel(files, context.paths.wheels, { sha256, file });
    if (kept === undefined) {
      throw new Fault('RESTORE_UNAVAILABLE', `The wheel of ${name} ${version} is not kept.`, {
        hints: [`orchestrate restore export ${point.manifest.number} --without-wheels --bundle <file>`],
        state: unwritten,
      });
    }
    const { sha256: hash, path, sizeBytes } = kept;
    if (parts.some((one) => one.sha256 === hash)) continue;
    parts.push({ path: `wheels/${hash}`, sizeBytes, sha256: hash, content: async () => path });
  }
  return parts;
}

const evidenceKinds = ['evidence.recorded', 'change.gated', 'review.answered', 'restore.created'];

/** Rows of the run that made the point, and what else was proven of its tree; each with its hash in the journal. */
function evidenceOf({ ledger }: EngineContext, { manifest }: RestorePoint): readonly Entry[] {
  const ofRun = manifest.run === null ? [] : ledger.read({ run: manifest.run, kinds: evidenceKinds, limit: 10_000 });
  const ofTree = ['imports', 'boot', 'smoke'].flatMap(
    (part) => ledger.latest(`evidence-of:${manifest.tree}:${part}`) ?? [],
  );
  const created = ledger.latest(`restore:${manifest.number}`);
  const bySeq = new Map([...ofRun, ...ofTree, ...(created ? [created] : [])].map((entry) => [entry.seq, entry]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
