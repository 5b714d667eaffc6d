import { z } from 'zod';

import type { FaultRecord } from '../../base/fault.ts';
import { type Ahead, estimate, type Seen } from '../../domain/queue/estimate.ts';
import { mergeOrder, type Stand } from '../../domain/queue/line.ts';
import { priorities } from '../../domain/queue/rank.ts';
import { enteredOf, priorityOf } from '../../engine/queue/place.ts';
import { entriesOf, newest, rowOf, rowsOf, type JournalReader } from './journal-reader.ts';
import { machineState, type MachineState } from './machine-state.ts';
import { countText, listText, spanText } from './text.ts';

const aheadSchema = z.object({
  outcome: z
    .enum(['proving', 'proven', 'partly', 'failed', 'conflict'])
    .describe('`partly`: all but what needs a graphics card; `failed` is held against nobody.'),
  onTop: z.array(z.string()).describe('Changes that were taken as merged before it.'),
  sentence: z.string().describe('The same in plain English.'),
  row: z.number().describe('Journal row that holds it.'),
});

const estimateSchema = z.object({
  ms: z.number().describe('Until it is in production, in milliseconds, if nothing fails.'),
  nSamples: z.number().describe('The fewest observations of this installation that a part of it rests on.'),
});

/** What waits for the branch, and why. */
export const queueSchema = z
  .object({
    changes: z
      .array(
        z.object({
          place: z.number().nullable().describe('Its place among those that may merge, from 1; null: not proven yet.'),
          change: z.string().describe('Its id, e.g. `c9`.'),
          run: z.string().describe('Run that made it.'),
          tree: z.string().describe('Tree that proposes it.'),
          title: z.string().describe('What it does.'),
          state: z.string().describe('Where it is: `queued.asking`, `reviewing.deciding` …'),
          waitsFor: z
            .enum(['nothing', 'proof', 'turn', 'change', 'review', 'edits', 'branch', 'window', 'person'])
            .describe('`nothing`: it goes on now; `turn`, `change`: for the one in `behind`.'),
          behind: z.string().nullable().describe('The change right before it, where it waits for that.'),
          reason: z.string().describe('Why it does not merge this moment.'),
          priority: z.enum(priorities).describe('How soon it is wanted.'),
          sinceMs: z.number().describe('When it was proposed: its age counts from there. In milliseconds since 1970.'),
          ahead: aheadSchema.nullable().describe('What was proven before it is its turn, or null.'),
          estimate: estimateSchema.nullable().describe('Null: it waits for a person, or nothing like it was seen yet.'),
        }),
      )
      .describe('In the order in which they merge if nothing fails.'),
    estimateNote: z.string().describe('What the estimates rest on.'),
  })
  .describe('What waits for the branch.');
export type QueueView = z.infer<typeof queueSchema>;
type Listed = QueueView['changes'][number];

interface Found {
  readonly id: string;
  readonly state: string;
  readonly drafted: { readonly run: string; readonly tree: string; readonly title: string };
  readonly now: MachineState;
  readonly wasApproved: boolean;
  readonly sinceMs: number;
  readonly priority: (typeof priorities)[number];
}

/** Returns every change that has not ended, in the order of the queue; those that are not proven yet come last. */
export function queueView(reader: JournalReader): QueueView {
  const open = openChanges(reader);
  const line = mergeOrder(open);
  const seen = durations(reader);
  const others = open
    .filter(({ id }) => !line.some((one) => one.id === id))
    .map((one) => ({ ...one, stand: undefined }));
  const path: Ahead[] = [];
  const changes = [...line, ...others].map((one, index): Listed => {
    const ahead = aheadView(reader, one.id);
    const behind = one.stand === 'ready' ? behindOf(line, index) : undefined;
    const runs = one.stand === 'ready' || (one.stand === 'midway' && one.now.fault === null);
    if (runs) path.push(pathOf(one, { isFirst: path.length === 0, ahead }));
    return {
      place: one.stand === undefined ? null : index + 1,
      change: one.id,
      ...one.drafted,
      state: one.state,
      ...reasonOf(reader, one, behind),
      priority: one.priority,
      sinceMs: one.sinceMs,
      ahead,
      estimate: runs ? (estimate(path, seen) ?? null) : null,
    };
  });
  return { changes, estimateNote: noteOf(seen) };
}

/** Returns the queue in one line for `status`, or null when nothing waits. */
export function queueLine(reader: JournalReader): string | null {
  const { changes } = queueView(reader);
  const inLine = changes.filter(({ place }) => place !== null);
  const [first] = inLine;
  if (first === undefined || inLine.length < 2) return null;
  const nAhead = inLine.filter(({ ahead }) => ahead?.outcome === 'proven').length;
  return `${countText(inLine.length, 'change')} · ${first.change} ${first.reason}${nAhead === 0 ? '' : ` · ${nAhead} proven ahead`}`;
}

function openChanges(reader: JournalReader): readonly Found[] {
  const found = new Map<string, Found>();
  for (const { data } of rowsOf(reader, 'change.drafted')) {
    const { change: id, run, tree, title } = data;
    const now = machineState(reader, id);
    if (now === undefined || now.isFinal) continue;
    const { sinceMs, wasApproved } = enteredOf(reader, id);
    const priority = priorityOf(reader, run);
    found.set(id, { id, state: now.state, now, drafted: { run, tree, title }, priority, sinceMs, wasApproved });
  }
  return [...found.values()];
}

/** The one right before it that is ready or midway: nobody waits for those that wait for a person. */
const behindOf = (line: readonly { id: string; stand: Stand }[], index: number): string | undefined =>
  line.slice(0, index).findLast(({ stand }) => stand === 'ready' || stand === 'midway')?.id;

function pathOf({ state }: Found, { isFirst, ahead }: { isFirst: boolean; ahead: Listed['ahead'] }): Ahead {
  if (state === 'merged') return 'switch';
  if (state === 'merging' || (isFirst && state !== 'regating')) return 'merge';
  return ahead?.outcome === 'proven' ? 'reused-gate' : 'gate';
}

type Reason = Pick<Listed, 'waitsFor' | 'behind' | 'reason'>;
const reason = (waitsFor: Reason['waitsFor'], text: string, behind: string | null = null): Reason => ({
  waitsFor,
  behind,
  reason: text.replace(/\.$/, ''),
});

function reasonOf(reader: JournalReader, { id, state, now }: Found, behind: string | undefined): Reason {
  const held = state === 'queued.holding' ? newest(reader, 'change.held', `held:${id}`) : undefined;
  // A failure of the look itself is in the transition; what the look found is in its row.
  const fault = now.fault ?? held?.data.fault ?? null;
  switch (state) {
    case 'merging':
      return reason('nothing', 'is merging');
    case 'merged':
      return reason('nothing', 'is merged; production is being brought there');
    case 'approved':
    case 'queued.asking':
      return behind === undefined
        ? reason('nothing', 'is next')
        : reason('turn', `is approved and waits for its turn behind ${behind}`, behind);
    case 'regating':
      return reason('proof', 'is approved and being proven on the branch as it is now');
    case 'reviewing.asking':
      return reason('proof', 'is proven; the rules are asked');
    case 'reviewing.deciding':
      return reason('review', 'waits for a review');
    case 'changesRequested':
      return reason('person', 'waits for the changes that were asked for');
    case 'queued.holding':
    case 'mergeHeld':
    case 'switchHeld':
    case 'conflicted':
      return heldReason(fault);
    default:
      return reason('proof', 'is being proven');
  }
}

const waitsForOf: Readonly<Record<string, Reason['waitsFor']>> = {
  HOME_DIRTY: 'edits',
  HOME_BRANCH: 'branch',
  HOME_DETACHED: 'branch',
  WINDOW_SHUT: 'window',
  MERGE_FROZEN: 'window',
};

function heldReason(fault: FaultRecord | null): Reason {
  const message = fault?.message ?? 'it was stopped';
  return reason((fault && waitsForOf[fault.code]) ?? 'person', `waits: ${message}`);
}

function aheadView(reader: JournalReader, change: string): Listed['ahead'] {
  const begun = newest(reader, 'queue.predicted', `ahead:${change}`);
  if (begun !== undefined) {
    const { onTop, port } = begun.data;
    const sentence = `is being proven ahead${onTopText(reader, onTop)}, on :${port}`;
    return { outcome: 'proving', onTop: [...onTop], sentence, row: begun.seq };
  }
  const proven = newest(reader, 'queue.proven', `ahead:${change}`);
  // A gate since then has said more.
  if (proven === undefined || (reader.latest(`gate:${change}`)?.seq ?? 0) > proven.seq) return null;
  const { onTop, outcome, fault } = proven.data;
  const where = onTopText(reader, onTop);
  const sentences = {
    proven: `proven ahead${where}`,
    partly: `proven ahead${where}, but for what needs the graphics card`,
    failed: `does not hold ahead${where}: ${fault?.message ?? ''}`,
    conflict: `would conflict${where}: ${fault?.message ?? ''}`,
  };
  return { outcome, onTop: [...onTop], sentence: sentences[outcome], row: proven.seq };
}

function onTopText(reader: JournalReader, onTop: readonly string[]): string {
  const left = onTop.filter((one) => reader.latest(`merged:${one}`) === undefined);
  return left.length === 0 ? ' on the branch as it is now' : ` on top of ${listText(left)}`;
}

/** Rows that are looked at for durations, newest first: those of some hundred changes. */
const lookBackRows = 5_000;

function durations(reader: JournalReader): Seen {
  const seen = { gates: [] as number[], reusedGates: [] as number[], merges: [] as number[], switches: [] as number[] };
  for (const { data } of rowsOf(reader, 'change.gated')) {
    if (data.verdict === 'proven') (data.reused.length === 0 ? seen.gates : seen.reusedGates).push(data.durationMs);
  }
  const since = reader.read({ kinds: ['machine.moved'], descending: true, limit: lookBackRows }).at(-1)?.seq ?? 1;
  const beganMs = new Map<string, number>();
  for (const entry of entriesOf(reader, { kinds: ['machine.moved'], afterSeq: since - 1 })) {
    const moved = rowOf('machine.moved', entry);
    if (moved?.data.machine !== 'change') continue;
    const { subject, from, to } = moved.data;
    const ms = moved.atMs - (beganMs.get(subject) ?? moved.atMs);
    if (from === 'merging' && to === 'merged' && beganMs.has(subject)) seen.merges.push(ms);
    if (from === 'merged' && to === 'verified' && beganMs.has(subject)) seen.switches.push(ms);
    beganMs.set(subject, moved.atMs);
  }
  return seen;
}

function noteOf({ gates, reusedGates, merges, switches }: Seen): string {
  const nGates = gates.length + reusedGates.length;
  if (nGates === 0 || merges.length === 0) return 'no estimate yet: nothing has merged here';
  return `estimates are medians of what was seen here (${countText(nGates, 'gate')}, ${countText(merges.length, 'merge')}, ${countText(switches.length, 'switch', 'switches')}), not promises`;
}

/** Returns an estimate as people read it. */
export const estimateText = (found: Listed['estimate']): string =>
  found === null ? '' : `about ${spanText(found.ms)} (${countText(found.nSamples, 'sample')})`;
