/** The entries of the standard structure, by domain; a folder ends with `/`. */
export const standardEntries: Readonly<Record<string, readonly string[]>> = {
  'env-setup': ['python_versions.yaml', 'dependency_conflicts.md', 'compatibility_matrix.json', 'failed_versions/'],
  'models-integ': ['path_mappings.yaml', 'model_inventory.json', 'integration_status.md'],
  'ops-maint': ['service_configs/', 'monitoring_rules/', 'repair_procedures/', 'findings/'],
};

/** Returns the key of a tree's entry. */
export const domainKey = (tree: string, name: string): string => `swarm/${tree}/${name}`;

/** Returns the tree whose domain an entry lies in, or null for what lies elsewhere. */
export const domainOf = (key: string): string | null => /^swarm\/([^/]+)\//.exec(key)?.[1] ?? null;

/** Where programs write that are no agents of the installation: those that speak MCP or HTTP. */
export const programFolder = 'programs/';

/**
 * Returns whether an agent of a tree may write there: below its own domain, and what a session leaves. Everybody reads everything.
 */
export const mayWrite = (tree: string, key: string): boolean =>
  key.startsWith(`swarm/${tree}/`) || key.startsWith('sessions/');
