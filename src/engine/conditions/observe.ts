import {
  environmentStable,
  seeEnvironmentStable,
  type StableFacts,
} from '../../domain/conditions/environment-stable.ts';
import { maintenanceApproved, seeMaintenanceApproved } from '../../domain/conditions/maintenance-window.ts';
import { treeOfCondition } from '../../domain/conditions/name.ts';
import { nextMove, type Seen } from '../../domain/conditions/observed.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { type JournalKind, dataOf } from '../../domain/journal/kinds.ts';
import { isNotable } from '../../domain/outside/choose.ts';
import { summaryText } from '../../domain/outside/describe.ts';
import type { Entry } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { timesOf } from '../policy/times.ts';
import { clearCondition, setCondition } from './move.ts';
import { standingNow } from './standing.ts';

/** Conditions that nobody has to tell, by name: what the facts on record say about each. */
export const observedConditions: Readonly<Record<string, (engine: Engine) => Seen>> = {
  [environmentStable]: (engine) => seeEnvironmentStable(stableFacts(engine)),
  [maintenanceApproved]: (engine) => seeMaintenanceApproved(timesOf(engine), engine.outside.clock.nowMs()),
};

/** Lets the conditions that are observed follow the facts. Writes a row only where one moves; a repeat is safe. */
export async function observeConditions(engine: Engine): Promise<void> {
  for (const [name, see] of Object.entries(observedConditions)) {
    if (!engine.definitions.trees.has(treeOfCondition(name))) continue;
    const by: Actor = { kind: 'rule', name: 'observed' };
    const seen = see(engine);
    const move = nextMove(standingNow(engine, name), seen, by);
    if (move === 'set' && seen.holds)
      await setCondition(engine, { name, by, evidence: seen.evidence, expiresAtMs: seen.expiresAtMs });
    if (move === 'clear' && !seen.holds) await clearCondition(engine, { name, by, reason: seen.why });
  }
}

const moving: readonly string[] = ['merging', 'mergeHeld', 'merged', 'switchHeld'];

function stableFacts(engine: Engine): StableFacts {
  const newest = (kind: JournalKind): Entry | undefined =>
    engine.ledger.read({ kinds: [kind], descending: true, limit: 1 })[0];
  const placeOf = ({ seq, atMs }: Entry): { row: number; atMs: number } => ({ row: seq, atMs });
  const switchedRow = newest('service.switched');
  const switched = dataOf('service.switched', switchedRow);
  const recordedRow = newest('environment.recorded');
  const outsideRow = engine.ledger.latest('outside:found');
  const open = (dataOf('outside.found', outsideRow)?.differences ?? []).filter(isNotable);
  return {
    switched:
      switchedRow && switched
        ? { ...placeOf(switchedRow), change: switched.change, isReverted: switched.outcome === 'reverted' }
        : null,
    recorded: recordedRow ? placeOf(recordedRow) : null,
    merging: engine.host.all('change').find(({ state }) => moving.includes(state))?.subject ?? null,
    outside: outsideRow ? { ...placeOf(outsideRow), open: open.length === 0 ? null : summaryText(open) } : null,
  };
}
