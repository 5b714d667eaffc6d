import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { MachineName } from '../../domain/machines/index.ts';
import type { Ledger } from '../../ports/index.ts';
import type { MachineHost, MachineView } from '../machines/host.ts';

type Checkpoint = JournalKinds['supervisor.checkpoint'];

export interface Survivors {
  readonly live: readonly { machine: MachineName; subject: string }[];
  readonly numbers: Readonly<Record<string, number>>;
}

const pageSize = 10_000;

/** Finds from the journal which machines are alive and which numbers are in use: the checkpoint, and what came after it. */
export function findSurvivors(ledger: Ledger): Survivors {
  const entry = ledger.latest('checkpoint');
  const checkpoint = dataOf('supervisor.checkpoint', entry);
  const live = new Map<string, MachineName>((checkpoint?.live ?? []).map((one) => [one.subject, one.machine]));
  const numbers: Record<string, number> = { ...checkpoint?.numbers };
  let afterSeq = entry?.seq ?? 0;
  for (;;) {
    const page = ledger.read({ afterSeq, kinds: ['machine.created', 'machine.moved'], limit: pageSize });
    for (const one of page) {
      const created = dataOf('machine.created', one);
      const moved = dataOf('machine.moved', one);
      if (created) {
        live.set(created.subject, created.machine);
        const number = /^[rcia](\d+)$/.exec(created.subject)?.[1];
        if (number !== undefined) numbers[created.machine] = Math.max(numbers[created.machine] ?? 0, Number(number));
      } else if (moved && (moved.isFinal || isAtRest(moved))) live.delete(moved.subject);
      else if (moved) live.set(moved.subject, moved.machine);
    }
    if (page.length < pageSize) break;
    afterSeq = page.at(-1)?.seq ?? afterSeq;
  }
  // A supervisor's own machine ends with its process.
  const survivors = [...live].filter(([, machine]) => machine !== 'supervisor');
  return { live: survivors.map(([subject, machine]) => ({ subject, machine })), numbers };
}

const isAtRest = ({ machine, to }: { machine: MachineName; to: string }): boolean =>
  machine === 'instance' && to === 'stopped';

/**
 * Runs that ended but were not closed come back too: closing them is still to be done. A live run is restored with
 * all that belongs to it, also what has ended: a step that is done must not begin again.
 */
export function restoreMachines(host: MachineHost, ledger: Ledger, survivors: Survivors): void {
  for (const { machine, subject } of survivors.live) host.restore(machine, subject);
  for (const { machine, subject: run } of survivors.live) if (machine === 'run') restoreParts(host, ledger, run);
}

function restoreParts(host: MachineHost, ledger: Ledger, run: string): void {
  for (const entry of ledger.read({ run, kinds: ['machine.created'], limit: pageSize })) {
    const created = dataOf('machine.created', entry);
    if (created?.machine === 'task' && !host.find(created.subject)) host.restore('task', created.subject);
  }
  const change = dataOf('change.drafted', ledger.latest(`change-of:${run}`))?.change;
  if (change !== undefined && !host.find(change)) host.restore('change', change);
}

/** The row from which the next start reads on. */
export function checkpointRow(views: readonly MachineView[], numbers: Readonly<Record<string, number>>) {
  const live: Checkpoint['live'] = views
    .filter(
      (one) => !one.isFinal && one.machine !== 'supervisor' && !(one.machine === 'instance' && one.state === 'stopped'),
    )
    .map(({ machine, subject }) => ({ machine, subject }));
  return row('supervisor.checkpoint', { live, numbers }, { keys: ['checkpoint'] });
}
