import { shownCommand } from '../../../domain/alerts/shown-command.ts';
import type { Finding } from '../../../domain/doctor/finding.ts';
import { dataOf, type JournalKinds } from '../../../domain/journal/kinds.ts';
import { slotNamesOf } from '../../scale/slots-of.ts';
import type { Look } from '../look.ts';

/** Slots and ports on lease against the runs that hold them, and ports on lease against who listens there. */
export const lookAtLeases: Look = async (context) => {
  const { ledger, definitions, config, outside } = context;
  const trees = [...definitions.trees.values()];
  const { first, last } = config.ports;
  const ports = new Set([
    ...trees.map(({ homePort }) => homePort),
    ...Array.from({ length: last - first + 1 }, (_, index) => first + index),
  ]);
  const keys = [
    ...trees.flatMap((tree) => slotNamesOf(context, tree)).map((slot) => `lease:slot:${slot}`),
    ...[...ports].map((port) => `lease:port:${port}`),
  ];
  const taken = new Map<string, { lease: JournalKinds['lease.taken']; row: number }>();
  for (const key of keys) {
    const entry = ledger.latest(key);
    const lease = dataOf('lease.taken', entry);
    if (entry !== undefined && lease !== undefined) taken.set(lease.run, { lease, row: entry.seq });
  }
  const findings: Finding[] = [];
  for (const [run, { lease, row }] of taken) {
    const { slot, port } = lease;
    const what = `${slot === null ? '' : `${slot} and `}:${port}`;
    if (ledger.latest(`close:${run}`) !== undefined) {
      findings.push({
        id: `lease-orphan:${run}`,
        area: 'leases',
        severity: 'warning',
        sentence: `${what} is leased to ${run}, which is closed`,
        evidence: [`#${row}`],
        repair: { kind: 'safe', act: 'free-lease', subject: run, does: 'give it back, so that others get it' },
      });
      continue;
    }
    const holder = await outside.ports.holder(port);
    const marks =
      holder.kind === 'held' ? await outside.processes.findMarked((mark) => mark.startsWith(`${config.id}/`)) : [];
    const strangers =
      holder.kind === 'held' ? holder.owners.filter(({ pid }) => !marks.some((one) => one.pid === pid)) : [];
    if (strangers.length > 0)
      findings.push({
        id: `port-strange:${port}`,
        area: 'leases',
        severity: 'warning',
        sentence: `:${port} is leased to ${run}, and ${strangers.map(({ pid, argv }) => `pid ${pid} (${shownCommand(argv, 80)})`).join(', ')} listens there`,
        evidence: [`#${row}`, ...strangers.map(({ pid, startTime }) => `pid ${pid}, started ${startTime}`)],
        repair: {
          kind: 'by-hand',
          does: 'the run takes another port when it starts its service; a stranger is left alone',
          command: null,
        },
      });
  }
  return { fact: taken.size === 0 ? 'none taken' : `${taken.size} taken, each of them by an open run`, findings };
};
