import { Fault } from '../../base/fault.ts';
import { nearestWord } from '../../domain/definitions/did-you-mean.ts';
import { latestSession, requireSessionId } from '../../domain/hooks/session-id.ts';
import { type HookSession, sessionSchema } from '../../domain/hooks/session.ts';
import type { JournalKind } from '../../domain/journal/kinds.ts';
import type { MemoryRef } from '../../domain/memory/entry.ts';
import type { App } from '../app.ts';
import { entriesOf, newest, rowOf, rowsOf, type Row } from '../views/journal-reader.ts';
import { installationActions } from '../views/next-actions-view.ts';

/** Of each sort, at most so many are kept with a session. */
const maxOfASort = 200;

/** Returns a session as the journal tells it. What it says of itself stands beside. */
export async function sessionNow(
  app: App,
  {
    id,
    summary,
    withFigures,
    withNext,
  }: { id: string; summary: string | null; withFigures: boolean; withNext: boolean },
): Promise<HookSession> {
  const { ledger } = await app.installation();
  const of = <Kind extends JournalKind>(kind: Kind): readonly Row<Kind>[] =>
    [...entriesOf(ledger, { kinds: [kind] })]
      .flatMap((entry) => rowOf(kind, entry) ?? [])
      .filter(({ data }) => (data as unknown as { session?: string | null }).session === id);
  const begun = of('hook.session').find(({ data }) => data.act === 'begun');
  const [tasks, files, commands, checkpoints] = [
    of('hook.task'),
    of('hook.file'),
    of('hook.command'),
    of('hook.checkpoint'),
  ];
  const newestTasks = [...new Map(tasks.map((one) => [one.data.task, one])).values()];
  const newestFiles = [...new Map(files.map((one) => [one.data.path, one])).values()];
  const nowMs = app.outside.clock.nowMs();
  const memory = [...files, ...commands].flatMap(({ data }): MemoryRef[] =>
    data.memory === null ? [] : [data.memory],
  );
  const { userName, startedBy } = app.outside.host;
  return {
    id,
    startedAtMs: begun?.atMs ?? null,
    endedAtMs: nowMs,
    by: startedBy ?? userName,
    summary,
    tasks: newestTasks.slice(-maxOfASort).map(({ seq, data }) => ({
      task: data.task,
      description: data.description,
      state: data.act,
      success: data.success,
      row: seq,
    })),
    files: newestFiles.slice(-maxOfASort).map(({ seq, data }) => ({ path: data.path, state: data.act, row: seq })),
    checkpoints: checkpoints
      .slice(-maxOfASort)
      .map(({ seq, data }) => ({ ref: data.ref, description: data.description, row: seq })),
    memory: [...new Map(memory.map((one) => [`${one.key}@${one.version}`, { ...one }])).values()].slice(-maxOfASort),
    metrics: withFigures
      ? {
          nTasks: newestTasks.length,
          nFiles: newestFiles.length,
          nCommands: commands.length,
          nFailed: commands.filter(({ data }) => (data.exitCode ?? 0) !== 0).length,
          spanMs: begun === undefined ? null : nowMs - begun.atMs,
        }
      : null,
    next: withNext
      ? installationActions(ledger)
          .slice(0, maxOfASort)
          .map(({ sentence, command }) => ({ what: sentence, command }))
      : [],
  };
}

/**
 * Returns a session as it was saved; null or `latest`: the newest of all. Faults: `SESSION_NOT_FOUND` with the nearest ids, also for an
 * entry that somebody made something else of.
 */
export async function requireSaved(
  app: App,
  asked: string | null,
): Promise<{ readonly session: HookSession; readonly ref: MemoryRef; readonly row: number }> {
  const { ledger, memory } = await app.installation();
  const isLatest = asked === null || asked.trim().toLowerCase() === latestSession;
  const id = isLatest ? newest(ledger, 'hook.session', 'hook-session-saved')?.data.session : requireSessionId(asked);
  const saved = id === undefined ? undefined : savedRow(ledger, id);
  if (id === undefined || saved === undefined || saved.data.memory === null) throw await notFound(app, asked);
  const { key, version } = saved.data.memory;
  const entry = await memory.get(key, version);
  const read = entry === undefined ? undefined : sessionSchema.safeParse(parsed(entry.text)).data;
  if (read === undefined)
    throw new Fault('SESSION_NOT_FOUND', `What was saved as ${id} is no session any more: ${key}@${version}.`, {
      hints: [`orchestrate memory history ${key}`],
      state: 'Nothing was changed.',
    });
  return { session: read, ref: { key, version }, row: saved.seq };
}

/** The newest row of a session that was saved: it may have gone on since. */
const savedRow = (ledger: Parameters<typeof rowsOf>[0], id: string) =>
  [...entriesOf(ledger, { key: `hook-session:${id}` })]
    .flatMap((entry) => rowOf('hook.session', entry) ?? [])
    .findLast(({ data }) => data.act === 'saved');

/** Ids that are told to somebody whose own is not there. */
const maxNear = 3;

async function notFound(app: App, asked: string | null): Promise<Fault> {
  const { ledger } = await app.installation();
  const known = [
    ...new Set(rowsOf(ledger, 'hook.session').flatMap(({ data }) => (data.act === 'saved' ? [data.session] : []))),
  ];
  const nearest = asked === null ? undefined : nearestWord(asked.toLowerCase(), known);
  const near = [
    ...(nearest === undefined ? [] : [nearest]),
    ...known.toReversed().filter((one) => one !== nearest),
  ].slice(0, maxNear);
  const what =
    asked === null || asked.toLowerCase() === latestSession
      ? 'No session was saved yet'
      : `No session ${JSON.stringify(asked)} was saved`;
  return new Fault('SESSION_NOT_FOUND', near.length === 0 ? `${what}.` : `${what}. Near it: ${near.join(', ')}.`, {
    hints:
      near.length === 0
        ? ['orchestrate hooks session-end --session-id <id>']
        : near.map((id) => `orchestrate hooks session-restore --session-id ${id}`),
    state: 'Nothing was changed.',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the session as an entry of memory has it. */
export const printSession = (session: HookSession): string => `${JSON.stringify(session, null, 2)}\n`;
