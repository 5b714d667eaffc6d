import { readFileSync } from 'node:fs';

/**
 * Returns a name that every start of the machine has of its own, from the kernel. Where the kernel names none, all starts count as
 * one: a lease is then over at the latest after its own time, and an expiry late by the time that the machine was off.
 */
export function readBootName(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}
