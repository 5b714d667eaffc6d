import type { ASTNode } from '@marcbachmann/cel-js';

import { languageOf, MAX_EXPRESSION_LENGTH } from './language.ts';
import { findWrongName, type Reads, readsOf } from './names.ts';
import type { ExpressionProblem, ExpressionScope } from './scope.ts';

/** What an expression gives. `text`: a text, a number or a truth, to be filled into an argument. */
export type ExpressionResult = 'truth' | 'list' | 'text';

export type ReadExpression =
  | { readonly kind: 'read'; readonly reads: Reads }
  | { readonly kind: 'wrong'; readonly problem: ExpressionProblem };

/**
 * Reads an expression without evaluating it: is it well-formed, within the limits, does every name exist at its place, and can its
 * result be what is wanted there. What it reads is in the answer.
 */
export function readExpression(text: string, scope: ExpressionScope, result: ExpressionResult): ReadExpression {
  const wrong = (message: string, offset = 0): ReadExpression => ({ kind: 'wrong', problem: { message, offset } });
  if (text.length > MAX_EXPRESSION_LENGTH)
    return wrong(`is longer than ${MAX_EXPRESSION_LENGTH} characters`, MAX_EXPRESSION_LENGTH);
  let parsed: ReturnType<ReturnType<typeof languageOf>['parse']>;
  try {
    parsed = languageOf(scope).parse(text);
  } catch (error) {
    const { summary, range } = error as Partial<CelFailure>;
    if (summary === undefined) throw error;
    return wrong(`cannot be read: ${sentence(summary)}`, range?.start);
  }
  const ast: ASTNode = parsed.ast;
  const name = findWrongName(ast, scope);
  if (name !== undefined) return { kind: 'wrong', problem: name };
  const { valid, type, error } = parsed.check();
  if (!valid) {
    const { summary, range } = (error ?? {}) as Partial<CelFailure>;
    return wrong(`does not fit: ${sentence(summary ?? 'its parts are of different kinds')}`, range?.start);
  }
  const kind = String(type).replace(/<.*$/, '');
  if (kind !== 'dyn' && !kinds[result].includes(kind)) return wrong(`gives ${article(kind)}, not ${wanted[result]}`);
  return { kind: 'read', reads: readsOf(ast) };
}

/** What errors of the library carry. */
export interface CelFailure {
  readonly summary: string;
  readonly range?: { readonly start: number };
}

const kinds: Readonly<Record<ExpressionResult, readonly string[]>> = {
  truth: ['bool'],
  list: ['list'],
  text: ['string', 'int', 'uint', 'double', 'bool'],
};

const wanted: Readonly<Record<ExpressionResult, string>> = {
  truth: 'true or false',
  list: 'a list',
  text: 'a text, a number, true or false',
};

const words: Readonly<Record<string, string>> = {
  bool: 'true or false',
  string: 'a text',
  list: 'a list',
  map: 'a map',
  int: 'a number',
  uint: 'a number',
  double: 'a number',
};
const article = (kind: string): string => words[kind] ?? kind;

const sentence = (summary: string): string => summary.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
