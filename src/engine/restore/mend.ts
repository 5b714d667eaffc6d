import { Fault } from '../../base/fault.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import { printManifest } from '../../domain/restore/manifest.ts';
import type { Entry } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';
import { allRows } from '../removal/read-trash.ts';

type Created = JournalKinds['restore.created'];

/** A restore tag that is not what the journal says. */
export interface BrokenPoint {
  readonly number: number;
  readonly tag: string;
  readonly where: 'home' | 'store';
  /** What the tag names there; null: it is missing. */
  readonly found: string | null;
}

/**
 * Compares the restore tags of home and store with the journal. It is the journal that says which there are: a tag that
 * somebody deleted or moved is found here, whoever it was. Reads only; voided points are nobody's way back.
 */
export async function findBroken(context: EngineContext): Promise<readonly BrokenPoint[]> {
  const broken: BrokenPoint[] = [];
  for (const { created } of recorded(context)) {
    const object = await expectedObject(context, created);
    const ref = refOf(created);
    const { number, tag } = created;
    const there = { store: await context.store.findRef(ref), home: await context.home.findRef(ref) };
    for (const where of ['store', 'home'] as const) {
      if (object === undefined || there[where] !== object)
        broken.push({ number, tag, where, found: there[where] ?? null });
    }
  }
  return broken;
}

/**
 * Makes restore tags again that are missing or name something else: from the row that was written when the point was
 * made, and from the objects of the store, which never lets one go. Compare-and-swap against what was found, with a row
 * for each. Returns one sentence for each; what cannot be made again is told and keeps nobody from working. A repeat is safe.
 */
export async function mendPoints(context: EngineContext): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const one of await findBroken(context)) {
    try {
      findings.push(await mendPoint(context, one));
    } catch (error) {
      if (!(error instanceof Fault) || error.code === 'EPOCH_OLD') throw error;
      findings.push(`${one.tag} is broken in the ${one.where} and could not be made again: ${error.message}`);
    }
  }
  return findings;
}

/** Makes one of them again, from what was found. Returns what was done, as a sentence. */
export async function mendPoint(context: EngineContext, { number, tag, where, found }: BrokenPoint): Promise<string> {
  const known = recorded(context).find(({ created }) => created.number === number);
  if (known === undefined) throw new Error(`${tag} is not on record`);
  const { created, entry } = known;
  const { commit, manifest } = created;
  const object =
    (await expectedObject(context, created)) ??
    (await context.store.tagObject({
      name: tag,
      target: manifest.commit,
      message: printManifest(manifest),
      atSeconds: Math.floor(entry.atMs / 1000),
    }));
  const update = [{ ref: refOf(created), from: found, to: object }];
  // Whoever took the tag away may have thrown away what it named as well.
  if (where === 'home') await context.home.deliverObjects({ commit: manifest.commit, tag: object, known: null });
  const outcome = await (where === 'home' ? context.home : context.store).updateRefs(update);
  if (outcome.kind === 'refused' && outcome.actual !== object)
    throw new Fault('GIT_FAILED', `${outcome.ref} moved again meanwhile.`);
  await context.ledger.append([
    row('restore.rebuilt', { number, tag, where, found, object }, { keys: [`rebuilt:${number}`] }),
  ]);
  return `${tag} ${found === null ? 'was missing' : `named ${found.slice(0, 7)}`} in the ${where}: made again, names ${commit.slice(0, 7)}`;
}

function recorded({ ledger }: EngineContext): readonly { readonly created: Created; readonly entry: Entry }[] {
  const found = new Map<number, { created: Created; entry: Entry }>();
  for (const entry of allRows({ ledger }, 'restore.created')) {
    const created = dataOf('restore.created', entry);
    if (created === undefined || ledger.latest(`void:${created.number}`) !== undefined) continue;
    found.set(created.number, { created, entry });
  }
  return [...found.values()];
}

const refOf = ({ tag }: Created): string => `refs/tags/${tag}`;

/** The tag object that the point was made with: recorded, or recognised by what it says where an old row names none. */
async function expectedObject(context: EngineContext, created: Created): Promise<string | undefined> {
  const rebuilt = dataOf('restore.rebuilt', context.ledger.latest(`rebuilt:${created.number}`))?.object;
  const ref = refOf(created);
  const candidates = [
    rebuilt,
    created.object,
    await context.store.findRef(ref),
    await context.home.findRef(ref),
  ].filter((one) => typeof one === 'string');
  for (const object of new Set(candidates)) if (await says(context, object, created)) return object;
  return undefined;
}

async function says({ store }: EngineContext, object: string, { manifest }: Created): Promise<boolean> {
  try {
    const { message, target } = await store.readTag(object);
    return target === manifest.commit && message.trimEnd() === printManifest(manifest).trimEnd();
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}
