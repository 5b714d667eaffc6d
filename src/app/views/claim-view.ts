import { z } from 'zod';

import { openClaims, runOfClaimed } from '../../engine/scale/claims.ts';
import { newest, type JournalReader } from './journal-reader.ts';
import { machineState } from './machine-state.ts';

const actorSchema = z.object({ kind: z.enum(['rule', 'program', 'model', 'person']), name: z.string() });

/** A claim, or work that waits for somebody to claim it, as outputs carry it. */
export const claimSchema = z.object({
  subject: z.string().describe('A run, a step or a change.'),
  what: z.string().describe('What it is about.'),
  state: z.string().describe('Where it stands.'),
  status: z.enum(['active', 'paused', 'blocked', 'stealable', 'free']).describe('`free`: nobody holds it.'),
  holder: actorSchema.nullable().describe('Who works on it.'),
  sinceMs: z.number().nullable().describe('When that began, in milliseconds since 1970.'),
  reason: z.string().nullable(),
  row: z.number().nullable().describe('Journal row that says so.'),
});
export type ClaimView = z.infer<typeof claimSchema>;

/** Returns the claim of a subject as it is now. */
export function claimView(reader: JournalReader, subject: string): ClaimView {
  const claim = newest(reader, 'claim.moved', `claim:${subject}`);
  return {
    ...aboutOf(reader, subject),
    status: claim?.data.status ?? 'free',
    holder: claim?.data.holder ?? null,
    sinceMs: claim?.atMs ?? null,
    reason: claim?.data.reason ?? null,
    row: claim?.seq ?? null,
  };
}

function aboutOf(reader: JournalReader, subject: string): Pick<ClaimView, 'subject' | 'what' | 'state'> {
  const run = runOfClaimed(reader, subject);
  const goal = run === undefined ? undefined : newest(reader, 'run.created', `run:${run}`)?.data.goal;
  return { subject, what: goal ?? '', state: machineState(reader, subject)?.state ?? 'unknown' };
}

/** Runs that are looked at for work that waits. */
const maxRuns = 200;
const waiting: ReadonlySet<string> = new Set(['paused', 'awaitingApproval']);
const toDo: ReadonlySet<string> = new Set(['changesRequested', 'conflicted', 'mergeHeld', 'switchHeld']);

/** Returns the board: what is claimed, oldest claim first, then what waits and nobody claimed. */
export function claimBoard(reader: JournalReader): readonly ClaimView[] {
  const held = openClaims(reader)
    .map(({ claim }) => claim.subject)
    .reverse();
  const open = reader
    .read({ kinds: ['run.created'], descending: true, limit: maxRuns })
    .flatMap(({ run }) => (run !== null && reader.latest(`close:${run}`) === undefined ? [run] : []))
    .reverse();
  const free = open.flatMap((run) => {
    const change = newest(reader, 'change.drafted', `change-of:${run}`)?.data.change;
    const isToDo = change !== undefined && toDo.has(machineState(reader, change)?.state ?? '');
    if (isToDo) return [change];
    return waiting.has(machineState(reader, run)?.state ?? '') ? [run] : [];
  });
  return [...new Set([...held, ...free])].map((subject) => claimView(reader, subject));
}
