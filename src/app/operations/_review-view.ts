import { z } from 'zod';

import { asCommitId, asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { gatedKey } from '../../domain/changes/evidence.ts';
import type { App } from '../app.ts';
import { changeSchema, type ChangeView } from '../views/change-view.ts';
import { comparisonSchema, comparisonView, type ComparisonView, type Declared } from '../views/comparison-view.ts';
import { newest } from '../views/journal-reader.ts';
import { countText, listText, moveText, shortId } from '../views/text.ts';
import { requireChange } from './_answer-review.ts';
import { loadGoBack } from './_restore-points.ts';

/** A change as a person looks at it before saying yes. */
export const reviewSchema = changeSchema.extend({
  sentence: z.string().describe('What it does, in one sentence.'),
  comparison: comparisonSchema,
  undo: z
    .object({
      command: z.string().describe('What to type to go back.'),
      sentence: z.string().describe('What that brings back, and how well.'),
      row: z.number().nullable().describe('Journal row of the restore point; null: it is made just before the merge.'),
    })
    .describe('The way back.'),
});
export type ReviewView = z.infer<typeof reviewSchema>;

/** Returns a change with what it does before and after, and the way back. Fault: `CHANGE_NOT_FOUND`. */
export async function loadReview(app: App, change: string): Promise<ReviewView> {
  const view = await requireChange(app, change);
  const comparison = await loadComparison(app, view);
  return { ...view, sentence: sentenceOf(view, comparison), comparison, undo: await loadUndo(app, view) };
}

async function loadComparison(app: App, view: ChangeView): Promise<ComparisonView> {
  const { store, ledger, paths } = await app.installation();
  const { gate } = view;
  const beforeTree = gate === null ? asGitTreeId(view.baseTree) : await store.treeOf(asCommitId(gate.base));
  const afterTree = asGitTreeId(gate?.exact ?? view.proposed);
  const gated = gate === null ? undefined : newest(ledger, 'change.gated', `gate:${view.change}`)?.data;
  const isProven = gated !== undefined && gated.evidenceKey !== '';
  const comparison = comparisonView(ledger, {
    beforeTree,
    afterTree,
    before: await readDeclared(app, beforeTree),
    after: await readDeclared(app, afterTree),
    keyOf: isProven ? (part) => gatedKey(gated, part) : null,
    row: gate?.row ?? view.row,
    fileOf: (instance, file) => `${paths.instances}/${instance}/output/${file}`,
  });
  return { ...comparison, pictures: await Promise.all(comparison.pictures.map((one) => onlyIfKept(app, one))) };
}

async function readDeclared(app: App, tree: GitTreeId): Promise<Declared> {
  const { store } = await app.installation();
  const read = async (path: string): Promise<string | null> => {
    const bytes = await store.readFile(tree, path);
    return bytes === undefined ? null : new TextDecoder().decode(bytes);
  };
  return { lock: await read('requirements.lock'), components: await read('components.lock') };
}

/** The folder of an instance goes with its run: a path is told while the picture lies there. */
async function onlyIfKept(
  app: App,
  picture: ComparisonView['pictures'][number],
): Promise<ComparisonView['pictures'][number]> {
  const { file } = picture;
  if (file === null) return picture;
  const info = await app.outside.files.info(file);
  return { ...picture, file: info?.kind === 'file' ? file : null };
}

const MOST_MOVES = 2;

function sentenceOf({ title, paths, tree }: ChangeView, { packages, components }: ComparisonView): string {
  const moves = [...(components ?? []), ...(packages ?? [])].filter(({ name }) => !title.includes(name));
  const more = moves.length - MOST_MOVES;
  const told = [
    ...moves.slice(0, MOST_MOVES).map(moveText),
    ...(more > 0 ? [countText(more, 'more package')] : []),
    `${countText(paths.length, 'file')} of ${tree}`,
  ];
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}: ${listText(told)}.`;
}

const grades = {
  ready: 'the same bytes are there, offline',
  offline: 'rebuilt from kept wheels, offline',
  'needs-network': 'some packages have to be fetched again',
  borrowed: 'with the environment that was adopted, as it lies there then',
  files: 'the files exactly; interpreter, packages and data are not looked after',
} as const;

async function loadUndo(app: App, { gate, base, state }: ChangeView): Promise<ReviewView['undo']> {
  const { ledger } = await app.installation();
  const before = gate?.base ?? base;
  const isMerged = ['merged', 'switchHeld', 'verified', 'reverted'].includes(state);
  const command = isMerged ? 'orchestrate undo' : 'orchestrate undo   (once it is merged)';
  const back = await loadGoBack(app, before);
  if (back === null) {
    return {
      command,
      sentence: `brings back ${shortId(before)}; its restore point is made just before the merge`,
      row: null,
    };
  }
  const row = newest(ledger, 'restore.created', `restore-at:${before}`)?.seq ?? null;
  return { command, sentence: `brings back ${shortId(before)}, ${back.name}: ${grades[back.grade]}`, row };
}
