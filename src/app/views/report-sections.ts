import { z } from 'zod';

import type { JournalKind } from '../../domain/journal/kinds.ts';
import type { Entry } from '../../ports/index.ts';
import type { ChangeView } from './change-view.ts';
import { entrySentence } from './journal-line.ts';
import { rowOf } from './journal-reader.ts';
import { stateOfEntry } from './machine-state.ts';
import type { RunView } from './run-view.ts';
import { moveText } from './text.ts';

/** One thing that is known, and the row that says it. */
export const factSchema = z.object({
  sentence: z.string().describe('What is known.'),
  row: z.number().describe('Journal row that holds it.'),
});
type Fact = z.infer<typeof factSchema>;

export const sectionIds = [
  'changed',
  'preview',
  'results',
  'proven',
  'not-proven',
  'review',
  'agents',
  'kept',
] as const;
export type SectionId = (typeof sectionIds)[number];

const titles: Readonly<Record<SectionId, string>> = {
  changed: 'What changed',
  preview: 'What was previewed',
  results: 'What was done',
  proven: 'What was proven',
  'not-proven': 'What was not proven',
  review: 'Who said yes and who said no',
  agents: 'What agents told each other and knew',
  kept: 'What was kept',
};

/** Returns the sections of which something is on record. `entries` are the rows of the run, oldest first. */
export function reportSections(
  view: RunView,
  entries: readonly Entry[],
): { id: SectionId; title: string; facts: Fact[] }[] {
  const facts: Readonly<Record<SectionId, readonly Fact[]>> = {
    changed: changed(view, entries),
    preview: preview(view, entries),
    results: results(entries),
    proven: proven(view, entries),
    'not-proven': notProven(view),
    review: entries.flatMap(reviewFacts),
    agents: entries.filter(({ kind }) => /^(bus|condition|memory)\./.test(kind) || kind === 'step.waits').map(told),
    kept: toldOf(entries, ['attempt.preserved', 'slot.kept', 'commit.kept', 'trash.put', 'environment.replaced']),
  };
  return sectionIds
    .map((id) => ({ id, title: titles[id], facts: [...facts[id]] }))
    .filter((section) => section.facts.length > 0);
}

/** A row as the journal tells it. */
const told = (entry: Entry): Fact => ({ sentence: entrySentence(entry), row: entry.seq });

const toldOf = (entries: readonly Entry[], kinds: readonly JournalKind[]): readonly Fact[] =>
  entries.filter(({ kind }) => (kinds as readonly string[]).includes(kind)).map(told);

function changed({ change, restorePoint }: RunView, entries: readonly Entry[]): readonly Fact[] {
  const isMerged = entries.some(({ kind }) => kind === 'branch.moved');
  const end = entries.findLast((entry) => stateOfEntry(entry) !== undefined);
  const made = entries
    .flatMap((entry) => rowOf('restore.created', entry) ?? [])
    .find(({ seq }) => seq === restorePoint?.row);
  return [
    ...(isMerged || end === undefined ? [] : [{ sentence: nothingMerged, row: end.seq }]),
    ...(made === undefined
      ? []
      : made.data.manifest.moves.map((move) => ({ sentence: moveText(move), row: made.seq }))),
    ...(change === null ? [] : pathFacts(change, isMerged)),
    ...toldOf(entries, mergeKinds),
  ];
}

const pathFacts = ({ paths, row }: ChangeView, isMerged: boolean): readonly Fact[] =>
  paths.map(({ path, kind }) => ({
    sentence: `${path} ${kind}${isMerged ? '' : ', proposed and not merged'}`,
    row,
  }));

/** What a merge and the switch after it leave on record. */
const mergeKinds: readonly JournalKind[] = [
  'change.regenerated',
  'restore.created',
  'branch.moved',
  'home.applied',
  'remote.pushed',
  'remote.landed',
  'service.switched',
];

const nothingMerged = 'nothing was merged: the branch and production are as they were';

function preview({ plan }: RunView, entries: readonly Entry[]): readonly Fact[] {
  const lines = plan === null ? [] : plan.lines.map((line) => ({ sentence: line.trim(), row: plan.row }));
  return [...lines, ...toldOf(entries, ['plan.answered', 'run.resumed'])];
}

const resultKinds: readonly JournalKind[] = [
  'step.reported',
  'attempt.died',
  'run.failedOver',
  'run.placed',
  'tamper.found',
  'effect.failed',
  'run.takesBack',
  'step.notTakenBack',
  'graphics.lent',
  'restore.drilled',
  'restore.probed',
  'restore.bisected',
];

/** Steps that were done, and every transition that a fault led to. */
const results = (entries: readonly Entry[]): readonly Fact[] =>
  entries
    .filter(
      (entry) =>
        (resultKinds as readonly string[]).includes(entry.kind) || (stateOfEntry(entry)?.fault ?? null) !== null,
    )
    .map(told);

function proven({ change }: RunView, entries: readonly Entry[]): readonly Fact[] {
  if (change === null || change.gate === null) return toldOf(entries, ['evidence.recorded']);
  const { exact, base, verdict, row } = change.gate;
  return [
    { sentence: `exact tree ${exact} on ${base}: ${verdict}`, row },
    ...change.evidence.map((one) => ({ sentence: `${one.part} (${one.grade}): ${one.sentence}`, row: one.row })),
  ];
}

function notProven({ change, drill, bisect }: RunView): readonly Fact[] {
  const facts = (sentences: readonly string[], row: number): readonly Fact[] =>
    sentences.map((sentence) => ({ sentence, row }));
  return [
    ...(change === null ? [] : facts(change.notProven, change.gate?.row ?? change.row)),
    ...(drill === null ? [] : facts(drill.notProven, drill.row)),
    ...(bisect === null ? [] : facts(bisect.notProven, bisect.row)),
  ];
}

function reviewFacts(entry: Entry): readonly Fact[] {
  const answered = rowOf('review.answered', entry);
  if (answered === undefined) return [];
  const { questions, comment } = answered.data;
  return [
    told(entry),
    ...questions.map(({ question, verdict, facts }) => ({
      sentence: `${question} ${verdict}: ${facts.join(' ')}`,
      row: entry.seq,
    })),
    ...(comment === null ? [] : [{ sentence: `“${comment}”`, row: entry.seq }]),
  ];
}
