import { Fault } from '../../base/fault.ts';
import { withoutGraphics } from '../../domain/instances/command.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { GraphicsDevice } from '../../domain/journal/rows/runs.ts';
import { bytesText } from '../../domain/plans/amounts.ts';
import type { Engine } from '../engine.ts';
import type { Declaration } from '../instances/compose.ts';
import { stopInstancesOf } from '../instances/ensure.ts';
import { baseUrl } from '../instances/start.ts';

/** A process that has no model loaded holds 300 to 500 MB for its CUDA context: that is left to it. */
const contextBytes = 600_000_000;
/** How often the card's holder, a busy queue and freed memory are looked at. */
const lookEveryMs = 500;
/** A busy queue is waited for this long; then a person is asked, before the step's own time is over. */
const busyMs = 120_000;
/** The server unloads its models as soon as it is idle; what is not free after this stays. */
const unloadMs = 10_000;

/**
 * Returns the declaration as it is to be proven. Where its service would use the graphics card, the run has the card from here
 * on until `returnGraphics`: one run at a time, by age and priority. Memory that production holds is borrowed as
 * `policy.borrow-vram` says: production is asked to unload its models when its queue is idle, or the proof runs on the CPU.
 * A repeat finds the card lent. Fault `WAITING_FOR_PERSON` when a person has to decide, or production stays busy.
 */
export async function borrowGraphics(
  engine: Engine,
  options: { run: string; declaration: Declaration; signal: AbortSignal },
): Promise<Declaration> {
  const { run, declaration } = options;
  if (declaration.config.service.args.includes('--cpu') || hasGraphics(engine, run)) return declaration;
  engine.graphicsLine.enter(run);
  try {
    for (;;) {
      const placed = await engine.inGraphicsTurn(() => tryBorrow(engine, options));
      if (placed !== undefined) return placed;
      await pause(engine, options.signal);
    }
  } finally {
    engine.graphicsLine.leave(run);
  }
}

/** Undefined while somebody else has the card or is before the run in line. */
async function tryBorrow(
  engine: Engine,
  options: { run: string; declaration: Declaration; signal: AbortSignal },
): Promise<Declaration | undefined> {
  const { run, declaration } = options;
  if (hasGraphics(engine, run)) return declaration;
  if (!engine.graphicsLine.isFirst(run) || isHeldByOther(engine, run)) return undefined;
  const held = await heldByProduction(engine);
  if (held === undefined || held.device.memoryBytes - held.device.freeBytes <= contextBytes) {
    if (engine.config.policy.oneGenerator) await awaitIdle(engine, options);
    await lend(engine, run, { device: held?.device ?? null, freed: null });
    return declaration;
  }
  if (engine.config.policy.borrowVram === 'no') return onCpu(declaration);
  if (engine.config.policy.borrowVram === 'ask' && !hasConsent(engine, run)) await ask(engine, run, held);
  const freeBytes = await borrow(engine, { ...options, ...held });
  await lend(engine, run, { device: held.device, freed: { port: held.port, freeBytes } });
  return declaration;
}

/** Gives the card back, if the run has it: what it started there is stopped first. A repeat is safe. */
export async function returnGraphics(engine: Engine, run: string): Promise<void> {
  if (!hasGraphics(engine, run)) return;
  const stopped = await stopInstancesOf(engine, run);
  await engine.ledger.append([
    row('graphics.returned', { run, stopped }, { run, keys: ['graphics', `graphics-of:${run}`] }),
  ]);
}

/** Whether the run has the graphics card now. */
export const hasGraphics = (engine: Engine, run: string): boolean =>
  dataOf('graphics.lent', engine.ledger.latest(`graphics-of:${run}`)) !== undefined;

const onCpu = (declaration: Declaration): Declaration => {
  const { config } = declaration;
  return {
    ...declaration,
    config: { ...config, service: { ...config.service, args: withoutGraphics(config.service.args) } },
  };
};

/** A run that was closed, or is gone with its supervisor, has nothing any more. */
function isHeldByOther(engine: Engine, run: string): boolean {
  const holder = dataOf('graphics.lent', engine.ledger.latest('graphics'))?.run;
  return holder !== undefined && holder !== run && !engine.ledger.latest(`close:${holder}`);
}

interface Held {
  readonly port: number;
  readonly device: GraphicsDevice;
}

/** What answers on production's port, whoever started it, and computes on something else than the CPU. */
async function heldByProduction(engine: Engine): Promise<Held | undefined> {
  const { port } = engine.config.service;
  const facts = await engine.outside.service.facts(baseUrl(port));
  const device = facts?.devices.find((one) => one.type !== 'cpu');
  if (device === undefined) return undefined;
  const { name, memoryBytes, freeBytes } = device;
  return { port, device: { name, memoryBytes, freeBytes } };
}

/** A person resumed the run after it asked: that a program did says nothing about the memory. */
function hasConsent(engine: Engine, run: string): boolean {
  const asked = engine.ledger.latest(`graphics-asked:${run}`)?.seq;
  if (asked === undefined) return false;
  const resumed = engine.ledger.read({ key: `resume-of:${run}`, afterSeq: asked });
  return resumed.some((entry) => dataOf('run.resumed', entry)?.by.kind === 'person');
}

async function ask(engine: Engine, run: string, { port, device }: Held): Promise<never> {
  const { name, memoryBytes, freeBytes } = device;
  await engine.ledger.append([row('graphics.asked', { run, port, device }, { run, keys: [`graphics-asked:${run}`] })]);
  throw new Fault(
    'WAITING_FOR_PERSON',
    `Only ${bytesText(freeBytes)} of ${bytesText(memoryBytes)} of ${name} are free: production on :${port} holds the rest. ` +
      'Going on, production is asked to unload its models (POST /free) as soon as its queue is idle; it loads them again with its next prompt.',
    {
      state: 'Nothing was asked of production yet; the branch is as it was.',
      hints: [
        `orchestrate runs resume ${run}`,
        `Or prove on the CPU: set policy.borrow-vram to no in orchestrate.yaml, then: orchestrate runs resume ${run}`,
      ],
      data: { port, device: { ...device } },
    },
  );
}

/** Prompts that production has to do on a graphics card; 0 where it does not answer, or computes on the CPU. */
export async function nPromptsOnCard(engine: Engine): Promise<number> {
  const held = await heldByProduction(engine);
  if (held === undefined) return 0;
  try {
    const { running, pending } = await engine.outside.service.queue(baseUrl(held.port));
    return running + pending.length;
  } catch (error) {
    if (error instanceof Fault) return 0;
    throw error;
  }
}

/** Waits until production has nothing to do on the card. Fault `WAITING_FOR_PERSON` when it stays busy. */
export async function awaitIdle(
  engine: Engine,
  { run, signal }: { readonly run: string; readonly signal: AbortSignal },
): Promise<void> {
  const startedMs = engine.outside.clock.monotonicMs();
  for (;;) {
    const nPrompts = await nPromptsOnCard(engine);
    if (nPrompts === 0) return;
    if (engine.outside.clock.monotonicMs() - startedMs >= busyMs) throw busy(run, engine.config.service.port, nPrompts);
    await pause(engine, signal);
  }
}

/** Waits for an idle queue, asks for the memory, and returns what is free then. */
async function borrow(
  engine: Engine,
  { run, port, device, signal }: Held & { run: string; signal: AbortSignal },
): Promise<number> {
  const { clock, service } = engine.outside;
  const url = baseUrl(port);
  await awaitIdle(engine, { run, signal });
  // Each time that a run borrows is an effect of its own.
  const since = engine.ledger.latest(`graphics-of:${run}`)?.seq ?? 0;
  const { freeBytes } = await engine.perform(
    { key: `free:${run}:${since}`, name: 'ask production to unload its models', input: { port }, run },
    {
      act: async () => {
        await service.free(url);
        const untilMs = clock.monotonicMs() + unloadMs;
        for (;;) {
          const now = (await heldByProduction(engine))?.device ?? device;
          if (now.memoryBytes - now.freeBytes <= contextBytes || clock.monotonicMs() >= untilMs)
            return { freeBytes: now.freeBytes };
          await pause(engine, signal);
        }
      },
    },
  );
  return freeBytes;
}

const busy = (run: string, port: number, nPrompts: number): Fault =>
  new Fault(
    'WAITING_FOR_PERSON',
    `Production on :${port} still has ${nPrompts} prompts to do: its memory is not borrowed while it works.`,
    {
      state: 'Nothing was asked of production; the branch is as it was.',
      hints: [`orchestrate runs resume ${run}`],
    },
  );

async function lend(
  engine: Engine,
  run: string,
  lent: { device: GraphicsDevice | null; freed: { port: number; freeBytes: number } | null },
): Promise<void> {
  await engine.ledger.append([
    row('graphics.lent', { run, ...lent }, { run, keys: ['graphics', `graphics-of:${run}`] }),
  ]);
}

async function pause(engine: Engine, signal: AbortSignal): Promise<void> {
  if (!(await engine.outside.clock.sleep(lookEveryMs, signal)))
    throw new Fault('INTERRUPTED', 'The run no longer waits for the graphics card.');
}
