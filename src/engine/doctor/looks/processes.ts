import type { Finding } from '../../../domain/doctor/finding.ts';
import { dataOf } from '../../../domain/journal/kinds.ts';
import type { FoundProcess } from '../../../ports/index.ts';
import type { EngineContext } from '../../context.ts';
import type { Look } from '../look.ts';

/** Processes that carry our mark and that nothing on record waits for any more. Those of others are never among them. */
export const lookAtProcesses: Look = async (context) => {
  const prefix = `${context.config.id}/`;
  const marked = await context.outside.processes.findMarked((mark) => mark.startsWith(prefix));
  const isHeld = await context.ledger.isHeld();
  const strays = new Map<string, FoundProcess[]>();
  for (const found of marked) {
    const name = found.mark.slice(prefix.length);
    if (isAwaited(context, name, isHeld)) continue;
    strays.set(name, [...(strays.get(name) ?? []), found]);
  }
  const findings = [...strays].map(([name, found]): Finding => {
    const pids = found.map(({ pid }) => pid).sort((a, b) => a - b);
    return {
      id: `process-stray:${name}`,
      area: 'processes',
      severity: 'warning',
      sentence: `${pids.length === 1 ? `process ${pids[0]} is` : `processes ${pids.join(', ')} are`} of ${name}, which nobody waits for any more`,
      evidence: found.map(({ pid, startTime, mark }) => `pid ${pid}, started ${startTime}, mark ${mark}`).sort(),
      repair: {
        kind: 'safe',
        act: 'stop-process',
        subject: name,
        does: 'stop what carries its mark, and nothing else',
      },
    };
  });
  return {
    fact: marked.length === 0 ? 'none of ours runs' : `${marked.length} of ours, each of them awaited`,
    findings,
  };
};

/** What is neither a run's nor an instance's belongs to the supervisor that lives, if one does. */
function isAwaited({ ledger }: EngineContext, name: string, isHeld: boolean): boolean {
  const run = /^r\d+/.exec(name)?.[0];
  if (run !== undefined)
    return isHeld && ledger.latest(`machine:${run}`) !== undefined && ledger.latest(`close:${run}`) === undefined;
  if (!/^i\d+$/.test(name)) return isHeld;
  const moved = dataOf('machine.moved', ledger.latest(`machine:${name}`));
  return moved !== undefined ? moved.to !== 'stopped' : ledger.latest(`machine:${name}`) !== undefined;
}
