import { z } from 'zod';

import type { Entry } from '../../ports/index.ts';
import { rowOf } from './journal-reader.ts';
import { branchName, countText, listText, shortId, spanText, watchedText } from './text.ts';

/** What happens to a change after the steps: proof, merge, switch. */
export const stageSchema = z.object({
  id: z
    .enum(['gate', 'merge', 'switch'])
    .describe('`gate`: the exact tree was proven; `merge`: the branch moved; `switch`: production was switched.'),
  ok: z.boolean().describe('It went well.'),
  sentence: z.string().describe('What was done.'),
  durationMs: z.number().nullable().describe('How long it took; null where nobody measured.'),
  rows: z.array(z.number()).describe('Journal rows that hold it.'),
});
export type StageView = z.infer<typeof stageSchema>;

/** Returns the stages that the rows of a run tell, in order. A gate that ran again stands twice. */
export function stageViews(entries: Iterable<Entry>): StageView[] {
  const stages: StageView[] = [];
  const parts: MergePart[] = [];
  for (const entry of entries) {
    const stage = gateStage(entry) ?? mergeStage(parts, entry) ?? switchStage(entry);
    if (stage !== undefined) stages.push(stage);
  }
  return stages;
}

/** Returns the stage that a `change.gated` row tells, or undefined for any other row. */
export function gateStage(entry: Entry): StageView | undefined {
  const gated = rowOf('change.gated', entry);
  if (gated === undefined) return undefined;
  const { verdict, exact, base, reused, fault, durationMs } = gated.data;
  const proof =
    reused.length === 0 ? '' : `; ${listText(reused)} proven before for the same tree, environment and components`;
  const sentence =
    verdict === 'proven'
      ? `exact tree ${shortId(exact)} on top of ${shortId(base)}${proof}`
      : (fault?.message ?? `the gate ended as ${verdict}, without a reason: not proven`);
  return { id: 'gate', ok: verdict === 'proven', sentence, durationMs, rows: [gated.seq] };
}

/** Returns the stage that a `service.switched` row tells, or undefined for any other row. */
export function switchStage(entry: Entry): StageView | undefined {
  const switched = rowOf('service.switched', entry);
  if (switched === undefined) return undefined;
  const { outcome, instance, downMs, requeued, reason, watched } = switched.data;
  const down = downMs === null ? 'down time not measured' : `down ${spanText(downMs)}`;
  const sentence = {
    switched: `production runs it as ${instance ?? 'an unnamed instance'}; ${down}${requeued === null ? '' : `; ${countText(requeued, 'pending prompt')} queued again`}${watched === undefined ? '' : `; ${watchedText(watched)}`}`,
    'not-running':
      reason === null || reason === 'production was not running'
        ? 'production was not running, so nothing was switched; it starts with this next time'
        : reason,
    unaffected: 'production goes on: nothing that it runs has changed',
    reverted: `production is back on the old state: ${reason ?? 'the reason was not recorded'}`,
  }[outcome];
  return { id: 'switch', ok: outcome !== 'reverted', sentence, durationMs: downMs, rows: [switched.seq] };
}

interface MergePart {
  readonly sentence: string;
  readonly seq: number;
  readonly atMs: number;
}

/**
 * Adds what the row tells of a merge (restore point, branch, files of home) to `parts`. Returns the whole
 * stage with the row that ends the merge, `home.applied`, and empties `parts`; else undefined.
 */
export function mergeStage(parts: MergePart[], entry: Entry): StageView | undefined {
  // Sent afterwards, it is no part of a merge.
  const sentence = entry.kind === 'remote.pushed' && parts.length === 0 ? undefined : mergePart(entry);
  if (sentence === undefined) return undefined;
  parts.push({ sentence, seq: entry.seq, atMs: entry.atMs });
  if (entry.kind !== 'home.applied') return undefined;
  const whole = parts.splice(0);
  const durationMs = entry.atMs - (whole[0]?.atMs ?? entry.atMs);
  return {
    id: 'merge',
    ok: true,
    sentence: whole.map((part) => part.sentence).join('; '),
    durationMs,
    rows: whole.map(({ seq }) => seq),
  };
}

function mergePart(entry: Entry): string | undefined {
  const restore = rowOf('restore.created', entry);
  if (restore !== undefined) return restore.data.tag;
  const pushed = rowOf('remote.pushed', entry);
  if (pushed !== undefined) return `${pushed.data.branch} of ${pushed.data.address} has it`;
  const landed = rowOf('remote.landed', entry);
  if (landed !== undefined) return `merged there as ${shortId(landed.data.commit)}`;
  const moved = rowOf('branch.moved', entry);
  if (moved !== undefined)
    return `${branchName(moved.data.ref)} ${shortId(moved.data.from)} → ${shortId(moved.data.to)}`;
  const applied = rowOf('home.applied', entry);
  if (applied === undefined) return undefined;
  const { written, kept } = applied.data;
  return `${countText(written.length, 'file')} written${kept.length === 0 ? '' : `, ${listText(kept)} kept as you had ${kept.length === 1 ? 'it' : 'them'}`}`;
}
