import { row } from '../../domain/journal/kinds.ts';
import { type Engine, requireRow } from '../engine.ts';
import { stopInstancesOf } from '../instances/ensure.ts';
import type { MachineView } from '../machines/host.ts';
import { exportSession } from '../memory/session.ts';
import { deliverAgain } from '../restore/deliver-again.ts';
import { removeDrilled } from '../restore/drill.ts';
import { keepOpened } from './opened.ts';

/** Stops the run's instances, frees its leases, writes its report. Done once; a repeat is safe. */
export async function closeRun(engine: Engine, view: MachineView): Promise<void> {
  const run = view.subject;
  if (engine.ledger.latest(`close:${run}`)) return;
  await engine.template.endProofs(engine, run);
  await stopInstancesOf(engine, run);
  await removeDrilled(engine, run);
  await keepOpened(engine, run);
  await deliverAgain(engine);
  await exportSession(engine, view);
  const report = await writeReport(engine, run);
  const freed = await engine.leases.free(run);
  await engine.ledger.append([
    row('run.closed', { run, state: view.state, freed, report }, { run, keys: [`close:${run}`] }),
  ]);
}

/** A report is a convenience rendered from the journal: a disk that is full must not keep a run open. */
async function writeReport(engine: Engine, run: string): Promise<string | null> {
  // The day on which it was asked for, in UTC like every time that is shown: the same name after a kill.
  const day = new Date(requireRow(engine, `run:${run}`).atMs).toISOString().slice(0, 10);
  const path = `${engine.paths.sessions}/${day}-${run}.md`;
  try {
    await engine.outside.files.ensureDir(engine.paths.sessions);
    await engine.outside.files.writeAtomic(path, engine.reportOf(run));
    return path;
  } catch (error) {
    engine.outside.log.warn('the session report was not written', { run, error: String(error) });
    return null;
  }
}
