import { z } from 'zod';

import type { Actor } from '../../domain/journal/actor.ts';
import type { RequestKinds } from '../../domain/requests.ts';
import type { App } from '../app.ts';
import { claimView, type ClaimView } from '../views/claim-view.ts';
import { personOf } from './_run-output.ts';

export const subjectField = z
  .string()
  .regex(
    /^(r[1-9]\d{0,8}(\.[a-z][a-z0-9-]{0,39})?|c[1-9]\d{0,8})$/,
    'has to be a run, a step or a change: r12, r12.lock, c9',
  )
  .describe('A run, a step or a change: `r12`, `r12.lock`, `c9`.');
export const reasonField = z
  .string()
  .min(1)
  .max(200, 'has to be at most 200 characters')
  .nullable()
  .default(null)
  .describe('Kept with it.');

/** Asks for a claim to be moved and returns it as it is then. */
export async function moveClaim(
  app: App,
  asked: Pick<RequestKinds['claim.move'], 'subject' | 'act'> & Partial<RequestKinds['claim.move']>,
): Promise<ClaimView> {
  await app.ask('claim.move', { to: null, ground: null, reason: null, by: personOf(app), ...asked });
  const { ledger } = await app.installation();
  return claimView(ledger, asked.subject);
}

/** Returns who a name means: an agent of the installation, else a person. */
export async function actorCalled(app: App, name: string): Promise<Actor> {
  const { definitions } = await app.installation();
  return { kind: definitions.agents.has(name) ? 'program' : 'person', name };
}

/** Returns the row of a claim as evidence, where there is one. */
export const rowOfClaim = (claim: ClaimView | null): readonly string[] =>
  claim === null || claim.row === null ? [] : [`#${claim.row}`];
