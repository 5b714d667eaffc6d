import type { Finding, Repair } from '../../../domain/doctor/finding.ts';
import type { MemoryProblem } from '../../../domain/memory/entry.ts';
import type { Look } from '../look.ts';

/** Memory's files against their versions and their index. */
export const lookAtMemory: Look = async ({ memory }) => ({
  fact: 'files, versions and index of memory say the same',
  findings: (await memory.verify()).map(toFinding),
});

function toFinding(problem: MemoryProblem): Finding {
  const { path, kind, sentence, line, column } = problem;
  const place = line === null ? path : `${path}:${line}${column === null ? '' : `:${column}`}`;
  return {
    id: `memory-${kind}:${path}`,
    area: 'memory',
    // What was edited by hand is taken up by the next round of a supervisor.
    severity: kind === 'not-taken-up' ? 'note' : kind === 'damaged' ? 'error' : 'warning',
    sentence: `${path}: ${sentence.replace(/\.$/, '')}`,
    evidence: [place],
    repair: repairOf(problem),
  };
}

/** The index is made of what is there; a file is somebody's, and says what they meant. */
function repairOf({ kind, path }: MemoryProblem): Repair {
  if (kind.startsWith('index'))
    return {
      kind: 'safe',
      act: 'rebuild-index',
      subject: 'index',
      does: 'make the index anew from files and versions',
    };
  if (kind === 'not-taken-up' || kind === 'unfinished')
    return { kind: 'safe', act: 'take-up-memory', subject: path, does: 'take up what is there as the newest version' };
  if (kind === 'damaged')
    return { kind: 'by-hand', does: 'a backup of memory may hold it; what is newer is whole', command: null };
  return {
    kind: 'by-hand',
    does: `edit or move ${path}; its last good version stands until then`,
    command: 'orchestrate memory lint',
  };
}
