import { z } from 'zod';

import { severities } from '../../domain/changes/finding.ts';
import type { JournalKinds } from '../../domain/journal/kinds.ts';
import { conflictClauses } from './conflicts-view.ts';
import { evidenceSchema, evidenceViews } from './evidence-view.ts';
import { faultSchema } from './fault-view.ts';
import { newest, rowOf, rowsOf, entriesOf, type JournalReader, type Row } from './journal-reader.ts';
import { machineState, type MachineState } from './machine-state.ts';
import { listText, moveText } from './text.ts';

const actorSchema = z.object({ kind: z.enum(['rule', 'program', 'model', 'person']), name: z.string() });

const reviewSchema = z.object({
  reviewer: z.string().describe('Who answered: the id of a rule or the name of a person.'),
  by: actorSchema.describe('What sort of reviewer it is.'),
  verdict: z
    .enum(['approved', 'rejected', 'changes-requested', 'nothing-to-check'])
    .describe('`nothing-to-check` is no approval.'),
  isCurrent: z.boolean().describe('It is an answer on exactly the tree that would merge now.'),
  questions: z
    .array(
      z.object({
        id: z.string(),
        question: z.string(),
        verdict: z.enum(['yes', 'no', 'not-applicable']),
        facts: z.array(z.string()),
        rows: z.array(z.number()),
      }),
    )
    .describe('What a rule asked, what it read, and the journal rows that hold it.'),
  comment: z.string().nullable().describe('What a person wrote.'),
  said: z
    .array(z.string())
    .describe('What was said with it: `for the next window`, a ticket, who signed, where it was carried from.'),
  findings: z
    .array(
      z.object({
        file: z.string(),
        line: z.number().nullable().describe('Line of the file as it would become; null: the whole file.'),
        severity: z.enum(severities),
        why: z.string(),
        suggestion: z.string().nullable(),
        isInDiff: z.boolean().describe('The diff that the reader was given shows that place.'),
      }),
    )
    .describe('What a reader that thinks found: claims, none of which was tried.'),
  read: z
    .object({
      provider: z.string(),
      model: z.string(),
      isWhole: z.boolean().describe('The whole diff fitted into what it was given.'),
    })
    .nullable()
    .describe('Which model read it, or null where none did.'),
  row: z.number().describe('Journal row that holds the answer.'),
});

const gateSchema = z.object({
  verdict: z.enum(['proven', 'conflict', 'failed']).describe('Whether the exact tree was proven.'),
  base: z.string().describe('Commit that it would be merged on.'),
  exact: z.string().describe('Git tree that would become the branch; an approval names it.'),
  environment: z.string().describe('Environment that it was proven with.'),
  reused: z
    .array(z.string())
    .describe('Parts whose evidence was there already for the same tree, environment and components.'),
  durationMs: z.number().describe('How long it took.'),
  row: z.number().describe('Journal row that holds it.'),
});

const toldSchema = z.object({ sentence: z.string(), row: z.number().describe('Journal row that holds it.') });

/** A change as outputs carry it. */
export const changeSchema = z
  .object({
    change: z.string().describe('Its id, e.g. `c9`.'),
    run: z.string().describe('Run that made it.'),
    title: z.string().describe('What it does.'),
    tree: z.string().describe('Tree that proposes it.'),
    state: z.string().describe('Where it is: `reviewing.deciding` waits for a person.'),
    isWaiting: z.boolean().describe('A person has to decide or to clear something.'),
    risk: z.enum(['low', 'medium', 'high']).describe('Risk tier, after its paths were looked at.'),
    why: z.array(z.string()).describe('Why it has that risk and those reviewers.'),
    checkedRow: z
      .number()
      .nullable()
      .describe('Journal row that holds risk and reasons; null: it was not checked yet.'),
    authors: z.array(z.string()).describe('Agents that made it.'),
    draft: z.number().describe('How often its files were taken: an answer about an older draft does not count.'),
    redraftedBy: actorSchema.nullable().describe('Who had its files taken again, or null in the first draft.'),
    base: z.string().describe('Commit that it was made on.'),
    baseTree: z
      .string()
      .describe('Git tree of that commit, with the files of a solved conflict as the branch had them.'),
    proposed: z.string().describe('Git tree that was proposed.'),
    paths: z
      .array(z.object({ path: z.string(), kind: z.enum(['added', 'changed', 'removed']) }))
      .describe('Files that it touches.'),
    outsideScope: z.array(z.string()).describe('Files that belong to other trees.'),
    sendsTo: z
      .object({
        address: z.string().nullable().describe('Null: it leads nowhere that is used.'),
        branch: z.string(),
        how: z.enum(['before', 'proposal', 'after']).describe('Before home moves, as a proposal, or after home.'),
      })
      .nullable()
      .describe('Where the merge goes beside home, or null.'),
    reviewers: z.array(z.string()).describe('Trees whose rules look at it.'),
    gate: gateSchema.nullable().describe('The proof on the tree that would merge, or null while there is none.'),
    evidence: z.array(evidenceSchema).describe('What was proven.'),
    notProven: z.array(z.string()).describe('What was not proven.'),
    regenerated: z
      .array(toldSchema)
      .describe(
        'How files of the tree that would merge came about, where they are not the proposed ones: made anew, or merged by what they say.',
      ),
    conflicts: z.array(toldSchema).describe('What else is open and makes something else of the same things.'),
    reviews: z.array(reviewSchema).describe('Newest answer of each reviewer.'),
    approvals: z
      .object({
        given: z.array(z.string()).describe('Persons who approved exactly this.'),
        missing: z
          .array(
            z.object({
              sentence: z.string().describe('What is missing.'),
              who: z.array(z.string()).describe('Who could give it; empty: whoever can use the installation.'),
              at: z.string().describe('The rule that asks for it.'),
            }),
          )
          .describe('What is still missing.'),
        row: z.number().describe('Journal row that says so.'),
      })
      .nullable()
      .describe('Where more than the yes of one person is asked for: what there is of it; else null.'),
    held: faultSchema.nullable().describe('Why it waits in the merge queue, or null.'),
    fault: faultSchema.nullable().describe('What went wrong, or null.'),
    row: z.number().describe('Journal row that drafted it.'),
  })
  .describe('What one run proposes.');
export type ChangeView = z.infer<typeof changeSchema>;

/** Returns a change, or undefined when there is none of that id. */
export function changeView(reader: JournalReader, change: string): ChangeView | undefined {
  const drafted = newest(reader, 'change.drafted', `change:${change}`);
  return drafted === undefined ? undefined : viewOf(reader, drafted);
}

/** Returns the newest change of a run, or null while it has none. */
export function changeOfRun(reader: JournalReader, run: string): ChangeView | null {
  const drafted = newest(reader, 'change.drafted', `change-of:${run}`);
  return drafted === undefined ? null : viewOf(reader, drafted);
}

/** Returns every change, newest first. */
export function allChanges(reader: JournalReader): ChangeView[] {
  const newestDrafts = new Map(rowsOf(reader, 'change.drafted').map((drafted) => [drafted.data.change, drafted]));
  return [...newestDrafts.values()].map((drafted) => viewOf(reader, drafted)).reverse();
}

/** States in which nothing goes on without a person. */
const waitingStates: readonly string[] = [
  'reviewing.deciding',
  'changesRequested',
  'conflicted',
  'queued.holding',
  'mergeHeld',
  'switchHeld',
];

function viewOf(reader: JournalReader, drafted: Row<'change.drafted'>): ChangeView {
  const { change, run, title, tree, base, baseTree, proposed, authors, paths } = drafted.data;
  // What was found of an older draft says nothing about this one.
  const ofThisDraft = <Found extends { readonly seq: number }>(found: Found | undefined): Found | undefined =>
    found !== undefined && found.seq > drafted.seq ? found : undefined;
  const checkedRow = ofThisDraft(newest(reader, 'change.checked', `check:${change}`));
  const checked = checkedRow?.data;
  const gated = ofThisDraft(newest(reader, 'change.gated', `gate:${change}`));
  const held = newest(reader, 'change.held', `held:${change}`);
  const now = machineState(reader, change);
  const { proven, missing } =
    gated === undefined
      ? { proven: [], missing: ['not proven: anything; the gate has not run'] }
      : evidenceViews(reader, gated.data);
  const state = now?.state ?? 'drafted';
  return {
    change,
    run,
    title,
    tree,
    state,
    isWaiting: waitingStates.includes(state),
    risk: checked?.risk ?? drafted.data.risk,
    why: [...(checked?.why ?? [])],
    checkedRow: checkedRow?.seq ?? null,
    authors: [...authors],
    draft: drafted.data.draft ?? 1,
    redraftedBy: drafted.data.by === undefined ? null : { ...drafted.data.by },
    base,
    baseTree,
    proposed,
    paths: paths.map((one) => ({ ...one })),
    outsideScope: [...(checked?.outsideScope ?? [])],
    sendsTo: checked?.sendsTo ?? null,
    reviewers: [...(checked?.reviewers ?? [])],
    gate: gated === undefined ? null : gateView(gated),
    evidence: proven,
    notProven: [...missing, ...(gated?.data.notProven ?? []), ...unansweredOf(reader, change, gated)],
    regenerated: gated === undefined ? [] : regeneratedSentences(reader, change, gated.data.exact),
    conflicts: isOver(now) ? [] : conflictClauses(reader, [change, run]),
    reviews: reviewsOf(reader, change, gated),
    approvals: approvalsOf(reader, change, gated),
    held: ['queued.holding', 'mergeHeld', 'switchHeld'].includes(state)
      ? // The transition carries what the last look found; the row is that of a look that found something.
        (now?.fault ?? (state === 'queued.holding' ? held?.data.fault : undefined) ?? null)
      : null,
    fault: now?.fault ?? (gated?.data.verdict === 'proven' ? null : (gated?.data.fault ?? null)),
    row: drafted.seq,
  };
}

const isOver = (now: MachineState | undefined): boolean => now?.isFinal === true || now?.state === 'merged';

function regeneratedSentences(reader: JournalReader, change: string, exact: string): z.infer<typeof toldSchema>[] {
  const made = newest(reader, 'change.regenerated', `regenerated-tree:${change}:${exact}`);
  if (made === undefined) return [];
  const files = made.data.files.map(({ path, how, from }) =>
    how === 'anew' ? `${path} made anew from ${listText(from)}` : `${path} merged ${how}`,
  );
  const { others, warnings } = made.data;
  const moved = others.length === 0 ? [] : [`neither side had: ${others.map(moveText).join(', ')}`];
  return [...files, ...moved, ...warnings].map((sentence) => ({ sentence, row: made.seq }));
}

function gateView({ data, seq }: Row<'change.gated'>): z.infer<typeof gateSchema> {
  const { verdict, base, exact, environment, reused, durationMs } = data;
  return { verdict, base, exact, environment, reused: [...reused], durationMs, row: seq };
}

function reviewsOf(
  reader: JournalReader,
  change: string,
  gated: Row<'change.gated'> | undefined,
): z.infer<typeof reviewSchema>[] {
  const newestByReviewer = new Map<string, z.infer<typeof reviewSchema>>();
  for (const entry of entriesOf(reader, { key: `review:${change}`, kinds: ['review.answered'] })) {
    const answer = rowOf('review.answered', entry);
    if (answer === undefined) continue;
    const { reviewer, by, verdict, questions, comment, base, tree } = answer.data;
    // Several persons give the last word together: each has an answer of their own.
    const who = by.kind === 'person' ? `${reviewer} ${by.name}` : reviewer;
    newestByReviewer.delete(who);
    newestByReviewer.set(who, {
      reviewer,
      by: { ...by },
      verdict,
      isCurrent: gated !== undefined && gated.data.base === base && gated.data.exact === tree,
      questions: questions.map((one) => ({ ...one, facts: [...one.facts], rows: [...one.rows] })),
      comment,
      said: saidWith(answer.data),
      findings: (answer.data.findings ?? []).map((one) => ({ ...one })),
      read: readOf(answer.data),
      row: answer.seq,
    });
  }
  return [...newestByReviewer.values()];
}

const readOf = ({ read }: JournalKinds['review.answered']): z.infer<typeof reviewSchema>['read'] =>
  read === undefined ? null : { provider: read.provider, model: read.model, isWhole: read.isWhole };

/** Who was asked and said nothing on exactly this. */
function unansweredOf(
  reader: JournalReader,
  change: string,
  gated: Row<'change.gated'> | undefined,
): readonly string[] {
  if (gated === undefined) return [];
  const isThis = (data: { readonly base: string; readonly tree: string }): boolean =>
    data.base === gated.data.base && data.tree === gated.data.exact;
  const answered = new Set(
    entriesOf(reader, { key: `review:${change}`, kinds: ['review.answered'] }).flatMap((entry) => {
      const one = rowOf('review.answered', entry)?.data;
      return one !== undefined && isThis(one) ? [one.reviewer] : [];
    }),
  );
  const silent = new Map<string, string>();
  for (const entry of entriesOf(reader, { key: `unanswered:${change}`, kinds: ['review.unanswered'] })) {
    const one = rowOf('review.unanswered', entry);
    if (one !== undefined && isThis(one.data) && !answered.has(one.data.reviewer))
      silent.set(one.data.reviewer, `not proven: ${one.data.reviewer} gave no answer (${one.data.fault.message})`);
  }
  return [...silent.values()];
}

/** What was said with an answer beside yes or no, one clause each. */
export function saidWith(one: JournalKinds['review.answered']): string[] {
  return [
    ...(one.when === 'window' ? ['for the next window'] : []),
    ...(typeof one.ticket === 'string' ? [`ticket ${one.ticket}`] : []),
    ...(one.signature ? [`signed with ${one.signature.key}`] : []),
    ...(one.login === undefined ? [] : [`typed by ${one.login}`]),
    ...(one.carriedFrom === undefined ? [] : [`carried from #${one.carriedFrom}`]),
    ...(one.brokeGlass === undefined ? [] : ['breaking the glass']),
    ...(one.note === undefined ? [] : [one.note]),
  ];
}

/** The newest count, when it is of exactly what would merge now. */
function approvalsOf(
  reader: JournalReader,
  change: string,
  gated: Row<'change.gated'> | undefined,
): ChangeView['approvals'] {
  const counted = newest(reader, 'approval.counted', `counted:${change}`);
  if (counted === undefined || counted.data.base !== gated?.data.base || counted.data.tree !== gated.data.exact)
    return null;
  const { given, missing } = counted.data;
  return {
    given: [...given],
    missing: missing.map(({ sentence, who, ask }) => ({ sentence, who: [...who], at: ask.at })),
    row: counted.seq,
  };
}
