import { Environment } from '@marcbachmann/cel-js';

import type { ExpressionScope } from './scope.ts';

/** Longest text of an expression, in characters: longer ones are read by nobody. */
export const MAX_EXPRESSION_LENGTH = 300;

/**
 * One evaluation visits at most nodes times the longest list, as a macro within a macro and `in` with a list that is not written out are
 * refused there. A visit may read the whole of one value: a list that is joined or compared, a text that is searched.
 */
const limits = { maxAstNodes: 80, maxDepth: 16, maxListElements: 32, maxMapEntries: 16, maxCallArguments: 4 };

/** Functions that need time and memory in proportion to what they are given. `matches` does not: a pattern can take for ever. */
export const knownFunctions: ReadonlySet<string> = new Set([
  ...['has', 'size', 'string', 'int', 'double', 'bool', 'contains', 'startsWith', 'endsWith'],
  ...['split', 'join', 'trim', 'substring', 'indexOf', 'lowerAscii', 'upperAscii'],
]);

/** They go through a list: `outputs.all(one, one.ok)`. */
export const listMacros: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

const arithmetic: Readonly<Record<string, (left: unknown, right: unknown) => number>> = {
  '+': (left, right) => Number(left) + Number(right),
  '-': (left, right) => Number(left) - Number(right),
  '*': (left, right) => Number(left) * Number(right),
  '/': (left, right) => Number(left) / Number(right),
};

/** Returns the language with the variables of a place, typed as far as they are known. */
export function languageOf({ conditions, item, output }: ExpressionScope): Environment {
  const language = new Environment({ limits, homogeneousAggregateLiterals: false })
    .registerVariable('inputs', 'map<string, string>')
    .registerVariable('steps', 'map<string, dyn>')
    .registerVariable('installation', 'map<string, dyn>');
  // A report that is 1.5 today is 2 tomorrow: both have to add up with either kind of number.
  for (const [operator, compute] of Object.entries(arithmetic))
    for (const operands of [`int ${operator} double`, `double ${operator} int`])
      language.registerOperator(operands, compute);
  if (conditions) language.registerVariable('conditions', 'map<string, bool>');
  if (item) language.registerVariable('item', 'dyn');
  if (output) language.registerVariable('output', 'map<string, dyn>');
  return language;
}
