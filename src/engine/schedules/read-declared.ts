import { faultRecord } from '../../base/fault.ts';
import { asCommitId } from '../../base/ids.ts';
import { canonicalJson } from '../../base/json.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { parseSchedules, schedulesFile } from '../../domain/schedules/file.ts';
import type { Schedule } from '../../domain/schedules/schedule.ts';
import type { Engine } from '../engine.ts';
import { schedulesNow } from './in-force.ts';

/** What the branch holds is what counts: a file that nobody merged declares nothing. */
const fileRule = { kind: 'rule', name: schedulesFile } as const;

/**
 * Takes over what the branch's `ops/schedules.yaml` declares, when it is another text than before: new and changed ones are added, those
 * that are gone removed. One that cannot be read leaves all as it is, and the row says why. Returns a function that looks again.
 */
export function createDeclaredReader(engine: Engine): () => Promise<void> {
  let seen: string | undefined;
  return async () => {
    const branchRef = dataOf('installation.created', engine.ledger.latest('installation'))?.branchRef;
    const head = branchRef === undefined ? undefined : await engine.home.findRef(branchRef);
    if (head === undefined || head === seen) return;
    await engine.store.importCommit({ gitDir: engine.paths.gitDir, commit: asCommitId(head), name: 'schedules' });
    const data = await engine.store.readFile(await engine.store.treeOf(asCommitId(head)), schedulesFile);
    await takeOver(engine, data === undefined ? null : new TextDecoder().decode(data));
    seen = head;
  };
}

async function takeOver(engine: Engine, text: string | null): Promise<void> {
  const digest = text === null ? null : engine.outside.digest.sha256(text);
  const before = dataOf('schedule.declared', engine.ledger.latest('schedules-file'));
  if (digest === (before?.digest ?? null)) return;
  const { schedules, problem } = read(engine, text);
  const declared = { digest, ids: schedules.map(({ id }) => id), problem };
  const told = row('schedule.declared', declared, { keys: ['schedules-file'] });
  await engine.ledger.append([...(problem === null ? moves(engine, schedules) : []), told]);
}

function read(engine: Engine, text: string | null): { schedules: readonly Schedule[]; problem: string | null } {
  if (text === null) return { schedules: [], problem: null };
  const { clock, host } = engine.outside;
  try {
    const options = { localZone: host.timeZone, nowMs: clock.nowMs() };
    return { schedules: parseSchedules({ file: schedulesFile, text }, options), problem: null };
  } catch (error) {
    const { message, at } = faultRecord(error);
    return { schedules: [], problem: `${message}${at === undefined ? '' : ` (line ${at.line})`}` };
  }
}

function moves(engine: Engine, declared: readonly Schedule[]) {
  const all = schedulesNow(engine.ledger);
  const keys = (id: string): readonly string[] => [`schedule:${id}`, 'schedules'];
  const ids = new Set(declared.map(({ id }) => id));
  const gone = [...all.values()].filter(({ schedule, from }) => from === 'file' && !ids.has(schedule.id));
  // One that stays as it is keeps its place: its fires are not begun anew.
  const moved = declared.filter((schedule) => {
    const there = all.get(schedule.id);
    return there?.from !== 'file' || canonicalJson(there.schedule) !== canonicalJson(schedule);
  });
  return [
    ...gone.map(({ schedule: { id } }) =>
      row(
        'schedule.removed',
        { schedule: id, reason: 'it is not declared any more', by: fileRule },
        { keys: keys(id) },
      ),
    ),
    ...moved.map((schedule) =>
      row('schedule.added', { schedule, from: 'file', by: fileRule }, { keys: keys(schedule.id) }),
    ),
  ];
}
