import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { CommitId, EnvironmentId, GitTreeId } from '../../base/ids.ts';

/**
 * How well a restore point's environment can be brought back; see DESIGN's words in the README. `files`: there is none that is looked
 * after, and nothing but the files is promised.
 */
export type RestoreGrade = 'ready' | 'offline' | 'needs-network' | 'borrowed' | 'files';

/** The message of a restore tag, as JSON: the state *at* the tagged commit. */
export interface RestoreManifest {
  readonly version: 1;
  readonly number: number;
  readonly title: string;
  /** The commit that the tag names. Null while the tag's own commit is being made. */
  readonly commit: CommitId;
  readonly tree: GitTreeId;
  readonly environment: EnvironmentId | null;
  readonly environmentDigest: string | null;
  readonly components: string;
  /** `init`, `merge`, `undo`, `restore`, `revert` for a merge that production did not survive, or `by-hand` for a commit that a person made. */
  readonly made: 'init' | 'merge' | 'undo' | 'restore' | 'revert' | 'by-hand';
  readonly run: string | null;
  readonly change: string | null;
  readonly moves: readonly { readonly name: string; readonly from: string | null; readonly to: string | null }[];
  /** Newest journal row when the tag was made. */
  readonly journal: { readonly seq: number; readonly hash: string };
}

const slugPattern = /[^a-z0-9]+/g;

/** Returns `0007-upgrade-pytorch` for (7, `Upgrade PyTorch`): lower case, at most 40 characters of title. */
export function restoreName(number: number, title: string): string {
  const slug = title.toLowerCase().replace(slugPattern, '-').replace(/^-|-$/g, '').slice(0, 40);
  return `${String(number).padStart(4, '0')}-${slug || 'restore'}`;
}

/** Returns the tag's full ref name. */
export const restoreRef = (name: string): string => `refs/tags/restore/${name}`;

/** The shape of a manifest that comes from outside. */
export const manifestShape = z.object({
  version: z.literal(1),
  number: z.number().int().min(0),
  title: z.string(),
  commit: z.string(),
  tree: z.string(),
  environment: z.string().nullable(),
  environmentDigest: z.string().nullable(),
  components: z.string(),
  made: z.enum(['init', 'merge', 'undo', 'restore', 'revert', 'by-hand']),
  run: z.string().nullable(),
  change: z.string().nullable(),
  moves: z.array(z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
  journal: z.object({ seq: z.number().int(), hash: z.string() }),
});

/** Reads the manifest out of a restore tag's message: the text after the first empty line. Fault `LEDGER_BROKEN`. */
export function parseManifest(message: string, ref: string): RestoreManifest {
  try {
    const body = message.slice(message.indexOf('\n\n') + 2);
    return manifestShape.parse(JSON.parse(body)) as unknown as RestoreManifest;
  } catch (cause) {
    throw new Fault('LEDGER_BROKEN', `The restore point ${ref} has no readable manifest.`, { cause });
  }
}

/**
 * Returns the tag's message: a line for people, then the manifest as JSON. The order of the fields is fixed: the id of
 * the tag must come out the same from a manifest that was read back from the journal, which sorts them.
 */
export function printManifest(manifest: RestoreManifest): string {
  const { version, number, title, commit, tree, environment, environmentDigest, components, made, run, change } =
    manifest;
  const moves = manifest.moves.map(({ name, from, to }) => ({ name, from, to }));
  const journal = { seq: manifest.journal.seq, hash: manifest.journal.hash };
  const ordered = {
    version,
    number,
    title,
    commit,
    tree,
    environment,
    environmentDigest,
    components,
    made,
    run,
    change,
    moves,
    journal,
  };
  // The manifest begins behind the first empty line.
  return `${title.replaceAll('\n', ' ')}\n\n${JSON.stringify(ordered, null, 2)}\n`;
}
