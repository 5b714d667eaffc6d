import type { ScaleRule } from '../definitions/types.ts';
import { durationText } from '../definitions/units.ts';

/** How a tree and its line stand. */
export interface TreeFacts {
  readonly slots: number;
  /** Runs that wait for a slot. */
  readonly nWaiting: number;
  /** Slots, of those in force, that runs hold. */
  readonly nHeld: number;
  /** Since when a slot was to spare all the time, in milliseconds; 0 when none is. */
  readonly spareMs: number;
}

export interface ScaleStep {
  readonly slots: number;
  readonly cause: 'waiting' | 'idle';
  readonly reason: string;
}

/**
 * Returns the one step that a tree's rule asks for now, or undefined. It gets one more only when all are held and enough
 * wait, one less only when one was to spare for the whole time: so it does not go back and forth.
 */
export function nextStep(rule: ScaleRule, { slots, nWaiting, nHeld, spareMs }: TreeFacts): ScaleStep | undefined {
  if (slots < rule.most && nWaiting >= rule.whenWaiting && nHeld >= slots) {
    const reason = `${nWaiting} ${nWaiting === 1 ? 'run waits' : 'runs wait'} and all ${slots} are held; from ${rule.whenWaiting} on it gets one more, up to ${rule.most}`;
    return { slots: slots + 1, cause: 'waiting', reason };
  }
  if (slots > rule.least && nWaiting === 0 && nHeld < slots && spareMs >= rule.idleMs) {
    const reason = `${slots - nHeld} of ${slots} to spare for ${durationText(rule.idleMs)} and nobody waits; at least ${rule.least} stay`;
    return { slots: slots - 1, cause: 'idle', reason };
  }
  return undefined;
}

/** Least that has to be free before a tree gets one more slot: memory for each of them, as a service under test needs it, and disk in all. */
export const leastRoom = { memoryBytes: 1024 ** 3, diskBytes: 2 * 1024 ** 3 } as const;

/** Returns why there is no room for so many more slots, or undefined. */
export function whyNoRoom(free: {
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly nMore: number;
}): string | undefined {
  const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  const wantedBytes = free.nMore * leastRoom.memoryBytes;
  const more = free.nMore === 1 ? 'one more service under test wants' : `${free.nMore} more services under test want`;
  if (free.memoryBytes < wantedBytes)
    return `only ${gigabytes(free.memoryBytes)} of memory are available, and ${more} ${gigabytes(wantedBytes)}`;
  if (free.diskBytes < leastRoom.diskBytes)
    return `only ${gigabytes(free.diskBytes)} of disk are free, and ${gigabytes(leastRoom.diskBytes)} stay free for what is there`;
  return undefined;
}
