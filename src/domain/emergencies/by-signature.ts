import { findSignature } from '../diagnosis/catalogue.ts';
import type { Emergency } from './emergency.ts';

/**
 * Returns the emergency that a signature is, as its row of the catalogue says, or undefined: a workflow of a person that is wrong, an
 * installation that was refused, what a policy forbids and what is only told have no playbook.
 */
export const emergencyOfSignature = (signature: string): Emergency | undefined =>
  findSignature(signature)?.repair.playbook ?? undefined;
