import { asCommitId } from '../../base/ids.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { NewMemory } from '../../domain/memory/entry.ts';
import type { FactRow, MemoryNote } from '../../domain/memory/note.ts';
import { notesOf, teachingKinds } from '../../domain/memory/notes-of.ts';
import { domainKey, standardEntries } from '../../domain/memory/standard.ts';
import type { EngineContext } from '../context.ts';
import { openPage } from './open-page.ts';
import { writeNote } from './write-note.ts';

/** What became of one entry. `nothing`: no fact is on record that it could hold. */
export interface Populated {
  readonly key: string;
  readonly what: 'written' | 'would-write' | 'same' | 'other-form' | 'nothing';
  /** Rows whose facts it was given, oldest first. */
  readonly rows: readonly number[];
  readonly why: string | null;
}

type Context = Pick<EngineContext, 'memory' | 'ledger' | 'store'>;

const pageSize = 1_000;

/**
 * Fills the entries of a domain from what is on record, and from nothing else: each fact names its row. What people wrote there stays. A
 * repeat writes nothing. With `dryRun` nothing is written.
 */
export async function populateDomain(
  context: Context,
  { domain, by, dryRun }: { domain: string; by: NewMemory['by']; dryRun: boolean },
): Promise<readonly Populated[]> {
  const notes = new Map<string, MemoryNote[]>();
  const isHere = (key: string): boolean => key.startsWith(domainKey(domain, ''));
  for (const row of teachingRows(context))
    for (const note of notesOf(row, context.ledger))
      if (isHere(note.key)) notes.set(note.key, [...(notes.get(note.key) ?? []), note]);
  const mapped = domain === 'models-integ' ? await modelPathsNote(context) : undefined;
  if (mapped !== undefined) notes.set(mapped.key, [mapped]);
  const done: Populated[] = [];
  for (const [key, all] of [...notes].sort(([one], [other]) => (one < other ? -1 : 1)))
    done.push(await writeAll(context, { key, notes: all, by, dryRun }));
  return [...done, ...nothingFor(domain, new Set(notes.keys()))];
}

function* teachingRows({ ledger }: Context): Generator<FactRow> {
  for (let afterSeq = 0; ;) {
    const page = ledger.read({ kinds: teachingKinds, afterSeq, limit: pageSize });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    afterSeq = last.seq;
  }
}

/** One version for all facts: a history of populating says nothing. */
async function writeAll(
  { memory }: Context,
  { key, notes, by, dryRun }: { key: string; notes: readonly MemoryNote[]; by: NewMemory['by']; dryRun: boolean },
): Promise<Populated> {
  const first = notes[0];
  if (first === undefined) return { key, what: 'nothing', rows: [], why: null };
  const page = await openPage(memory, key);
  const fresh = notes.filter((note) => !page.isRefuted(note));
  const edit = (before: string | undefined): string | undefined => {
    let text = before;
    for (const note of fresh) {
      const after = note.edit(text);
      if (after === undefined) return undefined;
      text = after;
    }
    return text;
  };
  const rows = notes.map(({ row }) => row);
  if (dryRun) {
    const after = edit(page.text);
    return {
      key,
      what: after === page.text ? 'same' : after === undefined ? 'other-form' : 'would-write',
      rows,
      why: null,
    };
  }
  const outcome = await writeNote(memory, { ...first, row: rows.at(-1) ?? first.row, run: null, edit }, by);
  return { key, what: outcome.kind, rows, why: outcome.kind === 'other-form' ? outcome.why : null };
}

/** Where the branch says that models lie. */
async function modelPathsNote({ ledger, store }: Context): Promise<MemoryNote | undefined> {
  const at = ledger.latest('branch') ?? ledger.latest('installation');
  const commit = dataOf('branch.moved', at)?.to ?? dataOf('installation.created', at)?.head;
  if (at === undefined || commit === undefined) return undefined;
  const bytes = await store.readFile(await store.treeOf(asCommitId(commit)), 'extra_model_paths.yaml');
  if (bytes === undefined) return undefined;
  const text = `# extra_model_paths.yaml of ${commit.slice(0, 7)} #${at.seq}\n${new TextDecoder().decode(bytes)}`;
  const isOurs = (before: string): boolean =>
    /^# extra_model_paths\.yaml of [0-9a-f]{7} #\d+\n/.test(before) ||
    before.split('\n').every((line) => /^(?:#|$)/.test(line));
  return {
    key: domainKey('models-integ', 'path_mappings.yaml'),
    kind: 'state',
    row: at.seq,
    run: null,
    edit: (before) => (before === undefined || isOurs(before) ? text : undefined),
  };
}

/** Standard entries that no row speaks of: said, never made up. */
function nothingFor(domain: string, filled: ReadonlySet<string>): readonly Populated[] {
  return (standardEntries[domain] ?? []).flatMap((name): Populated[] => {
    const key = domainKey(domain, name);
    if ([...filled].some((one) => one === key || (name.endsWith('/') && one.startsWith(key)))) return [];
    return [{ key, what: 'nothing', rows: [], why: 'no fact about it is on record' }];
  });
}
