import { Fault } from '../../base/fault.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { findProduction } from './production.ts';
import { baseUrl } from './start.ts';

/** Asks production whether it is there. Only a change of its state becomes a row. */
export async function watchProduction(engine: Engine): Promise<void> {
  const instance = findProduction(engine);
  const view = instance === undefined ? undefined : engine.host.find(instance);
  if (!instance || !view || !['healthy', 'degraded', 'unresponsive'].includes(view.state)) return;
  const proven = dataOf('instance.proven', engine.ledger.latest(`instance-up:${instance}`));
  if (!proven) return;
  const { processes, service } = engine.outside;
  if (!(await processes.isAlive({ pid: proven.pid, startTime: proven.startTime }))) {
    const fault = new Fault('SERVICE_NOT_RUNNING', `The process of ${instance} (${proven.pid}) is gone.`).toRecord();
    await engine.host.send(instance, { type: 'GONE', fault });
    return;
  }
  const answers = (await service.facts(baseUrl(proven.port))) !== undefined;
  if (answers && view.state !== 'healthy') await engine.host.send(instance, { type: 'ANSWERED' });
  if (!answers && view.state !== 'unresponsive') await engine.host.send(instance, { type: 'SILENT' });
}
