import type { JournalKind } from '../../domain/journal/kinds.ts';
import type { Ledger } from '../../ports/index.ts';
import { entrySentence } from '../views/journal-line.ts';
import { timeText } from '../views/text.ts';

/** What a person who watches wants to read: beginnings, ends, and what went wrong. All else is in `journal tail`. */
const told: readonly JournalKind[] = [
  'supervisor.started',
  'supervisor.reconciled',
  'supervisor.overtaken',
  'supervisor.drained',
  'supervisor.stopped',
  'door.opened',
  'run.created',
  'run.closed',
  'change.held',
  'branch.moved',
  'service.switched',
  'service.judged',
  'service.restarted',
  'service.back',
  'freeze.set',
  'freeze.done',
  'schedule.missed',
  'schedule.paused',
  'diagnosis.found',
  'health.moved',
  'alert.raised',
  'alert.ended',
];

/** Rows that are read at once. */
const pageSize = 1_000;

/** Tells the rows after `afterSeq` as they are written, until the signal aborts; what is there then is told, too. */
export async function tellRows(
  ledger: Ledger,
  { afterSeq, tell, signal }: { afterSeq: number; tell: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  for (let seq = afterSeq; ;) {
    const isLast = signal.aborted;
    const rows = ledger.read({ afterSeq: seq, kinds: [...told], limit: pageSize });
    for (const entry of rows) {
      seq = entry.seq;
      tell(`${timeText(entry.atMs)} ${entrySentence(entry)}`);
    }
    if (rows.length === pageSize) continue;
    if (isLast) return;
    await ledger.waitForBell(1_000, signal);
  }
}
