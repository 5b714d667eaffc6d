import { dataOf } from '../../journal/kinds.ts';
import { type FactRow, type MemoryNote, oneLine, withLine } from '../note.ts';
import { domainKey } from '../standard.ts';

const pythonHead = `# Interpreters that were seen here, with what they held. Behind each: its journal row.
seen:
`;

const statusHead = `# What sees the models, and what is known not to work

What ComfyUI told when it was booted for a proof. Behind each line: its journal row.
`;

/** Returns what the record of an environment teaches: which interpreter there is, with which torch, on which card. */
export function environmentNotes(row: FactRow): readonly MemoryNote[] {
  const recorded = dataOf('environment.recorded', row);
  if (recorded === undefined) return [];
  const version = (name: string): string | undefined => recorded.packages.find((one) => one.name === name)?.version;
  const fields = [
    `python: ${quoted(recorded.python.version)}`,
    `prefix: ${quoted(recorded.python.prefix)}`,
    ...(version('torch') === undefined ? [] : [`torch: ${quoted(version('torch') ?? '')}`]),
    `graphics: ${quoted(recorded.accelerators.kind)}`,
  ];
  return [
    {
      key: domainKey('env-setup', 'python_versions.yaml'),
      kind: 'state',
      row: row.seq,
      run: row.run,
      edit: (before) =>
        withLine(before, { head: pythonHead, line: `  - { ${fields.join(', ')} }`, row: row.seq, once: true }),
    },
  ];
}

/** Returns what a boot teaches: how many kinds of nodes answer, on what, and which packs do not import. */
export function bootNotes(row: FactRow): readonly MemoryNote[] {
  const evidence = dataOf('evidence.recorded', row)?.evidence;
  if (evidence?.part !== 'boot') return [];
  const { nodeClasses, failedImports, device, pytorchVersion } = evidence;
  const failed =
    failedImports.length === 0 ? 'every pack imports' : `does not import: ${failedImports.slice(0, 8).join(', ')}`;
  const line = `- ${nodeClasses.length} kinds of nodes on ${oneLine(device, 80)} with torch ${oneLine(pytorchVersion, 40)}; ${oneLine(failed)}`;
  return [
    {
      key: domainKey('models-integ', 'integration_status.md'),
      kind: 'state',
      row: row.seq,
      run: row.run,
      edit: (before) => withLine(before, { head: statusHead, line, row: row.seq, once: true }),
    },
  ];
}

/** A text as YAML in single quotes: whatever it holds, it stays one value. */
export const quoted = (text: string): string => `'${oneLine(text).replaceAll("'", "''")}'`;
