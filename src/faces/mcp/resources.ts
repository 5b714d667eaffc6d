import type { ReadResourceResult, Resource, ResourceTemplate } from '@modelcontextprotocol/sdk/types.js';

import type { App } from '../../app/app.ts';
import { operations } from '../../app/operations/index.gen.ts';
import { type Operations, performForProgram } from '../../app/perform-for-program.ts';
import { Fault } from '../../base/fault.ts';

/** Something to read, and the operation that reads it. */
interface Readable {
  /** Behind `orchestrate://`; `{x}` stands for what is asked for. */
  readonly path: string;
  readonly title: string;
  readonly operation: string;
  /** The operation's field that takes what stands for `{x}`. */
  readonly field?: string;
}

const table = operations as unknown as Operations;
const scheme = 'orchestrate://';
const mimeType = 'application/json';

const readables: readonly Readable[] = [
  { path: 'status', title: 'Where everything stands, and the next command', operation: 'status' },
  { path: 'runs', title: 'Runs, newest first', operation: 'runs-list' },
  { path: 'runs/{run}', title: 'A run: its plan, steps, evidence and outcome', operation: 'runs-show', field: 'run' },
  { path: 'changes', title: 'Changes that wait for somebody', operation: 'review-list' },
  {
    path: 'changes/{change}',
    title: 'A change with its evidence and verdicts',
    operation: 'review-show',
    field: 'change',
  },
  { path: 'memory', title: 'What memory holds', operation: 'memory-list' },
  {
    path: 'memory/{+entry}',
    title: 'An entry of memory: a claim of its author',
    operation: 'memory-get',
    field: 'entry',
  },
  { path: 'journal', title: 'The newest rows of the journal', operation: 'journal-tail' },
  { path: 'journal/{row}', title: 'One row of the journal with its data', operation: 'journal-show', field: 'row' },
];

export const listResources = (): Resource[] =>
  readables
    .filter(({ field }) => field === undefined)
    .map(({ path, title }) => ({ uri: scheme + path, name: path, title, mimeType }));

export const resourceTemplates = (): ResourceTemplate[] =>
  readables
    .filter(({ field }) => field !== undefined)
    .map(({ path, title }) => ({ uriTemplate: scheme + path, name: path, title, mimeType }));

/** Reads what an address names. Faults: `USAGE_BAD_ARGUMENT` for an address that is none of these; those of the operation. */
export async function readResource(app: App, uri: string): Promise<ReadResourceResult> {
  const { operation, input } = requireReadable(uri);
  const output = await performForProgram(app, table, { name: operation, input });
  return { contents: [{ uri, mimeType, text: JSON.stringify(output) }] };
}

function requireReadable(uri: string): { operation: string; input: Readonly<Record<string, string>> } {
  const path = uri.startsWith(scheme) ? uri.slice(scheme.length) : '';
  for (const { path: known, operation, field } of readables) {
    if (field === undefined && known === path) return { operation, input: {} };
    const head = known.slice(0, known.indexOf('/') + 1);
    if (field !== undefined && path.startsWith(head) && path.length > head.length)
      return { operation, input: { [field]: decoded(path.slice(head.length)) } };
  }
  throw new Fault('USAGE_BAD_ARGUMENT', `There is no resource ${JSON.stringify(uri.slice(0, 120))}.`, {
    hints: ['resources/list', 'resources/templates/list'],
    state: 'Nothing was done.',
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
