import { Fault } from '../../base/fault.ts';
import { compareFingerprints, describeDifference } from '../../domain/changes/fingerprint.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { SlotLocation } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';

/** Slots that exist, as places whose git files are watched. */
export async function slotLocations(engine: Engine): Promise<readonly SlotLocation[]> {
  const slots = await engine.home.listSlots();
  return slots.map(({ name }) => ({ name, dir: `${engine.paths.trees}/${name}` }));
}

/** Takes the state of home's git files as accepted: what follows is compared with it. */
export async function acceptFingerprint(
  engine: Engine,
  by: { kind: 'program' | 'person'; name: string },
  run: string | null,
): Promise<void> {
  const { items } = await engine.home.fingerprint(await slotLocations(engine));
  const accepted = dataOf('fingerprint.accepted', engine.ledger.latest('fingerprint'));
  if (accepted && compareFingerprints(accepted.items, items).length === 0) return;
  await engine.ledger.append([row('fingerprint.accepted', { items, by }, { run, keys: ['fingerprint'] })]);
}

/**
 * Compares home's git files with what was last accepted. A difference is written down and stops the task:
 * nothing that an agent or a package put there is obeyed, and a person looks at it. Fault `TREE_TAMPERED`.
 * `except` names a slot that is about to be written anew.
 */
export async function requireUntampered(
  engine: Engine,
  options: { run: string; task: string | null; except?: string },
): Promise<void> {
  const accepted = dataOf('fingerprint.accepted', engine.ledger.latest('fingerprint'));
  if (!accepted) return;
  const { items } = await engine.home.fingerprint(await slotLocations(engine));
  const { except } = options;
  const isExcepted = (item: string): boolean =>
    except !== undefined && (item === `trees/${except}/.git` || item.startsWith(`worktrees/${except}/`));
  const differences = compareFingerprints(accepted.items, items).filter(({ item }) => !isExcepted(item));
  if (differences.length === 0) return;
  await engine.ledger.append([
    row(
      'tamper.found',
      { run: options.run, task: options.task, differences },
      { run: options.run, keys: [`tamper:${options.run}`] },
    ),
  ]);
  throw new Fault(
    'TREE_TAMPERED',
    `Git files of home were changed during the run: ${differences.slice(0, 5).map(describeDifference).join(', ')}.`,
    {
      hints: [
        `orchestrate runs show ${options.run}`,
        `orchestrate runs resume ${options.run}   (accepts them as they are now)`,
        `orchestrate runs cancel ${options.run}`,
      ],
      state: 'Nothing of it was run or obeyed. The branch and production are as they were; the run is quarantined.',
      data: { differences },
    },
  );
}
