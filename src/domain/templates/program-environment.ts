/**
 * Returns the whole environment of a command or service of the person's: their session and where programs lie, the port, a folder
 * for temporary files. Nothing else of the shell that orchestrate was started from; secrets come by `.worktreeinclude`.
 */
export function programEnvironment(options: {
  /** The instance's folder. */
  readonly dir: string;
  readonly port: number;
  readonly searchPath: readonly string[];
  readonly session: Readonly<Record<string, string>>;
}): Readonly<Record<string, string>> {
  return {
    LANG: 'C.UTF-8',
    ...options.session,
    PATH: options.searchPath.join(':'),
    TMPDIR: `${options.dir}/tmp`,
    PORT: String(options.port),
  };
}
