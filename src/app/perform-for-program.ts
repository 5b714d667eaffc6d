import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { nearestWord } from '../domain/definitions/did-you-mean.ts';
import type { App } from './app.ts';
import type { Operation } from './operation.ts';
import { optionsOf } from './options.ts';

/** Every operation by the name of its file. */
export type Operations = Readonly<Record<string, () => Promise<Operation>>>;

/** Names that are told to somebody who asked for one that there is not. */
const maxNear = 3;

/**
 * Runs an operation for a program that names it and gives its input as data, by the schema that the command line goes by. What takes
 * something away is done only with `yes`: nobody is asked. Long work is begun and its first state returned; `goesOn` is not followed.
 * Faults: `USAGE_UNKNOWN_COMMAND`, `USAGE_BAD_ARGUMENT`, `YES_REQUIRED`, and those of the operation.
 */
export async function performForProgram(
  app: App,
  table: Operations,
  { name, input }: { readonly name: string; readonly input: unknown },
): Promise<unknown> {
  const operation = await requireAllowed(table, name);
  const { data, needsYes } = parsedInput(operation, input, byHttp);
  if (needsYes) throw yesRequired(operation, byHttp);
  return withoutSecrets(app, await operation.run(app, data));
}

/**
 * As `performForProgram`, but what takes something away without `yes` is shown as a plan, where it has one: `isPlan`, and nothing was done.
 * Where it has none: `YES_REQUIRED`.
 */
export async function performOrShow(
  app: App,
  table: Operations,
  { name, input }: { readonly name: string; readonly input: unknown },
): Promise<{ readonly output: unknown; readonly isPlan: boolean }> {
  const operation = await requireAllowed(table, name);
  const { data, needsYes } = parsedInput(operation, input, byTool);
  if (!needsYes) return { output: withoutSecrets(app, await operation.run(app, data)), isPlan: false };
  const hasDryRun = optionsOf(operation).some(({ name: field }) => field === 'dryRun');
  if (!hasDryRun && operation.asksFirst !== true) throw yesRequired(operation, byTool);
  const shown = hasDryRun ? { ...(data as object), dryRun: true } : data;
  return { output: withoutSecrets(app, await operation.run(app, shown)), isPlan: true };
}

/** How who asked is told where to look and what to add to. */
interface Wording {
  readonly input: string;
  look(key: string): string;
}
const byHttp: Wording = { input: 'the body', look: (key) => `GET /v1/${key}` };
const byTool: Wording = { input: 'the arguments', look: (key) => `orchestrate help ${key.replace('-', ' ')}` };

/** The answer is the last place at which one could show. */
const withoutSecrets = (app: App, output: unknown): unknown => app.outside.secrets.data(output);

/** What programs can ask for. */
export async function describeOperations(table: Operations) {
  const all = await Promise.all(Object.keys(table).map(async (name) => ({ name, operation: await table[name]?.() })));
  return all.flatMap(({ name, operation }) =>
    operation === undefined || operation.commandLineOnly === true
      ? []
      : [{ name, summary: operation.summary, effect: operation.effect }],
  );
}

/** One of them, with its schemas. Fault: `USAGE_UNKNOWN_COMMAND`. */
export async function describeOperation(table: Operations, name: string) {
  const { summary, description, effect, input, output, examples } = await requireOperation(table, name);
  return {
    name: keyOf(name),
    summary,
    description: description ?? null,
    effect,
    input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }),
    output: z.toJSONSchema(output, { unrepresentable: 'any' }),
    examples,
  };
}

/** `review list` is the file `review-list`, and may be named so. */
const keyOf = (name: string): string => name.trim().replace(' ', '-');

async function requireAllowed(table: Operations, name: string): Promise<Operation> {
  const operation = await requireOperation(table, name);
  if (operation.commandLineOnly !== true) return operation;
  throw new Fault('USAGE_BAD_ARGUMENT', `${operation.name} is for the command line only.`, {
    hints: [`orchestrate ${operation.name}`],
    state: 'Nothing was done.',
  });
}

async function requireOperation(table: Operations, name: string): Promise<Operation> {
  const key = keyOf(name);
  const operation = Object.hasOwn(table, key) ? await table[key]?.() : undefined;
  if (operation !== undefined) return operation;
  const near = nearNames(key, Object.keys(table));
  throw new Fault(
    'USAGE_UNKNOWN_COMMAND',
    `There is no operation ${JSON.stringify(name.slice(0, 80))}.${near.length === 0 ? '' : ` Near it: ${near.join(', ')}.`}`,
    { hints: near.length === 0 ? ['GET /v1'] : near.map((one) => `POST /v1/${one}`), state: 'Nothing was done.' },
  );
}

/** The nearest one first, then those of its group. */
function nearNames(key: string, known: readonly string[]): readonly string[] {
  const group = `${key.split('-')[0] ?? ''}-`;
  const nearest = nearestWord(key, known);
  const others = known.filter((one) => one !== nearest && one.startsWith(group));
  return [...(nearest === undefined ? [] : [nearest]), ...others].slice(0, maxNear);
}

/** The input by the schema, and whether it takes something away that nobody said yes to. */
function parsedInput(
  operation: Operation,
  input: unknown,
  wording: Wording,
): { readonly data: unknown; readonly needsYes: boolean } {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw bad(wording, operation, 'takes a JSON object, its fields by their names');
  const fields = optionsOf(operation).map(({ name }) => name);
  const { yes, ...rest } = input as Readonly<Record<string, unknown>>;
  const given = fields.includes('yes') ? input : rest;
  const unknown = Object.keys(given).find((field) => !fields.includes(field));
  if (unknown !== undefined) {
    const near = nearestWord(unknown, fields);
    throw bad(
      wording,
      operation,
      `takes no ${JSON.stringify(unknown)}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
    );
  }
  const result = operation.input.safeParse(given);
  if (!result.success) throw bad(wording, operation, result.error.issues.map(issueText).join('; '));
  const isShownOnly = (result.data as { readonly dryRun?: boolean }).dryRun === true;
  return { data: result.data, needsYes: operation.effect === 'destroy' && yes !== true && !isShownOnly };
}

function yesRequired(operation: Operation, { input }: Wording): Fault {
  const hasDryRun = optionsOf(operation).some(({ name }) => name === 'dryRun');
  return new Fault('YES_REQUIRED', `${operation.name} takes something away, and nobody can be asked here.`, {
    hints: [`Add "yes": true to ${input}.`, ...(hasDryRun ? ['Add "dryRun": true to see what it would do.'] : [])],
    state: 'Nothing was done.',
  });
}

const issueText = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;

const bad = ({ look }: Wording, { name }: Operation, why: string): Fault =>
  new Fault('USAGE_BAD_ARGUMENT', `${name} ${/[.?]$/.test(why) ? why : `${why}.`}`, {
    hints: [look(keyOf(name))],
    state: 'Nothing was done.',
  });
