import { programFolder } from '../../domain/memory/standard.ts';
import type { ProgramTool } from '../tools/tool.ts';

/** An argument that people know for a field of an operation; `as` says what it becomes. */
interface AlsoTaken {
  readonly field: string;
  readonly describe: string;
  readonly as?: (value: string) => string;
}

const inNamespace = (namespace: string): string => programFolder + namespace;
const file = { field: 'file', describe: 'The file, for file.' };
const subject = { field: 'subject', describe: 'A run, a step or a change, for subject.' };
const claimant = { field: 'for', describe: 'Agent or person it is for.' };

/** By tool: names that claude-flow and we have both. */
const alsoTaken: Readonly<Record<string, Readonly<Record<string, AlsoTaken>>>> = {
  memory_search: {
    pattern: { field: 'words', describe: 'Words, for words.' },
    query: { field: 'words', describe: 'Words, for words.' },
    namespace: { field: 'scope', describe: 'Folder below `programs/`, for scope.', as: inNamespace },
  },
  memory_list: { namespace: { field: 'prefix', describe: 'Folder below `programs/`, for prefix.', as: inNamespace } },
  ...Object.fromEntries(['pre_edit', 'post_edit'].map((hook) => [`hooks_${hook}`, { filePath: file }])),
  claims_claim: { issueId: subject, claimant, context: { field: 'reason', describe: 'For reason.' } },
  claims_release: { issueId: subject },
  claims_handoff: { issueId: subject },
  claims_set: { issueId: subject },
  claims_steal: {
    issueId: subject,
    reason: { field: 'because', describe: 'overloaded, stale, blocked-timeout or voluntary.' },
  },
};

/** Sessions by the names that newer agents type. */
const sessionNames: Readonly<Record<string, string>> = {
  session_save: 'hooks_session_end',
  session_restore: 'hooks_session_restore',
};

/** Returns tools once more under other names that people know: `hooks_pre-task` for `hooks_pre_task`. */
export function renamed(tools: readonly ProgramTool[]): readonly ProgramTool[] {
  const called = (name: string, { name: of, ...tool }: ProgramTool): ProgramTool => ({
    ...tool,
    name,
    description: `The same as ${of}.`,
  });
  const hooks = tools.flatMap((tool) => {
    const [, hook] = /^hooks_(\w+_\w+)$/.exec(tool.name) ?? [];
    return hook === undefined ? [] : [called(`hooks_${hook.replaceAll('_', '-')}`, tool)];
  });
  const sessions = Object.entries(sessionNames).flatMap(([name, of]) => {
    const tool = tools.find((one) => one.name === of);
    return tool === undefined ? [] : [called(name, tool)];
  });
  return [...hooks, ...sessions];
}

/** Returns the tool with the arguments that people know for it; where both are given, that is an error of the operation. */
export function withKnownArguments(tool: ProgramTool): ProgramTool {
  const also = Object.hasOwn(alsoTaken, tool.name) ? alsoTaken[tool.name] : undefined;
  if (also === undefined) return tool;
  const own = (tool.inputSchema['properties'] ?? {}) as Readonly<Record<string, unknown>>;
  const added = Object.fromEntries(
    Object.entries(also)
      .filter(([name]) => !Object.hasOwn(own, name))
      .map(([name, { describe }]) => [name, { type: 'string', description: describe }]),
  );
  const replaced = new Set(Object.values(also).map(({ field }) => field));
  const required = ((tool.inputSchema['required'] ?? []) as readonly string[]).filter((name) => !replaced.has(name));
  return {
    ...tool,
    inputSchema: { ...tool.inputSchema, properties: { ...own, ...added }, required },
    call: (app, input) => tool.call(app, translated(also, input)),
  };
}

function translated(also: Readonly<Record<string, AlsoTaken>>, input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const given = input as Readonly<Record<string, unknown>>;
  const fields = Object.entries(given).map(([name, value]): [string, unknown] => {
    const taken = Object.hasOwn(also, name) ? also[name] : undefined;
    // Both: the name stays as it is, and the operation says that it does not know it.
    if (taken === undefined || typeof value !== 'string' || Object.hasOwn(given, taken.field)) return [name, value];
    return [taken.field, taken.as?.(value) ?? value];
  });
  return Object.fromEntries(fields);
}
