import type { Freed, KeptFile, ServiceCare } from '../../actions/_service-care.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Engine } from '../engine.ts';
import { askProduction } from '../health/answer.ts';
import { cancelOnProduction } from '../instances/cancel-prompt.ts';
import { undoFor } from '../restore/undo-for.ts';
import { trimSpace } from '../space/trim.ts';
import { diagnoseService } from './diagnose-service.ts';
import { drawOnce } from './draw.ts';
import { findModels } from './find-models.ts';
import { restartService } from './restart.ts';
import { seeService } from './see.ts';
import { suspectMerge } from './suspect-merge.ts';

/** How often a prompt that was interrupted is asked about. */
const askEveryMs = 1_000;
/** A server that hangs costs the evidence no more than this. */
const queueMs = 5_000;
/** A server that is idle gives memory back in this time. */
const freeWithinMs = 5_000;

/** Returns what an attempt may do with production; keys of its effects begin with the attempt. */
export function serviceCare(
  engine: Engine,
  {
    run,
    step,
    agent,
    attempt,
    signal,
  }: Record<'run' | 'step' | 'agent' | 'attempt', string> & { readonly signal: AbortSignal },
): ServiceCare {
  const see = (options: { readonly watchMs: number }) => seeService(engine, { ...options, signal });
  return {
    see,
    diagnose: async (options) => diagnoseService(engine, await see(options)),
    running: () => loadRunning(engine),
    keep: (files) => keepFiles(engine, { key: `${attempt}:keep`, run, files }),
    free: () => unlessGone(freeMemory(engine, { key: `${attempt}:free`, run, signal }), notFreed),
    cancel: (options) =>
      unlessGone(cancelPrompt(engine, { key: `${attempt}:cancel`, run, agent, signal, ...options }), { ended: false }),
    restart: () => restartService(engine, { key: `${attempt}:restart`, run }),
    trim: (options) => trimSpace(engine, { key: `${attempt}:trim`, run, ...options }),
    draw: () => drawOnce(engine, { key: `${attempt}:draw`, run, signal }),
    suspect: () => suspectMerge(engine),
    findModels: (names) => findModels(engine, names),
    undo: (options) => undoFor(engine, { run, step, attempt, signal, ...options }),
  };
}

/** Where evidence of a run lies: out of reach of agents, and not in what a merge or a restore moves. */
const incidentDir = ({ paths }: Engine, run: string): string => `${paths.state}/incidents/${run}`;

async function keepFiles(
  engine: Engine,
  { key, run, files }: { readonly key: string; readonly run: string; readonly files: Readonly<Record<string, string>> },
): Promise<readonly KeptFile[]> {
  const { outside } = engine;
  const dir = incidentDir(engine, run);
  const act = async (): Promise<{ kept: readonly KeptFile[] }> => {
    await outside.files.ensureDir(dir, { mode: 0o700 });
    const kept = [];
    for (const [name, text] of Object.entries(files)) {
      const path = `${dir}/${name}`;
      await outside.files.writeAtomic(path, text, { mode: 0o600 });
      kept.push({ path, sizeBytes: new TextEncoder().encode(text).length, sha256: outside.digest.sha256(text) });
    }
    return { kept };
  };
  const input = { dir, names: Object.keys(files) };
  return (await engine.perform({ key, name: 'keep evidence', input, run }, { act })).kept;
}

async function freeMemory(
  engine: Engine,
  { key, run, signal }: { readonly key: string; readonly run: string; readonly signal: AbortSignal },
): Promise<Freed> {
  const { url, freeBytes } = await requireAnswer(engine);
  await engine.perform(
    { key, name: 'free the memory of the service', input: {}, run },
    {
      act: async () => {
        await engine.outside.service.free(url);
        return {};
      },
    },
  );
  // It acts when it is idle, a moment after it answered.
  const { clock } = engine.outside;
  const untilMs = clock.monotonicMs() + freeWithinMs;
  let after = (await askProduction(engine)).devices[0];
  while ((after?.freeBytes ?? 0) <= freeBytes && clock.monotonicMs() < untilMs) {
    await clock.sleep(askEveryMs, signal);
    signal.throwIfAborted();
    after = (await askProduction(engine)).devices[0];
  }
  return {
    ...{ device: after?.name ?? null, freeBefore: freeBytes },
    ...{ freeAfter: after?.freeBytes ?? freeBytes, totalBytes: after?.memoryBytes ?? 0 },
  };
}

/** A server that ends or hangs meanwhile did not do what it was asked: the next grade is tried. */
async function unlessGone<T>(asked: Promise<T>, instead: T): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Fault && (error.code === 'SERVICE_NOT_RUNNING' || error.code === 'INSTANCE_UNHEALTHY'))
      return instead;
    throw error;
  }
}

const notFreed: Freed = { device: null, freeBefore: 0, freeAfter: 0, totalBytes: 0 };

async function cancelPrompt(
  engine: Engine,
  options: {
    readonly key: string;
    readonly run: string;
    readonly agent: string;
    readonly prompt: string;
    readonly waitMs: number;
    readonly signal: AbortSignal;
  },
) {
  const { key, run, agent, prompt, waitMs, signal } = options;
  const { service, clock } = engine.outside;
  const { url, port } = await requireAnswer(engine);
  const by = { kind: 'program', name: agent } as const;
  const was = await cancelOnProduction(engine, { key, promptId: prompt, port, by, run });
  if (was !== 'stays') return { ended: true };
  const untilMs = clock.monotonicMs() + waitMs;
  while ((await service.queue(url)).active.some((one) => one['prompt_id'] === prompt)) {
    if (clock.monotonicMs() >= untilMs) return { ended: false };
    await clock.sleep(askEveryMs, signal);
    signal.throwIfAborted();
  }
  return { ended: true };
}

async function loadRunning(engine: Engine): Promise<readonly JsonObject[]> {
  const { port, latencyMs } = await askProduction(engine);
  if (port === null || latencyMs === null) return [];
  try {
    return (await engine.outside.service.queue(`http://127.0.0.1:${port}`, { timeoutMs: queueMs })).active;
  } catch (error) {
    if (error instanceof Fault && error.code === 'INSTANCE_UNHEALTHY') return [];
    throw error;
  }
}

async function requireAnswer(engine: Engine) {
  const { port, latencyMs, devices } = await askProduction(engine);
  if (port === null || latencyMs === null)
    throw new Fault('SERVICE_NOT_RUNNING', 'Production does not answer, so nothing can be asked of it.', {
      state: 'Nothing was changed.',
    });
  return { url: `http://127.0.0.1:${port}`, port, freeBytes: devices[0]?.freeBytes ?? 0 };
}
