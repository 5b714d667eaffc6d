import { z } from 'zod';

/** Input fields that several operations share. */
export const runIdField = z.string().regex(/^r[1-9]\d{0,8}$/, 'has to be the id of a run, like r12');
export const changeIdField = z.string().regex(/^c[1-9]\d{0,8}$/, 'has to be the id of a change, like c9');
export const dryRunField = z.boolean().default(false).describe('Show the plan and execute nothing.');
export const yesField = z.boolean().default(false).describe('Say yes beforehand, to the plan and to the review.');
export const detachField = z.boolean().default(false).describe('Return at once; the run goes on.');

/** Money for a run, in USD; `budgetOf` makes micro-USD of it. */
export const budgetField = z.number().positive('has to be more than 0').max(100_000).nullable().default(null);
export const budgetOf = (usd: number | null): { readonly budgetMicroUsd?: number } =>
  usd === null ? {} : { budgetMicroUsd: Math.round(usd * 1_000_000) };

/** For an answer to a run that may ask for several steps. */
export const stepField = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'has to be the id of a step, like lock')
  .nullable()
  .default(null)
  .describe('Step that is answered; left out: the one that the run waits for.');

/** For what shows its plan and asks before it carries it out. */
export const saidYesField = z.boolean().default(false).describe('Say yes beforehand.');
export const seenPlanField = z
  .string()
  .regex(/^[0-9a-f]{6,64}$/, 'has to be 6 to 64 hex digits')
  .nullable()
  .default(null)
  .describe('First digits of the plan that you saw; another one is refused.');

/** The exact tree that was seen; another one is refused. */
export const seenTreeField = z
  .string()
  .regex(/^[0-9a-f]{7,40}$/, 'has to be 7 to 40 hex digits')
  .nullable()
  .default(null)
  .describe('First digits of the exact tree that you saw; another tree is refused.');
export const seenBaseField = z
  .string()
  .regex(/^[0-9a-f]{7,40}$/, 'has to be 7 to 40 hex digits')
  .nullable()
  .default(null)
  .describe('First digits of the commit that it was on when you saw it; on another one the answer is refused.');
export const commentField = z
  .string()
  .max(2000, 'has to be at most 2000 characters')
  .nullable()
  .default(null)
  .describe('Kept with the answer.');
export const signField = z
  .string()
  .min(1)
  .max(4096)
  .nullable()
  .default(null)
  .describe('Sign with this SSH private key, or, by its .pub file, with the key that your ssh-agent holds.');
export const breakGlassField = z
  .boolean()
  .default(false)
  .describe(
    'In an emergency: pass over windows, freezes, tickets and the number of persons; needs --comment and leaves a follow-up. Never the proof.',
  );
