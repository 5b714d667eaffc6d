import { z } from 'zod';

import { actions } from '../../actions/index.gen.ts';
import type { KnownAction, KnownNames } from '../../domain/definitions/known-names.ts';
import type { Template } from './template.ts';

/** Returns the names that definitions of a template may use. */
export const knownNamesOf = ({ questions }: Pick<Template, 'questions'>): KnownNames => ({
  actions: new Map(actions.map((action) => [action.id, knownAction(action)])),
  questions: new Set(Object.keys(questions)),
});

const knownAction = (action: (typeof actions)[number]): KnownAction => ({
  plans: action.effect === 'plan',
  input: action.input,
  output: action.effect === 'plan' ? z.object({}) : action.output,
});
