import type { Json, JsonObject } from '../../base/json.ts';
import { claudeHooks, claudeTimeoutSeconds } from '../../domain/hooks/claude-hooks.ts';

/**
 * Returns settings of Claude Code with our hooks in them. `program` is how this program is called in a shell. Hooks of the person stay, in
 * their order; ours of an earlier time are replaced. Undefined where the settings have something under `hooks` that Claude Code would not
 * read: then nothing is put in place.
 */
export function withHooks(settings: JsonObject, program: string): JsonObject | undefined {
  const there = settings['hooks'] ?? {};
  if (!isObject(there)) return undefined;
  const hooks: Record<string, Json> = {};
  for (const [event, groups] of Object.entries(there)) {
    if (!Array.isArray(groups)) return undefined;
    const kept = groups.flatMap((group) => withoutOurs(group as Json));
    if (kept.length > 0) hooks[event] = kept;
  }
  for (const { event, matcher, hook } of claudeHooks) {
    const command = `${program} hooks ${hook} --event -`;
    const group = {
      ...(matcher === undefined ? {} : { matcher }),
      hooks: [{ type: 'command', command, timeout: claudeTimeoutSeconds }],
    };
    hooks[event] = [...((hooks[event] as readonly Json[] | undefined) ?? []), group];
  }
  return { ...settings, hooks };
}

/** A group of which nothing is left goes with its hooks. */
function withoutOurs(group: Json): readonly Json[] {
  const inner = isObject(group) ? group['hooks'] : undefined;
  if (!isObject(group) || !Array.isArray(inner)) return [group];
  const kept = inner.filter((one: Json) => !isOurs(one));
  if (kept.length === inner.length) return [group];
  return kept.length === 0 ? [] : [{ ...group, hooks: kept }];
}

/** By how the command ends: the program before it may lie elsewhere by now. */
const isOurs = (hook: Json): boolean =>
  isObject(hook) &&
  typeof hook['command'] === 'string' &&
  /orchestrate(?:\.cjs)?['"]? hooks [a-z-]+ --event -$/.test(hook['command']);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
