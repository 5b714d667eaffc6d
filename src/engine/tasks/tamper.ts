import { Fault } from '../../base/fault.ts';
import {
  compareFingerprints,
  describeDifference,
  type FingerprintDifference,
} from '../../domain/changes/fingerprint.ts';
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
 * Returns what of home's git files differs from what was last accepted; nothing when nothing was accepted yet. The git
 * files of a slot that a run is preparing just now are left out: they are half ours, and all of them are written anew.
 */
export async function findTampering(engine: Engine): Promise<readonly FingerprintDifference[]> {
  for (;;) {
    const accepted = engine.ledger.latest('fingerprint');
    const known = dataOf('fingerprint.accepted', accepted);
    if (!known) return [];
    const { items } = await engine.home.fingerprint(await slotLocations(engine));
    const unready = slotsInPreparation(engine);
    const opened = openedSlots(engine);
    const isUnready = (item: string): boolean =>
      unready.some((slot) => isOfSlot(slot, item)) || opened.some((slot) => isWorkIn(slot, item));
    const differences = compareFingerprints(known.items, items).filter(({ item }) => !isUnready(item));
    // Another run may have finished its slot meanwhile: then what was compared with is old.
    if (differences.length === 0 || engine.ledger.latest('fingerprint')?.seq === accepted?.seq) return differences;
  }
}

const isOfSlot = (slot: string, item: string): boolean =>
  item === `trees/${slot}/.git` || item.startsWith(`worktrees/${slot}/`);

/** What a person's own git changes while they work in a slot: where it stands, and what it is in the middle of. Not where it leads. */
const isWorkIn = (slot: string, item: string): boolean =>
  item.startsWith(`worktrees/${slot}/`) && !/\/(gitdir|commondir|config\.worktree|hooks)$/.test(item);

/** Slots that a person works in now. */
function openedSlots(engine: Engine): readonly string[] {
  return engine.host.all('run').flatMap(({ subject }) => {
    const opened = dataOf('slot.opened', engine.ledger.latest(`opened:${subject}`));
    return opened && !engine.ledger.latest(`close:${subject}`) ? [opened.slot] : [];
  });
}

/** Takes the git files of one slot as accepted, and nothing else: what a person's git left there is no tampering. */
export async function acceptSlot(engine: Engine, slot: string, run: string): Promise<void> {
  const accepted = dataOf('fingerprint.accepted', engine.ledger.latest('fingerprint'));
  if (!accepted) return;
  const { items: now } = await engine.home.fingerprint(await slotLocations(engine));
  const items = Object.fromEntries([
    ...Object.entries(accepted.items).filter(([item]) => !isWorkIn(slot, item)),
    ...Object.entries(now).filter(([item]) => isWorkIn(slot, item)),
  ]);
  const by = { kind: 'program', name: 'slot' } as const;
  await engine.ledger.append([row('fingerprint.accepted', { items, by }, { run, keys: ['fingerprint'] })]);
}

/** Takes it over that whole slots are gone: no git file of theirs is there. Whatever else moved is still told. A repeat is safe. */
export async function forgetSlots(engine: Engine, slots: readonly string[]): Promise<void> {
  await takeOver(engine, (accepted, now) => {
    const gone = slots.filter((slot) => !Object.keys(now).some((item) => isOfSlot(slot, item)));
    return Object.fromEntries(Object.entries(accepted).filter(([item]) => !gone.some((slot) => isOfSlot(slot, item))));
  });
}

/**
 * Takes over the git files of a slot that came back from the trash, if they lead where a slot's lead. What a git there would
 * run is told all the same: anybody can have put it there meanwhile. A repeat is safe.
 */
export async function acceptSlotBack(engine: Engine, slot: string): Promise<void> {
  const isWhole = (await engine.home.listSlots()).some(({ name, state }) => name === slot && state === 'linked');
  if (!isWhole) return;
  await takeOver(engine, (accepted, now) => ({
    ...Object.fromEntries(Object.entries(accepted).filter(([item]) => !isOfSlot(slot, item))),
    ...Object.fromEntries(
      Object.entries(now).filter(([item]) => isOfSlot(slot, item) && !/\/(config\.worktree|hooks)$/.test(item)),
    ),
  }));
}

type Items = Readonly<Record<string, string>>;

async function takeOver(engine: Engine, change: (accepted: Items, now: Items) => Items): Promise<void> {
  const accepted = dataOf('fingerprint.accepted', engine.ledger.latest('fingerprint'));
  if (!accepted) return;
  const now = await engine.home.fingerprint(await slotLocations(engine));
  const items = change(accepted.items, now.items);
  if (compareFingerprints(accepted.items, items).length === 0) return;
  const by = { kind: 'program', name: 'slot' } as const;
  await engine.ledger.append([row('fingerprint.accepted', { items, by }, { keys: ['fingerprint'] })]);
}

/** Names the effect that brings a slot to the base of a run. */
export const preparationKey = (run: string, slot: string): string => `slot:${run}:${slot}`;

/** Slots whose preparation was begun and is not done, also those that a kill interrupted. */
function slotsInPreparation(engine: Engine): readonly string[] {
  return engine.host.all('run').flatMap(({ subject, isFinal }) => {
    const slot = isFinal ? null : (engine.leases.find(subject)?.slot ?? null);
    if (slot === null) return [];
    const newest = engine.ledger.latest(`effect:${preparationKey(subject, slot)}`)?.kind;
    return newest === undefined || newest === 'effect.done' ? [] : [slot];
  });
}

/**
 * Compares home's git files with what was last accepted. A difference is written down and stops the task:
 * nothing that an agent or a package put there is obeyed, and a person looks at it. Fault `TREE_TAMPERED`.
 */
export async function requireUntampered(engine: Engine, options: { run: string; task: string | null }): Promise<void> {
  const differences = await findTampering(engine);
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
