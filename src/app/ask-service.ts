import { Fault } from '../base/fault.ts';
import type { TemplateId } from '../domain/definitions/types.ts';
import { readyUrl } from '../domain/templates/readiness.ts';
import type { App, Installation } from './app.ts';

/** What a service says of itself now. */
export interface ServiceAnswer {
  readonly answers: boolean;
  readonly device: {
    readonly type: string;
    readonly name: string;
    readonly memoryBytes: number;
    readonly freeBytes: number;
  } | null;
  readonly queue: { readonly running: number; readonly pending: number } | null;
}

const nothing: ServiceAnswer = { answers: false, device: null, queue: null };
/** A service that is busy answers its readiness address in this time. */
const answerMs = 5_000;

type Ask = (app: App, config: Installation['config'], port: number) => Promise<ServiceAnswer>;

const asks: Readonly<Record<TemplateId, Ask>> = {
  async comfyui(app, _config, port) {
    const url = `http://127.0.0.1:${port}`;
    const facts = await app.outside.service.facts(url);
    if (facts === undefined) return nothing;
    return { answers: true, device: facts.devices[0] ?? null, queue: await loadQueue(app, url) };
  },
  async service(app, { program }, port) {
    if (program === null) return nothing;
    const status = await app.outside.readiness.status(readyUrl(program.ready, port), { timeoutMs: answerMs });
    return { ...nothing, answers: status !== undefined && status >= 200 && status < 300 };
  },
};

/** Asks what answers on a port in the way of the installation's template. Changes nothing. */
export const askService = (app: App, config: Installation['config'], port: number): Promise<ServiceAnswer> =>
  asks[config.template](app, config, port);

async function loadQueue(app: App, url: string): Promise<ServiceAnswer['queue']> {
  try {
    const { running, pending } = await app.outside.service.queue(url);
    return { running, pending: pending.length };
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}
