/** What of a user folder is kept at most: settings, workflows and a database, not the pictures and caches that packs put there. */
export const userFolderLimits = {
  maxFiles: 20_000,
  maxFileBytes: 256 * 1024 * 1024,
  maxTotalBytes: 1024 * 1024 * 1024,
} as const;

/** Logs, caches and bytecode are made again; they are not kept. */
export const skipInUserFolder = (path: string): boolean =>
  /(^|\/)(__pycache__|\.cache|cache)(\/|$)|(^|\/)comfyui[^/]*\.log$|\.pyc$/.test(path);

/**
 * Files that a newer ComfyUI may rewrite so that an older one cannot read them: its database with what SQLite keeps
 * beside it, and the settings of the front end. Workflows are never among them.
 */
export const isMigrated = (path: string): boolean =>
  /^comfyui\.db(-wal|-shm|-journal)?$/.test(path) || /^(?:[^/]+\/)?comfy\.settings\.json$/.test(path);

/** What is kept of a user folder; the narrower ones where the whole of it is more than `userFolderLimits`. */
export const userFolderParts = ['everything', 'database, settings and workflows', 'database and settings'] as const;
export type UserFolderPart = (typeof userFolderParts)[number];

/** A narrower part is kept whatever the size of one file: a large database is no cache. */
export const limitsOf = (part: UserFolderPart): typeof userFolderLimits | typeof narrowLimits =>
  part === 'everything' ? userFolderLimits : narrowLimits;
const narrowLimits = { ...userFolderLimits, maxFileBytes: userFolderLimits.maxTotalBytes } as const;

/** Whether a path does not belong to the part. `folders` are the names of the folders at the top: the people's profiles are among them. */
export function isBeyond(part: UserFolderPart, path: string, folders: ReadonlySet<string>): boolean {
  if (part === 'everything' || isMigrated(path)) return false;
  const [top = '', second] = path.split('/');
  if (second === undefined) return !folders.has(top);
  return part === 'database and settings' || second !== 'workflows';
}

/** Where ComfyUI keeps the steps by which its database is migrated (`alembic_db/versions` of its source). */
const migrations = /^alembic_db\/versions\/[^/]+\.py$/;

/** Whether two versions of ComfyUI disagree about the form of the database: one knows a migration that the other does not. */
export function hasOtherSchema(
  one: readonly { readonly path: string; readonly blob: string }[],
  other: readonly { readonly path: string; readonly blob: string }[],
): boolean {
  const marks = (files: typeof one): string =>
    files
      .filter(({ path }) => migrations.test(path))
      .map(({ path, blob }) => `${path} ${blob}`)
      .sort()
      .join('\n');
  return marks(one) !== marks(other);
}
