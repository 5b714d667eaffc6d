import { Fault } from '../../base/fault.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { composedInstance } from '../instances/start.ts';
import { forgetAhead } from '../queue/forget.ts';
import { noteUnrecorded } from '../removal/note-trash.ts';
import { isComingBack } from '../removal/restore-trash.ts';
import { setInstanceAside, setSlotAside } from '../removal/set-aside.ts';
import { mendPoints } from '../restore/mend.ts';
import { slotNamesOf } from '../scale/slots-of.ts';
import { countLost } from '../spending/count-lost.ts';

const reconciler = { kind: 'program', name: 'reconcile' } as const;

/**
 * Compares what is on record with what is there, and puts right what a kill left behind: locks of dead
 * processes, children nobody waits for, instances that are gone, folders nobody owns. Safe to repeat.
 */
export async function reconcile(engine: Engine): Promise<object> {
  const { clock } = engine.outside;
  const startedMs = clock.monotonicMs();
  // Without a git that is new enough nothing below can be trusted.
  await engine.store.version();
  const findings = [
    ...(await clearLocks(engine)),
    ...(await sweepProcesses(engine)),
    ...(await sweepInstances(engine)),
    ...(await forgetAhead(engine)),
    ...(await sweepFolders(engine)),
    ...(await sweepSlots(engine)),
    ...(await noteUnrecorded(engine)),
    ...(await mendPoints(engine)),
    ...(await countLost(engine)),
  ];
  const resumed = [...engine.host.all('run'), ...engine.host.all('change')]
    .filter((one) => !one.isFinal)
    .map((one) => one.subject);
  const durationMs = Math.round(clock.monotonicMs() - startedMs);
  await engine.ledger.append([row('supervisor.reconciled', { findings, durationMs, resumed })]);
  return {};
}

async function clearLocks(engine: Engine): Promise<readonly string[]> {
  const inStore = await engine.store.clearStaleLocks();
  const inHome = await engine.home.clearStaleLocks();
  return [...inStore, ...inHome].map((path) => `removed the lock of a dead git: ${path}`);
}

/** Children that carry our mark: instances that are up stay, everything else belongs to a supervisor that is gone. */
async function sweepProcesses(engine: Engine): Promise<readonly string[]> {
  const prefix = `${engine.config.id}/`;
  const findings: string[] = [];
  for (const found of await engine.outside.processes.findMarked((mark) => mark.startsWith(prefix))) {
    const name = found.mark.slice(prefix.length);
    const view = engine.host.find(name);
    const isInstance = view?.machine === 'instance' && !['stopped', 'stopping'].includes(view.state);
    if (isInstance) continue;
    await engine.outside.processes.stop(found, { graceMs: 1_000 });
    findings.push(`stopped process ${found.pid} of ${name}: nobody waits for it any more`);
  }
  return findings;
}

/** Instances that were up when the last supervisor ended: still there, or gone. */
async function sweepInstances(engine: Engine): Promise<readonly string[]> {
  const prefix = `${engine.config.id}/`;
  const marked = new Set(
    (await engine.outside.processes.findMarked((mark) => mark.startsWith(prefix))).map((one) =>
      one.mark.slice(prefix.length),
    ),
  );
  const findings: string[] = [];
  for (const view of engine.host.all('instance')) {
    if (!['healthy', 'degraded', 'unresponsive'].includes(view.state) || marked.has(view.subject)) continue;
    // Another program's process carries no mark: the watch asks its port.
    if (engine.template.isUnmarked(composedInstance(engine, view.subject))) continue;
    const fault = new Fault('INSTANCE_UNHEALTHY', `The process of ${view.subject} is gone.`).toRecord();
    await engine.host.send(view.subject, { type: 'GONE', fault });
    findings.push(`${view.subject} is no longer running`);
  }
  return findings;
}

/** Folders of instances that none runs from: half composed when a kill came, kept by an end that could not look, or somebody's. */
async function sweepFolders(engine: Engine): Promise<readonly string[]> {
  const owned = new Set(
    engine.host
      .all('instance')
      .filter((view) => view.state !== 'stopped')
      .map((view) => composedInstance(engine, view.subject).dir),
  );
  const findings: string[] = [];
  for (const name of await engine.outside.files.list(engine.paths.instances)) {
    if (owned.has(`${engine.paths.instances}/${name}`)) continue;
    const composed = dataOf('instance.composed', engine.ledger.latest(`instance:${name}`));
    if (composed && (await engine.template.mayLive(engine, composed))) continue;
    findings.push(await setInstanceAside(engine, name, reconciler));
  }
  return findings;
}

/**
 * Slots that a kill left half made go to trash; a run that needs one prepares it anew. The slot of a run that goes on
 * stays: its files are that run's work, and what happened to its git files is for a person to see. Any other folder
 * below `trees/` is none of ours.
 */
async function sweepSlots(engine: Engine): Promise<readonly string[]> {
  const ours = new Set([...engine.definitions.trees.values()].flatMap((tree) => slotNamesOf(engine, tree)));
  const leased = new Set(
    engine.host.all('run').flatMap((one) => (one.isFinal ? [] : (engine.leases.find(one.subject)?.slot ?? []))),
  );
  const findings: string[] = [];
  for (const { name, state } of await engine.home.listSlots()) {
    if (state === 'linked' || !ours.has(name) || leased.has(name)) continue;
    if (await isComingBack(engine, `${engine.paths.trees}/${name}`)) continue;
    findings.push(await setSlotAside(engine, name, reconciler));
  }
  return findings;
}
