import type { Json } from '../../../base/json.ts';
import type { Agent } from '../../../domain/definitions/types.ts';
import type { ProgramExtras } from '../../../ports/index.ts';

/** Returns what of the person's own an agent's file names. Servers that are named without being described are not found: only descriptions count. */
export function extrasOf({ claude }: Pick<Agent, 'claude'>): ProgramExtras {
  const { hooks = null, mcpServers = null, skills = null } = claude;
  const names = typeof skills === 'string' ? skills.split(',').map((name) => name.trim()) : skills;
  return {
    hooks,
    servers: serversIn(mcpServers),
    skills: Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [],
  };
}

/** Written as one object, or as a list of objects with a name each. */
function serversIn(written: Json): ProgramExtras['servers'] {
  const parts = Array.isArray(written) ? written : [written];
  return Object.assign({}, ...parts.filter((part) => typeof part === 'object' && part !== null));
}
