import type { JsonObject } from '../base/json.ts';
import type { Entry } from '../ports/index.ts';
import type { AlertBook } from './alerts/book.ts';
import type { Waits } from './bus/waits.ts';
import type { EngineContext } from './context.ts';
import type { Performer } from './effects/perform.ts';
import type { Line } from './leases/line.ts';
import type { SlotLeases } from './leases/slots.ts';
import type { MachineHost } from './machines/host.ts';
import type { InFlight } from './proofs/in-flight.ts';
import type { Spending } from './spending/spending.ts';
import type { Numbers } from './supervisor/numbers.ts';
import type { Template } from './templates/template.ts';

/** What the parts of a running supervisor share. */
export interface Engine extends EngineContext, Performer {
  readonly template: Template;
  readonly host: MachineHost;
  readonly numbers: Numbers;
  readonly leases: SlotLeases;
  readonly inFlight: InFlight;
  /** Open alerts, and how often each was raised. */
  readonly alerts: AlertBook;
  /** What language models cost and who of them is asked. */
  readonly spending: Spending;
  /** Agents that wait for an answer of each other. */
  readonly waits: Waits;
  /** Renders the session report of a run from the journal, as Markdown. */
  reportOf(run: string): string;
  /** Performs a hook for the agent of an attempt, which is named by its mark; relative paths are taken from `cwd`. Faults: those of the hook. */
  performHook(asked: {
    readonly by: string;
    readonly cwd: string;
    readonly hook: string;
    readonly input: JsonObject;
    readonly signal: AbortSignal;
  }): Promise<JsonObject>;
  /** Who proves ahead now, and may hold a port: see `queue/ahead.ts`. */
  readonly aheadOwners: Set<string>;
  /** Resolves when no start, stop or switch of a service and no removal is at work or waits for its turn. */
  turnsAtRest(): Promise<void>;
  /** One start, stop or switch of production at a time. */
  inServiceTurn<T>(work: () => Promise<T>): Promise<T>;
  /** One start or stop of what shows the slot at a time. Production does not wait for it: it is another server on another port. */
  inShowTurn<T>(slot: string, work: () => Promise<T>): Promise<T>;
  /** Runs that wait for the graphics card. */
  readonly graphicsLine: Line;
  /** One look at who has the graphics card at a time. */
  inGraphicsTurn<T>(work: () => Promise<T>): Promise<T>;
  /** One look at what others changed at a time. */
  inOutsideTurn<T>(work: () => Promise<T>): Promise<T>;
  /** One pruning at a time. */
  inSpaceTurn<T>(work: () => Promise<T>): Promise<T>;
  /** One merge at a time. */
  inMergeTurn<T>(change: string, work: () => Promise<T>): Promise<T>;
}

/** Returns the newest row of a key. A row that must be there and is not is a bug. */
export function requireRow(engine: EngineContext, key: string): Entry {
  const entry = engine.ledger.latest(key);
  if (!entry) throw new Error(`the journal has no row for ${key}`);
  return entry;
}
