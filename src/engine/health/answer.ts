import { Fault } from '../../base/fault.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { readyUrl } from '../../domain/templates/readiness.ts';
import type { ServiceDevice } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';

/** A server that is busy with a picture answers in milliseconds. */
const answerMs = 2_500;

/** Production as it is on record and as it answers now. */
export interface ServiceNow {
  /** Null: none that we know of is to be there. */
  readonly port: number | null;
  readonly instance: string | null;
  /** State of its machine; null where another program looks after it. */
  readonly state: string | null;
  readonly pid: number | null;
  /** Milliseconds until it answered; null: it did not. */
  readonly latencyMs: number | null;
  readonly devices: readonly ServiceDevice[];
  /** Null where it does not tell. */
  readonly queue: { readonly running: number; readonly pending: number } | null;
}

/** Asks production, in the way of the installation's template. Changes nothing. */
export async function askProduction(context: EngineContext): Promise<ServiceNow> {
  const { ledger } = context;
  const { instance, port } = productionOnRecord(context);
  const moved = dataOf('machine.moved', instance === null ? undefined : ledger.latest(`machine:${instance}`));
  const proven = dataOf('instance.proven', instance === null ? undefined : ledger.latest(`instance-up:${instance}`));
  const answer = port === null ? silent : await ask(context, port);
  return { port, instance, state: moved?.to ?? null, pid: proven?.pid ?? null, ...answer };
}

/** Returns what of production is on record, without asking it. */
export function productionOnRecord({
  ledger,
  config,
}: Pick<EngineContext, 'ledger' | 'config'>): Pick<ServiceNow, 'instance' | 'port'> {
  const instance = dataOf('production.set', ledger.latest('production'))?.instance ?? null;
  const composed = dataOf('instance.composed', instance === null ? undefined : ledger.latest(`instance:${instance}`));
  return { instance, port: composed?.port ?? (config.service.mode === 'none' ? config.service.port : null) };
}

type Answer = Pick<ServiceNow, 'latencyMs' | 'devices' | 'queue'>;
const silent: Answer = { latencyMs: null, devices: [], queue: null };

async function ask(context: EngineContext, port: number): Promise<Answer> {
  const { clock, service, readiness } = context.outside;
  const { program } = context.config;
  const beganMs = clock.monotonicMs();
  if (program !== null) {
    const status = await readiness.status(readyUrl(program.ready, port), { timeoutMs: answerMs });
    const isReady = status !== undefined && status >= 200 && status < 300;
    return isReady ? { ...silent, latencyMs: clock.monotonicMs() - beganMs } : silent;
  }
  const url = `http://127.0.0.1:${port}`;
  const facts = await service.facts(url, { timeoutMs: answerMs });
  if (facts === undefined) return silent;
  const latencyMs = clock.monotonicMs() - beganMs;
  return { latencyMs, devices: facts.devices, queue: await queueOf(context, url) };
}

async function queueOf({ outside }: EngineContext, url: string): Promise<ServiceNow['queue']> {
  try {
    const { running, pending } = await outside.service.queue(url, { timeoutMs: answerMs });
    return { running, pending: pending.length };
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}
