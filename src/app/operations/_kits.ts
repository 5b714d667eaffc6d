import { z } from 'zod';

import { idField } from '../../domain/definitions/fields.ts';
import { templateIds } from '../../domain/definitions/types.ts';
import { kitKinds } from '../../domain/kits/kit.ts';

export const kitIdField = idField.describe('Which one; see `templates list`.');
export const setField = z
  .array(z.string().max(500))
  .max(64)
  .default([])
  .describe('A parameter of the template, as name=value; may be repeated.');

/** The head of a template that can be applied, as outputs carry it. */
export const kitHeadSchema = z.object({
  id: z.string().describe('Its id.'),
  title: z.string().describe('What it is.'),
  kind: z
    .enum(kitKinds)
    .nullable()
    .describe('`installation` begins one; the others become a change. Null: it cannot be read.'),
  fits: z.enum(templateIds).nullable().describe('Kind of installation that it is for; null: any.'),
  origin: z.enum(['built-in', 'yours']).describe('Whether it comes with the program or was added here.'),
  problem: z.string().nullable().describe('Why it cannot be used, with the place, or null.'),
});
