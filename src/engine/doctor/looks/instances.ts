import type { Finding } from '../../../domain/doctor/finding.ts';
import { dataOf } from '../../../domain/journal/kinds.ts';
import type { EngineContext } from '../../context.ts';
import { isUp } from '../../instances/watch.ts';
import { liveInstances } from '../../space/needed.ts';
import type { Look } from '../look.ts';

/** A folder in which an instance is composed has no row yet; this is longer than that takes. */
const composingMs = 3_600_000;

/** Instances that are up on record against their processes, and the folders of instances against the record. */
export const lookAtInstances: Look = async (context) => {
  const live = liveInstances(context);
  const findings = [...(await findGone(context)), ...(await findFolders(context, new Set(live.map(({ dir }) => dir))))];
  return {
    fact: live.length === 0 ? 'none on record as running' : `${live.length} on record as running, each of them there`,
    findings,
  };
};

async function findGone(context: EngineContext): Promise<readonly Finding[]> {
  const { ledger, outside } = context;
  const findings: Finding[] = [];
  for (const { instance, purpose } of liveInstances(context)) {
    const state = dataOf('machine.moved', ledger.latest(`machine:${instance}`))?.to ?? '';
    const entry = ledger.latest(`instance-up:${instance}`);
    const proven = dataOf('instance.proven', entry);
    if (!isUp(state) || entry === undefined || proven === undefined) continue;
    const { pid, startTime } = proven;
    if (await outside.processes.isAlive({ pid, startTime })) continue;
    findings.push({
      id: `instance-gone:${instance}`,
      area: 'instances',
      severity: purpose === 'production' ? 'error' : 'warning',
      sentence: `${instance}${purpose === 'production' ? ' (production)' : ''} is ${state} on record, and its process ${pid} is gone`,
      evidence: [`#${entry.seq}`, `pid ${pid}, started ${startTime}`],
      repair: {
        kind: 'safe',
        act: 'note-gone',
        subject: instance,
        does: `write down that it ended${purpose === 'production' ? '; `orchestrate service start` starts production again' : ''}`,
      },
    });
  }
  return findings;
}

async function findFolders(context: EngineContext, live: ReadonlySet<string>): Promise<readonly Finding[]> {
  const { files, clock } = context.outside;
  const { instances } = context.paths;
  const findings: Finding[] = [];
  for (const name of await files.list(instances)) {
    const dir = `${instances}/${name}`;
    const composed = dataOf('instance.composed', context.ledger.latest(`instance:${name}`));
    // What another program starts and stops may run from it without our knowing.
    if (live.has(dir) || composed?.by !== undefined) continue;
    const ageMs = clock.nowMs() - ((await files.info(dir))?.mtimeMs ?? clock.nowMs());
    if (/^i\d+$/.test(name) && composed === undefined && ageMs < composingMs) continue;
    findings.push({
      id: `instance-folder:${name}`,
      area: 'instances',
      severity: 'warning',
      sentence:
        composed === undefined
          ? `${dir} is of no instance on record`
          : `${name} does not run, and its folder is still there`,
      evidence: [dir],
      repair: {
        kind: 'safe',
        act: 'trash-instance',
        subject: name,
        does: 'move it to the trash, from which it comes back',
      },
    });
  }
  return findings;
}
