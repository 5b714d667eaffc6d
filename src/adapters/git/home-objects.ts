import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { inflateSync } from 'node:zlib';

import { Fault } from '../../base/fault.ts';
import type { CommitId } from '../../base/ids.ts';
import type { HomePlace } from './home-place.ts';
import { looseObjectPath, newObject, writeLooseObjects, type NewObject } from './object-writer.ts';
import { readPlainFile } from './plain-file.ts';
import { isSameStat, isYoung, type StatKey } from './stat-cache.ts';
import { commitFacts, isAncestor } from './store-history.ts';
import { objectsDir } from './store-parts.ts';

/** Commits between two states of a branch that are delivered one by one; more is a history, not a change. */
const maxCommits = 1_000;
/** A loose object of home that is checked against its id; larger ones are taken as wrong and written again. */
const maxCheckedBytes = 64 * 1024 * 1024;

/** Brings objects of the store to home. Keeps what it saw of home's loose objects, so a delivery looks only at what moved. */
export class HomeObjects {
  readonly #home: HomePlace;
  readonly #objects: string;
  readonly #folders = new Map<string, { readonly stat: StatKey; readonly ids: readonly string[] }>();
  /** Objects that were right, with the stat data of then. */
  readonly #checked = new Map<string, StatKey>();
  #delivered: readonly string[] = [];

  constructor(home: HomePlace) {
    this.#home = home;
    this.#objects = path.join(home.gitDir, 'objects');
  }

  /**
   * Copies what `commit` (and the tag) reach beyond `known` into home's objects. A file that home has under one of the
   * ids of the new tree is hashed: an agent may have put other bytes there beforehand. Wrong ones are replaced.
   */
  async deliver(options: {
    readonly commit: CommitId;
    readonly tag?: string;
    readonly known: CommitId | null;
  }): Promise<{ readonly nObjects: number; readonly repaired: readonly string[] }> {
    const { parts } = this.#home;
    const commits = await commitsBeyond(this.#home, options.commit, options.known);
    const inHome =
      options.known === null
        ? new Set<string>()
        : await parts.trees.objects((await commitFacts(parts, options.known)).tree);
    const wanted = new Set<string>(options.tag === undefined ? commits : [...commits, options.tag]);
    const reached = new Set<string>(wanted);
    for (const commit of commits) {
      for (const id of await parts.trees.objects((await commitFacts(parts, commit)).tree)) {
        reached.add(id);
        if (!inHome.has(id)) wanted.add(id);
      }
    }
    const present = this.#looseIds();
    const repaired = [...reached].filter((id) => present.has(id) && !this.#isRight(id));
    const absent = [...wanted].filter((id) => !present.has(id));
    const toWrite = await Promise.all([...absent, ...repaired].map((id) => objectFile(this.#home, id)));
    await writeLooseObjects(this.#objects, toWrite);
    this.#delivered = [...wanted];
    return { nObjects: toWrite.length, repaired };
  }

  /**
   * Writes again what of the last delivery is no longer there. A `gc --prune=now` of the person takes away what no ref
   * names yet. Returns how many there were; what a gc has packed meanwhile is written too, which does no harm.
   */
  async redeliver(): Promise<number> {
    const lost = this.#delivered.filter((id) => !fs.existsSync(looseObjectPath(this.#objects, id)));
    await writeLooseObjects(this.#objects, await Promise.all(lost.map((id) => objectFile(this.#home, id))));
    return lost.length;
  }

  /** A folder whose stat data did not move has the names it had. */
  #looseIds(): ReadonlySet<string> {
    const nowMs = Date.now();
    const ids = new Set<string>();
    for (let first = 0; first < 256; first++) {
      const name = first.toString(16).padStart(2, '0');
      const folder = path.join(this.#objects, name);
      const stat = fs.lstatSync(folder, { throwIfNoEntry: false });
      if (stat?.isDirectory() !== true) continue;
      const seen = this.#folders.get(name);
      const found =
        seen !== undefined && isSameStat(seen.stat, stat)
          ? seen.ids
          : fs.readdirSync(folder).map((rest) => name + rest);
      if (isYoung(stat, nowMs)) this.#folders.delete(name);
      else this.#folders.set(name, { stat, ids: found });
      for (const id of found) ids.add(id);
    }
    return ids;
  }

  #isRight(id: string): boolean {
    const file = looseObjectPath(this.#objects, id);
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    const seen = this.#checked.get(id);
    if (stat !== undefined && seen !== undefined && isSameStat(seen, stat)) return true;
    const found = readPlainFile(file, maxCheckedBytes);
    if (stat === undefined || found.kind !== 'file' || !hashesTo(found.bytes, id)) return false;
    if (!isYoung(stat, Date.now())) this.#checked.set(id, stat);
    return true;
  }
}

/** Commits reachable from `commit` that `known` does not reach, as far as the walk from `commit` shows. */
async function commitsBeyond(
  home: HomePlace,
  commit: CommitId,
  known: CommitId | null,
): Promise<ReadonlySet<CommitId>> {
  const found = new Set<CommitId>();
  const waiting: CommitId[] = [commit];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (
      next === known ||
      found.has(next) ||
      (known !== null && next !== commit && (await isAncestor(home.parts, next, known)))
    )
      continue;
    found.add(next);
    if (found.size > maxCommits)
      throw new Fault('GIT_FAILED', `More than ${maxCommits} commits lie between ${known} and ${commit}.`, {
        state: 'Home is as it was.',
      });
    waiting.push(...(await commitFacts(home.parts, next)).parents);
  }
  return found;
}

async function objectFile(home: HomePlace, id: string): Promise<NewObject> {
  const loose = looseObjectPath(objectsDir(home.parts), id);
  if (fs.existsSync(loose)) return { id, file: fs.readFileSync(loose) };
  const object = await home.parts.reader.find(id);
  if (object === undefined)
    throw new Fault('GIT_FAILED', `The store has no object ${id}.`, { state: 'Home is as it was.', data: { id } });
  return newObject(object.type, object.body, id);
}

function hashesTo(file: Buffer, id: string): boolean {
  try {
    return (
      createHash('sha1')
        .update(inflateSync(file, { maxOutputLength: 4 * maxCheckedBytes }))
        .digest('hex') === id
    );
  } catch {
    return false;
  }
}
