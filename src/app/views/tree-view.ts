import { z } from 'zod';

import type { Tree } from '../../domain/definitions/types.ts';
import { durationText } from '../../domain/definitions/units.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { inLine, priorities } from '../../domain/queue/rank.ts';
import { standingOf } from '../../engine/leases/line.ts';
import { slotNamesOf } from '../../engine/scale/slots-of.ts';
import { newest, type JournalReader } from './journal-reader.ts';

const slotSchema = z.object({
  name: z.string().describe('Folder below `trees/`.'),
  state: z.enum(['linked', 'half', 'missing', 'unmade']).describe('What is on disk; `unmade`: no run needed it yet.'),
  isBeyond: z.boolean().describe('More than the tree has now: no run gets it, and it goes when nobody needs it.'),
  head: z.string().nullable().describe('Commit that it is at, or null.'),
  lease: z
    .object({
      run: z.string(),
      port: z.number(),
      skipped: z.array(z.object({ port: z.number(), why: z.string() })),
      row: z.number(),
    })
    .nullable()
    .describe('Run that holds it now, or null.'),
});

/** A tree as outputs carry it. */
export const treeSchema = z.object({
  tree: z.string().describe('Its id.'),
  title: z.string().describe('What it looks after.'),
  homePort: z.number().describe('Port that its slots get when it is free.'),
  nSlots: z.number().describe('Slots that it has now; more runs wait in line.'),
  scope: z.array(z.string()).describe('Paths that it may change.'),
  reviewers: z.array(z.string()).describe('Trees whose rules look at its changes.'),
  channels: z.array(z.string()).describe('Topics that it publishes.'),
  listens: z.array(z.string()).describe('Topics whose messages come into its mailbox.'),
  slots: z.array(slotSchema).describe('Its slots.'),
  waiting: z
    .array(z.object({ run: z.string(), priority: z.enum(priorities), sinceMs: z.number() }))
    .describe('Runs that wait for one of them, first to last.'),
  rule: z.string().nullable().describe('How the number of its slots follows what waits, or null: only by hand.'),
});
export type TreeView = z.infer<typeof treeSchema>;

/** A slot as it lies on disk. */
export interface SlotOnDisk {
  readonly name: string;
  readonly state: 'linked' | 'half' | 'missing';
  readonly head: string | null;
}

/** Returns a tree with its slots and who holds them. */
export function treeView(reader: JournalReader, tree: Tree, onDisk: readonly SlotOnDisk[]): TreeView {
  const names = slotNamesOf({ ledger: reader }, tree);
  const beyond = onDisk
    .map(({ name }) => name)
    .filter((name) => name.split('@')[0] === tree.id && !names.includes(name));
  return {
    tree: tree.id,
    title: tree.title,
    homePort: tree.homePort,
    nSlots: names.length,
    scope: [...tree.scope],
    reviewers: [...tree.reviewers],
    channels: [...tree.channels],
    listens: [...tree.listens],
    slots: [...names, ...beyond].map((name) => {
      const slot = onDisk.find((one) => one.name === name);
      return {
        name,
        state: slot?.state ?? 'unmade',
        isBeyond: !names.includes(name),
        head: slot?.head ?? null,
        lease: leaseOf(reader, name),
      };
    }),
    waiting: waitingFor(reader, tree.id),
    rule: ruleText(tree.scale),
  };
}

function leaseOf(reader: JournalReader, slot: string): TreeView['slots'][number]['lease'] {
  const taken = newest(reader, 'lease.taken', `lease:slot:${slot}`);
  if (taken === undefined) return null;
  const { run, port, skipped } = taken.data;
  return { run, port, skipped: skipped.map((one) => ({ ...one })), row: taken.seq };
}

/** Runs that are looked at for the line: older ones are closed. */
const maxRuns = 200;

/** Runs that execute a plan for the tree and hold no slot yet. */
function waitingFor(reader: JournalReader, tree: string): TreeView['waiting'] {
  const open = reader
    .read({ kinds: ['run.created'], descending: true, limit: maxRuns })
    .flatMap((entry) => entry.run ?? [])
    .filter((run) => {
      const isWaiting =
        reader.latest(`close:${run}`) === undefined &&
        reader.latest(`lease-of:${run}`) === undefined &&
        dataOf('machine.moved', reader.latest(`machine:${run}`))?.to === 'executing';
      return isWaiting && dataOf('plan.made', reader.latest(`plan:${run}`))?.plan.tree === tree;
    });
  return inLine(open.map((run) => standingOf(reader, run))).map(({ id, priority, sinceMs }) => ({
    run: id,
    priority,
    sinceMs,
  }));
}

const ruleText = (rule: Tree['scale']): string | null =>
  rule &&
  `${rule.least} to ${rule.most}: one more when ${rule.whenWaiting} wait, one less after ${durationText(rule.idleMs)} to spare`;
