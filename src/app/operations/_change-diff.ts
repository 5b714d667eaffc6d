import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { asCommitId, asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { diffLimits } from '../../domain/changes/diff-limits.ts';
import type { FileDifference, TrustedStore } from '../../ports/index.ts';
import type { App } from '../app.ts';
import { suggestion } from '../suggest.ts';
import { countText } from '../views/text.ts';
import { requireChange } from './_answer-review.ts';

const sideSchema = z
  .object({ mode: z.string().describe('`100644`, `100755` or `120000` (a link).'), sizeBytes: z.number() })
  .nullable();

const fileSchema = z.object({
  path: z.string().describe('Its path, as its bytes are: two that look alike may differ.'),
  kind: z.enum(['added', 'changed', 'removed']),
  before: sideSchema.describe('On the branch; null: it is not there.'),
  after: sideSchema.describe('As it would become; null: it goes.'),
  shown: z
    .enum(['lines', 'binary', 'too-large'])
    .describe('`binary`: its sizes are all that is told; `too-large`: its lines are told when its path is asked for.'),
  added: z.number().nullable().describe('Lines that come; null where they are not counted.'),
  removed: z.number().nullable().describe('Lines that go; null where they are not counted.'),
});

/** What a change does to the files, as outputs carry it. */
export const diffSchema = z.object({
  change: z.string().describe('Its id.'),
  draft: z.number().describe('Which draft of it.'),
  from: z.string().describe('Git tree of the branch.'),
  to: z.string().describe('Git tree that would become the branch.'),
  isExact: z.boolean().describe('The gate has run: `to` is what merges. Else it is what was proposed.'),
  files: z.array(fileSchema).describe('Every file that differs, with `--path` that one only.'),
  patch: z.string().describe('Unified diff of the files that are told line by line; empty with `--stat`.'),
  page: z.number().describe('Which page of the patch this is, from 1.'),
  isEnd: z.boolean().describe('No page follows.'),
  leftOut: z.array(z.string()).describe('What is not in the patch, and what to type to see it.'),
});
export type DiffView = z.infer<typeof diffSchema>;

export interface DiffQuestion {
  readonly change: string;
  readonly path: string | null;
  readonly stat: boolean;
  readonly page: number;
}

/**
 * Returns what a change does to the files, never more than a page of it. Faults: `CHANGE_NOT_FOUND`; `USAGE_BAD_ARGUMENT` for a
 * path that does not differ or a page behind the end.
 */
export async function changeDiff(app: App, { change, path, stat, page }: DiffQuestion): Promise<DiffView> {
  const { store } = await app.installation();
  const { gate, baseTree, proposed, draft } = await requireChange(app, change);
  const from = gate === null ? asGitTreeId(baseTree) : await store.treeOf(asCommitId(gate.base));
  const to = asGitTreeId(gate?.exact ?? proposed);
  const differences = await store.differences(from, to);
  const wanted = path === null ? differences : [requirePath(differences, path, change)];
  const files = await filesOf(store, { from, to, differences: wanted, isAskedFor: path !== null });
  const inLines = files.filter(({ shown }) => shown === 'lines').map((file) => file.path);
  const nothing = { text: '', isEnd: true };
  const isNone = stat || inLines.length === 0;
  const read = isNone
    ? nothing
    : await store.patchPart({
        before: from,
        after: to,
        // All of them: git finds renames, and needs no list.
        paths: inLines.length === differences.length ? [] : inLines,
        fromByte: (page - 1) * diffLimits.pageBytes,
        maxBytes: diffLimits.pageBytes,
      });
  // A file that was too large to be looked into shows here what it is.
  const isBinary = path !== null && read.text.includes('\0');
  const part = isBinary ? nothing : read;
  if (page > 1 && read.text === '')
    throw new Fault('USAGE_BAD_ARGUMENT', `The diff of ${change} has no page ${page}.`, {
      hints: [`orchestrate review diff ${change}`],
    });
  const told = isBinary ? files.map((file) => ({ ...file, shown: 'binary' as const })) : files;
  return {
    change,
    draft,
    from,
    to,
    isExact: gate !== null,
    files: told,
    patch: part.text,
    page,
    isEnd: part.isEnd,
    leftOut: stat ? [] : leftOutOf(told, { change, path, page, isEnd: part.isEnd }),
  };
}

function requirePath(differences: readonly FileDifference[], path: string, change: string): FileDifference {
  const found = differences.find((one) => one.path === path) ?? onlyAlike(differences, path);
  if (found !== undefined) return found;
  const near = suggestion(
    path,
    differences.map((one) => one.path),
  );
  throw new Fault('USAGE_BAD_ARGUMENT', `${change} does not touch ${path}.`, {
    hints: [
      ...(near === undefined ? [] : [`orchestrate review diff ${change} --path ${JSON.stringify(near)}`]),
      `orchestrate review diff ${change} --stat`,
    ],
  });
}

/** A name that a person types may be composed otherwise than the file's; where two files fit, neither is meant. */
function onlyAlike(differences: readonly FileDifference[], path: string): FileDifference | undefined {
  const alike = differences.filter((one) => one.path.normalize('NFC') === path.normalize('NFC'));
  return alike.length === 1 ? alike[0] : undefined;
}

async function filesOf(
  store: TrustedStore,
  {
    from,
    to,
    differences,
    isAskedFor,
  }: { from: GitTreeId; to: GitTreeId; differences: readonly FileDifference[]; isAskedFor: boolean },
): Promise<DiffView['files']> {
  const blobs = differences.flatMap(({ before, after }) => [before?.blob ?? [], after?.blob ?? []].flat());
  const { maxFileBytes } = diffLimits;
  const facts = await store.blobFacts(blobs, { maxReadBytes: maxFileBytes });
  const small = new Set<string>();
  const files = differences.map(({ path, kind, before, after }): DiffView['files'][number] => {
    const sides = [before, after].map((side) => (side === null ? undefined : facts.get(side.blob)));
    const sizeBytes = sides.reduce((sum, side) => sum + (side?.sizeBytes ?? 0), 0);
    const isBinary = sides.some((side) => side?.isBinary === true);
    const isLarge = sizeBytes > maxFileBytes;
    if (!isLarge && !isBinary) small.add(path);
    return {
      path,
      kind,
      before: before === null ? null : { mode: before.mode, sizeBytes: sides[0]?.sizeBytes ?? 0 },
      after: after === null ? null : { mode: after.mode, sizeBytes: sides[1]?.sizeBytes ?? 0 },
      shown: isBinary ? 'binary' : isLarge && !isAskedFor ? 'too-large' : 'lines',
      added: null,
      removed: null,
    };
  });
  if (small.size === 0) return files;
  const counts = await store.countLines({ before: from, after: to, paths: [...small] });
  return files.map((file) => ({ ...file, ...counts.get(file.path) }));
}

function leftOutOf(
  files: DiffView['files'],
  { change, path, page, isEnd }: { change: string; path: string | null; page: number; isEnd: boolean },
): string[] {
  const large = files.filter(({ shown }) => shown === 'too-large');
  const nBinary = files.filter(({ shown }) => shown === 'binary').length;
  const [first] = large;
  const same = path === null ? '' : ` --path ${JSON.stringify(path)}`;
  return [
    ...(first === undefined
      ? []
      : [
          `${countText(large.length, 'file')} too large to be told line by line at once; see it with: orchestrate review diff ${change} --path ${JSON.stringify(first.path)}`,
        ]),
    ...(nBinary === 0 ? [] : [`${countText(nBinary, 'binary file')}: sizes are told, not lines`]),
    ...(isEnd ? [] : [`the diff goes on: orchestrate review diff ${change}${same} --page ${page + 1}`]),
  ];
}
