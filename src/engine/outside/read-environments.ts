import { asGitTreeId } from '../../base/ids.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { type Found, maxDetails, unknownAuthor } from '../../domain/outside/difference.ts';
import type { EngineContext } from '../context.ts';

/** Entries of one environment that are looked at; torch with CUDA has about 30,000. */
const maxEntries = 300_000;

/**
 * Looks at every sealed environment. Only one whose stat data moved since it was found intact is read; what is
 * remembered of that is a file that can be lost at any time.
 */
export async function environmentDifferences(context: EngineContext): Promise<readonly Found[]> {
  const { files, python } = context.outside;
  const remembered = `${context.paths.state}/outside/environments.json`;
  const known = parseKnown(await files.readText(remembered));
  const now: Record<string, string> = {};
  const found: Found[] = [];
  for (const id of await files.list(context.paths.envs)) {
    if (!/^[0-9a-f]{20}$/.test(id)) continue;
    const dir = `${context.paths.envs}/${id}`;
    const { statDigest } = await files.tally(dir, { maxEntries });
    if (known[id] === statDigest) {
      now[id] = statDigest;
      continue;
    }
    const condition = await python.inspect(dir);
    if (condition.kind === 'intact') now[id] = statDigest;
    if (condition.kind === 'drifted') found.push(drifted(id, condition.changed));
  }
  if (JSON.stringify(now) !== JSON.stringify(known)) {
    await files.ensureDir(`${context.paths.state}/outside`, { mode: 0o700 });
    await files.writeAtomic(remembered, JSON.stringify(now), { mode: 0o600 });
  }
  return found;
}

function parseKnown(text: string | undefined): Readonly<Record<string, string>> {
  try {
    const known: unknown = JSON.parse(text ?? '{}');
    return typeof known === 'object' && known !== null ? (known as Record<string, string>) : {};
  } catch {
    return {};
  }
}

const drifted = (id: string, changed: readonly string[]): Found => ({
  kind: 'environment',
  subject: id,
  how: 'changed',
  name: id,
  from: null,
  to: null,
  details: changed.slice(0, maxDetails),
  nDetails: changed.length,
  when: null,
  who: unknownAuthor,
  mark: changed.join('\n'),
  take: null,
  whyNot:
    'a sealed environment is never changed in place: ask for the package by a run, or discard, and it is built again from kept wheels',
});

/** Returns the lock of an environment that a restore point or the branch names, or undefined. */
export async function lockOfEnvironment(context: EngineContext, id: string): Promise<string | undefined> {
  for (const entry of context.ledger.read({
    kinds: ['restore.created', 'instance.composed'],
    descending: true,
    limit: 10_000,
  })) {
    const manifest = dataOf('restore.created', entry)?.manifest;
    const composed = dataOf('instance.composed', entry);
    const tree =
      manifest?.environment === id ? manifest.tree : composed?.environment === id ? composed.tree : undefined;
    if (tree === undefined) continue;
    const bytes = await context.store.readFile(asGitTreeId(tree), 'requirements.lock');
    if (bytes !== undefined) return new TextDecoder().decode(bytes);
  }
  return undefined;
}
