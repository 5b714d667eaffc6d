import { dataOf, row } from '../../domain/journal/kinds.ts';
import { sessionReport } from '../../domain/runs/session-report.ts';
import type { Engine } from '../engine.ts';
import { stopInstancesOf } from '../instances/ensure.ts';
import type { MachineView } from '../machines/host.ts';
import { exportSession } from '../memory/session.ts';
import { deliverAgain } from '../restore/deliver-again.ts';
import { removeDrilled } from '../restore/drill.ts';
import { runOf } from '../tasks/task-view.ts';
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
  const plan = dataOf('plan.made', engine.ledger.latest(`plan:${run}`))?.plan;
  await exportSession(engine, view);
  const report = await writeReport(engine, view, plan?.goalText ?? runOf(engine, run).goal);
  const freed = await engine.leases.free(run);
  await engine.ledger.append([
    row('run.closed', { run, state: view.state, freed, report }, { run, keys: [`close:${run}`] }),
  ]);
}

/** A report is a convenience rendered from the journal: a disk that is full must not keep a run open. */
async function writeReport(engine: Engine, view: MachineView, goal: string): Promise<string | null> {
  const path = `${engine.paths.sessions}/${view.subject}.md`;
  const entries = engine.ledger.read({ run: view.subject, limit: 10_000 });
  try {
    await engine.outside.files.ensureDir(engine.paths.sessions);
    await engine.outside.files.writeAtomic(
      path,
      sessionReport({ run: view.subject, goal, state: view.state, fault: view.fault, entries }),
    );
    return path;
  } catch (error) {
    engine.outside.log.warn('the session report was not written', { run: view.subject, error: String(error) });
    return null;
  }
}
