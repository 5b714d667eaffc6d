import { Fault } from '../../base/fault.ts';
import { baseUrl } from '../../engine/instances/start.ts';
import type { App, Installation } from '../app.ts';
import { newest } from '../views/journal-reader.ts';
import { machineState } from '../views/machine-state.ts';
import { runHeads } from '../views/run-view.ts';

const state = 'Nothing was removed.';

/**
 * Fault `SUPERVISOR_BUSY` for what runs and would lose its code or its environment: a run, a process of ours, production by
 * the record, and a server that another program started from our folder: that one carries no mark, so its port is asked.
 */
export async function requireQuiet(app: App, installation: Installation): Promise<void> {
  const { ledger, config } = installation;
  const [active] = runHeads(ledger).filter(({ isFinal }) => !isFinal);
  if (active !== undefined)
    throw new Fault('SUPERVISOR_BUSY', `${active.run} “${active.goal}” has not ended (${active.state}).`, {
      hints: [`orchestrate runs cancel ${active.run}`],
      state,
    });
  const [live] = await app.outside.processes.findMarked((mark) => mark.startsWith(`${config.id}/`));
  if (live !== undefined)
    throw new Fault('SUPERVISOR_BUSY', `Production runs: process ${live.pid} (${live.mark.split('/')[1] ?? ''}).`, {
      hints: ['orchestrate service stop'],
      state,
      data: { pid: live.pid, argv: [...live.argv] },
    });
  const instance = newest(ledger, 'production.set', 'production')?.data.instance ?? null;
  const now = instance === null ? undefined : machineState(ledger, instance)?.state;
  if (now !== undefined && now !== 'stopped')
    throw new Fault('SUPERVISOR_BUSY', `Production is ${instance}, and by the record it is ${now}.`, {
      hints: ['orchestrate service stop'],
      state,
      data: { instance },
    });
  await requireNoServer(app, installation, instance);
}

/** Asks production's ports, of today and of when it was composed, whether a server of ours answers there. */
async function requireNoServer(
  app: App,
  { ledger, config, paths }: Installation,
  instance: string | null,
): Promise<void> {
  const last = instance ?? newest(ledger, 'production.set', 'production')?.data.saved ?? null;
  const composed = last === null ? undefined : newest(ledger, 'instance.composed', `instance:${last}`)?.data;
  for (const port of new Set([config.service.port, composed?.port ?? config.service.port])) {
    const facts = await app.outside.service.facts(baseUrl(port));
    if (facts?.argv.some((one) => one.startsWith(`${paths.instances}/`)) !== true) continue;
    const holder = await app.outside.ports.holder(port);
    const pid = holder.kind === 'held' ? holder.owners[0]?.pid : undefined;
    throw new Fault(
      'SUPERVISOR_BUSY',
      `A server that runs from ${paths.instances} answers on port ${port}${pid === undefined ? '' : `: process ${pid}`}.`,
      { hints: stopHints(composed?.by?.stop), state, data: { port, ...(pid === undefined ? {} : { pid }) } },
    );
  }
}

const stopHints = (stop: readonly string[] | undefined): readonly string[] =>
  stop === undefined
    ? ['orchestrate service stop', 'Or stop it where it was started.']
    : [`${stop.join(' ')}   (the stop command of orchestrate.yaml)`, 'orchestrate service stop'];
