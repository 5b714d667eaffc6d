import { z } from 'zod';

import { openAlerts } from './alert-view.ts';
import { conflictLine } from './conflicts-view.ts';
import { followUps } from './follow-up-view.ts';
import { newest, type JournalReader } from './journal-reader.ts';
import { outsideLine } from './outside-view.ts';
import { queueLine } from './queue-view.ts';
import { recordedHead, restoreNameOf, restoreRows } from './restore-view.ts';
import { runHeads, runView, type RunHead } from './run-view.ts';
import { serviceView } from './service-view.ts';
import { branchName, countText, moveText, shortId } from './text.ts';

/**
 * What bare `orchestrate` prints: five lines and the next command. The supervisor keeps it in the row
 * `status.summarised` so that it can be printed without loading anything.
 */
export const statusSchema = z
  .object({
    version: z.literal(1),
    name: z.string().describe('Name of the installation.'),
    branch: z.string().describe('Branch that is looked after.'),
    head: z.string().nullable().describe('Commit of the branch as last recorded, or null.'),
    isBusy: z.boolean().describe('A run is going on that waits for nobody.'),
    lines: z
      .array(z.string())
      .describe(
        "The state in five lines; one more where an alert is open, where changes wait for the branch, where something changed outside, where two stand in each other's way, where everything is frozen, and where something has to be looked at.",
      ),
    next: z.string().describe('The command to type next.'),
    seq: z.number().describe('Newest journal row when this was made.'),
  })
  .describe('The state of an installation in five lines.');
export type StatusView = z.infer<typeof statusSchema>;

/** Returns the summary as the journal tells it now. `name` is the name of the installation. */
export function statusView(reader: JournalReader, name: string): StatusView {
  const installation = newest(reader, 'installation.created', 'installation');
  const branch = branchName(
    newest(reader, 'branch.moved', 'branch')?.data.ref ?? installation?.data.branchRef ?? 'main',
  );
  const head = recordedHead(reader) ?? null;
  const heads = runHeads(reader);
  const active = heads.filter(({ isFinal }) => !isFinal).reverse();
  const waiting = active.filter((run) => run.waiting !== null);
  const newestRun = heads[0];
  return {
    version: 1,
    name,
    branch,
    head,
    isBusy: active.some(({ waiting: asked, state }) => asked === null || state === 'executing'),
    lines: [
      `${name} · ${branch} ${head === null ? 'without a commit' : shortId(head)}`,
      serviceLine(reader),
      restoreLine(reader),
      runsLine(reader, active, newestRun),
      waitingLine(waiting),
      ...alertLines(reader),
      ...queueLines(reader),
      ...outsideLines(reader),
      ...conflictLines(reader),
      ...frozenLines(reader),
      ...followUpLines(reader),
    ],
    next: nextCommand({ active, waiting, newestRun, reader }),
    seq: reader.head().seq,
  };
}

function serviceLine(reader: JournalReader): string {
  const { state, port, pid, versions, instance } = serviceView(reader);
  if (instance === null) return 'service  not started by orchestrate';
  const where = port === null ? '' : ` on :${port}`;
  const who = pid === null ? '' : ` · pid ${pid}`;
  return `service  ${state}${where}${who}${versions === null ? '' : ` · torch ${versions.pytorch} on ${versions.device}`}`;
}

function restoreLine(reader: JournalReader): string {
  const rows = restoreRows(reader);
  const newestPoint = rows[0];
  if (newestPoint === undefined) return 'restore  no restore point yet';
  const { tag, manifest } = newestPoint.data;
  const moves = manifest.moves.slice(0, 2).map(moveText).join(' · ');
  return `restore  ${restoreNameOf(tag)} is the newest of ${countText(rows.length, 'restore point')}${moves === '' ? '' : ` · ${moves}`}`;
}

function runsLine(reader: JournalReader, active: readonly RunHead[], newestRun: RunHead | undefined): string {
  const first = active[0];
  if (first === undefined)
    return newestRun === undefined
      ? 'runs     none yet'
      : `runs     none active · ${newestRun.run} “${newestRun.goal}” ended as ${newestRun.state}`;
  const steps = runView(reader, first.run)?.steps ?? [];
  const at = steps.findIndex(({ state }) => state !== 'done');
  const step =
    first.state === 'executing' && at >= 0 ? `, step ${at + 1} of ${steps.length} (${steps[at]?.id ?? ''})` : '';
  const others = active.length === 1 ? '' : ` · ${active.length - 1} more`;
  return `runs     ${first.run} “${first.goal}” ${first.state}${step}${others}`;
}

function waitingLine(waiting: readonly RunHead[]): string {
  const [first, ...others] = waiting.flatMap((run) => run.waiting ?? []);
  if (first === undefined) return 'waiting  nothing waits for you';
  return `waiting  ${first.sentence}${others.length === 0 ? '' : ` · ${others.length} more`}`;
}

/** Only where more than one change waits for the branch. */
function queueLines(reader: JournalReader): readonly string[] {
  const line = queueLine(reader);
  return line === null ? [] : [`queue    ${line}`];
}

/** Only where something moved behind our back and nobody has said what to do about it. */
function alertLines(reader: JournalReader): readonly string[] {
  const open = openAlerts(reader);
  const [first] = open;
  if (first === undefined) return [];
  const more = open.length === 1 ? '' : ` · ${open.length - 1} more`;
  return [`alerts   ${first.severity}: ${first.sentence}${more} · orchestrate alerts list`];
}

function outsideLines(reader: JournalReader): readonly string[] {
  const line = outsideLine(reader);
  return line === null ? [] : [`outside  ${line}`];
}

/** Only where somebody broke the glass and nobody has looked at it since. */
function followUpLines(reader: JournalReader): readonly string[] {
  const [first, ...others] = followUps(reader).filter(({ closed }) => closed === null);
  if (first === undefined) return [];
  const { id, by, change, reason } = first;
  return [
    `look at  ${id}: ${by} passed over the policy for ${change} (${reason})${others.length === 0 ? '' : ` · ${others.length} more`} · orchestrate followups close ${id}`,
  ];
}

/** Only where two stand in each other's way. */
function conflictLines(reader: JournalReader): readonly string[] {
  const line = conflictLine(reader);
  return line === null ? [] : [`conflict ${line}`];
}

function nextCommand({
  active,
  waiting,
  newestRun,
  reader,
}: {
  active: readonly RunHead[];
  waiting: readonly RunHead[];
  newestRun: RunHead | undefined;
  reader: JournalReader;
}): string {
  const asked = waiting[0]?.waiting?.commands[0];
  if (asked !== undefined) return asked;
  const going = active[0];
  if (going !== undefined) return `orchestrate runs show ${going.run}`;
  if (newestRun?.state === 'failed' || newestRun?.state === 'rolledBack')
    return `orchestrate runs show ${newestRun.run}`;
  const newestPoint = restoreRows(reader)[0]?.data;
  if ((newestPoint?.number ?? 0) > 0) return 'orchestrate undo --dry-run';
  // Nothing is looked after that could be upgraded.
  const hasEnvironment = newestPoint === undefined || newestPoint.manifest.environment !== null;
  return hasEnvironment ? 'orchestrate run "upgrade pytorch" --dry-run' : 'orchestrate service status';
}

function frozenLines(reader: JournalReader): readonly string[] {
  const set = newest(reader, 'freeze.set', 'freeze')?.data;
  if (set?.isFrozen !== true) return [];
  return [
    `frozen   by ${set.by.name}${set.reason === null ? '' : `: ${set.reason}`}; orchestrate thaw lets work go on`,
  ];
}
