import { z } from 'zod';

import type { JsonObject } from '../base/json.ts';

/** What an agent says from memory: an entry of somebody, and the place in it. It is that somebody's claim. */
export const claimSchema = z.object({ entry: z.string(), saidBy: z.string(), excerpt: z.string() });
export type Claim = z.infer<typeof claimSchema>;

/** Returns the claims that an answer carries. What has another form was written by somebody else, and is left out. */
export function claimsIn(body: JsonObject): Claim[] {
  const claims = z.array(claimSchema).safeParse(body['claims']);
  return claims.success ? claims.data : [];
}

/** Returns the text of a message, or an empty one. */
export const textIn = (body: JsonObject): string => (typeof body['text'] === 'string' ? body['text'] : '');
