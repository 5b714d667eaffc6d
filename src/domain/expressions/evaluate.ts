import { Fault } from '../../base/fault.ts';
import type { Json } from '../../base/json.ts';
import type { ExpressionFacts } from './facts.ts';
import { languageOf } from './language.ts';
import { readsOf } from './names.ts';
import type { CelFailure } from './read.ts';

/** Things that one step is done for, at most: each is a task with rows of its own. */
export const MAX_ITEMS = 32;

/** Returns whether the expression holds. Fault: `EXPRESSION_FAILED`. */
export function holds(text: string, facts: ExpressionFacts): boolean {
  const value = evaluate(text, facts);
  if (typeof value === 'boolean') return value;
  throw failed(text, `it gives ${JSON.stringify(value)}, not true or false`);
}

/** Returns the list that the expression gives. Faults: `EXPRESSION_FAILED`, also for more than `MAX_ITEMS`. */
export function itemsOf(text: string, facts: ExpressionFacts): readonly Json[] {
  const value = evaluate(text, facts);
  if (!Array.isArray(value)) throw failed(text, `it gives ${JSON.stringify(value)}, not a list`);
  if (value.length > MAX_ITEMS)
    throw failed(text, `it gives ${value.length} things; a step is done for ${MAX_ITEMS} at most`);
  return value as readonly Json[];
}

/** Returns what the expression gives as the text of an argument. Fault: `EXPRESSION_FAILED`. */
export function textOf(text: string, facts: ExpressionFacts): string {
  const value = evaluate(text, facts);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw failed(text, `it gives ${JSON.stringify(value)}, not a text or a number`);
}

function evaluate(text: string, facts: ExpressionFacts): Json {
  const { item, output } = facts;
  const scope = { inputs: [], steps: [], conditions: true, item: item !== undefined, output: output !== undefined };
  try {
    const expression = languageOf(scope).parse(text);
    // A condition that nobody set does not hold: that is no mistake of whoever asks.
    const asked = readsOf(expression.ast).conditions;
    const conditions = Object.fromEntries(asked.map((name) => [name, facts.conditions.includes(name)]));
    return plain(expression(wide({ ...facts, conditions }) as Record<string, unknown>));
  } catch (error) {
    const { summary } = error as Partial<CelFailure>;
    if (summary === undefined) throw error;
    throw failed(text, summary.replaceAll(/\s+/g, ' '));
  }
}

/** Whole numbers of JSON as those of the language, which tells them from fractions: `1 + output.n` adds what `1 + 1` does. */
function wide(value: unknown): unknown {
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  if (Array.isArray(value)) return value.map(wide);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, wide(one)]));
}

/** Numbers of the language are wide integers; facts and arguments are JSON. */
function plain(value: unknown): Json {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [String(key), plain(one)]));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
  return value as Json;
}

const failed = (text: string, why: string): Fault =>
  new Fault('EXPRESSION_FAILED', `${text} cannot be decided: ${why}.`, { data: { expression: text } });
