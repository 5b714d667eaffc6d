import { dataOf } from '../../journal/kinds.ts';
import { dayOf, type FactReader, type FactRow, type MemoryNote, oneLine, withLine } from '../note.ts';
import { domainKey } from '../standard.ts';
import { quoted } from './environment-notes.ts';

const startsHead = `# How production was started, newest last. Behind each: its journal row.
starts:
`;

/** Returns what a start of production teaches: port, arguments, interpreter. */
export function serviceNotes(row: FactRow): readonly MemoryNote[] {
  const composed = dataOf('instance.composed', row);
  if (composed?.purpose !== 'production') return [];
  const args = composed.args.map(quoted).join(', ');
  const line = `  - { port: ${composed.port}, python: ${quoted(composed.python)}, args: [${args}] }`;
  return [
    {
      key: domainKey('ops-maint', 'service_configs/production.yaml'),
      kind: 'state',
      row: row.seq,
      run: row.run,
      edit: (before) => withLine(before, { head: startsHead, line, row: row.seq, once: true }),
    },
  ];
}

/** Returns what a repair teaches: the symptom, and what helped. */
export function repairNotes(row: FactRow, journal: FactReader): readonly MemoryNote[] {
  const told = repairOf(row, journal);
  if (told === undefined) return [];
  const { name, title, text, run } = told;
  return [
    {
      key: domainKey('ops-maint', `repair_procedures/${name}.md`),
      kind: 'pattern',
      row: row.seq,
      run,
      edit: (before) =>
        withLine(before, {
          head: `# ${title}\n\nEach line is one time that it was done.\n`,
          line: `- ${dayOf(row.atMs)} ${text}`,
          row: row.seq,
        }),
    },
  ];
}

function repairOf(
  row: FactRow,
  journal: FactReader,
): { name: string; title: string; text: string; run: string | null } | undefined {
  const switched = dataOf('service.switched', row);
  if (switched?.outcome === 'reverted') {
    const run = dataOf('change.drafted', journal.latest(`change:${switched.change}`))?.run ?? null;
    const text = `${switched.change} was taken back: ${oneLine(switched.reason ?? 'production did not stay healthy')}`;
    return {
      name: 'switch_taken_back',
      title: 'New production did not stay healthy: the files before it were put on top',
      text,
      run,
    };
  }
  const failedOver = dataOf('run.failedOver', row);
  if (failedOver !== undefined) {
    const { run, from, to, why } = failedOver;
    const text = `${run} went on in ${to.slot} instead of ${from.slot}: ${oneLine(why.join('; '))}`;
    return { name: 'failover', title: 'An attempt died: another slot went on with its files', text, run };
  }
  const drilled = dataOf('restore.drilled', row);
  if (drilled === undefined) return undefined;
  const end =
    drilled.fault === null
      ? 'came back in folders of its own'
      : `did not come back: ${drilled.fault.code} ${oneLine(drilled.fault.message)}`;
  return {
    name: 'going_back',
    title: 'Restore points that were tried out',
    text: `${drilled.name} ${end}`,
    run: row.run,
  };
}
