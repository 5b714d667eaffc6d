import { z } from 'zod';

/** Input fields that several operations share. */
export const runIdField = z.string().regex(/^r[1-9]\d{0,8}$/, 'has to be the id of a run, like r12');
export const changeIdField = z.string().regex(/^c[1-9]\d{0,8}$/, 'has to be the id of a change, like c9');
export const dryRunField = z.boolean().default(false).describe('Show the plan and execute nothing.');
export const yesField = z.boolean().default(false).describe('Say yes beforehand, to the plan and to the review.');
export const detachField = z.boolean().default(false).describe('Return at once; the run goes on.');
