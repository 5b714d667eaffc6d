import type { z } from 'zod';

import { fieldsAt } from './schema-fields.ts';

/** Names that definitions may use and that are not definitions themselves. */
export interface KnownNames {
  /** All actions by id, those that plan included. */
  readonly actions: ReadonlyMap<string, KnownAction>;
  /** Ids of all review questions; they are not checked when left out. */
  readonly questions?: ReadonlySet<string>;
}

/** What a playbook may say about an action. */
export interface KnownAction {
  /** It makes the plan of a run; one that does not is the work of a step. */
  readonly plans: boolean;
  /** Arguments that it takes; of one that plans, inputs of the playbook. */
  readonly input: z.ZodType;
  /** What it reports; of one that plans, nothing. */
  readonly output: z.ZodType;
}

/** Returns the names of the arguments that an action takes. */
export const takenBy = ({ input }: KnownAction): readonly string[] => fieldsAt(input, []);

/** Returns those of them that it cannot do without. */
export const neededBy = (action: KnownAction | undefined): readonly string[] =>
  (action?.input.safeParse({}).error?.issues ?? []).map(({ path }) => String(path[0]));
