import { emergencyOfAlert } from './by-alert.ts';
import type { Emergency } from './emergency.ts';

const hourMs = 3_600_000;
/** So long after a switch it may still be why: packs fail when they are first used, a service may die of many things. */
const limits: Readonly<Partial<Record<Emergency, number>>> = {
  'node-import-failed': 24 * hourMs,
  'bad-upgrade': 24 * hourMs,
  'queue-stuck': hourMs,
  'emergency-unresponsive': hourMs,
};

/** Returns how long after a switch of production an emergency may come from it, in milliseconds; undefined: it comes from elsewhere. */
export const blamedForMs = (emergency: Emergency | null | undefined): number | undefined =>
  emergency === null || emergency === undefined ? undefined : limits[emergency];

/** Keys of alerts that tell of people and plans, not of production. */
const others = /^(?:waiting|notify|alerts|schedule|outside|update):/;

/** Whether an alert tells of people and plans, and is no emergency. */
export const isOfPeople = (key: string): boolean => emergencyOfAlert(key) === undefined && others.test(key);
