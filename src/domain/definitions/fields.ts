import { z } from 'zod';

import { definitionIdPattern } from '../../base/ids.ts';
import { scopePatternProblem } from './match-path.ts';

const ID_FORM = 'has to be lower-case letters, digits and "-", starting with a letter, 40 at most';

/** Id of an agent, tree, playbook, step, question or topic; name of an input or an argument. */
export const idField: z.ZodType<string, string> = z
  .string()
  .regex(definitionIdPattern, ID_FORM)
  .meta({ examples: ['env-setup'] });

/** Name of a topic: `new_models_available`. */
export const topicField: z.ZodType<string, string> = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,63}$/,
    'has to be lower-case letters, digits, "_" and "-", starting with a letter, 64 at most',
  )
  .meta({ examples: ['new_models_available'] });

/** Name of a condition: `env-setup:environment_stable`. */
export const conditionField: z.ZodType<string, string> = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}:[a-z][a-z0-9_-]{0,63}$/,
    'has to be a tree and a name such as env-setup:environment_stable',
  )
  .meta({ examples: ['env-setup:environment_stable'] });

/** Id of an action: `env.lock`. */
export const actionField: z.ZodType<string, string> = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}\.[a-z][a-z0-9-]{0,39}$/, 'has to be an action such as env.lock')
  .meta({ examples: ['env.lock'] });

/** One line of text for people, 1 to 120 characters. */
export const titleField: z.ZodType<string, string> = z
  .string()
  .min(1)
  .max(120)
  .regex(/^\S(?:[^\n]*\S)?$/, 'has to be one line without space at its ends')
  .meta({ examples: ['Python environment'] });

/** Text for people, 2000 characters at most. */
export const proseField: z.ZodType<string, string> = z
  .string()
  .max(2000)
  .meta({ examples: ['Moves one package to the newest version that fits.'] });

/** A port a person may name: not a system port, and below those the system hands out by itself (32768 and up). */
export const portField: z.ZodType<number, number> = z
  .number()
  .int()
  .min(1024)
  .max(32_767)
  .meta({ examples: [8191] });

/** A pattern of paths that a tree may change; see `match-path.ts`. */
export const scopeField: z.ZodType<string, string> = z
  .string()
  .superRefine((pattern, context) => {
    const problem = scopePatternProblem(pattern);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  })
  .meta({ examples: ['docs/env-setup/**'] });

/** What to do about something that is there twice. */
export const ONE_TOO_MANY = 'Take one of the two out.';

/** A list in which nothing is there twice. */
export function uniqueList(
  item: z.ZodType<string, string>,
  { least = 0, most = 64 } = {},
): z.ZodType<string[], string[]> {
  return z
    .array(item)
    .min(least)
    .max(most)
    .superRefine((items, context) => {
      items.forEach((text, index) => {
        if (items.indexOf(text) < index)
          context.addIssue({
            code: 'custom',
            message: 'is there twice',
            path: [index],
            params: { remedy: ONE_TOO_MANY },
          });
      });
    });
}
