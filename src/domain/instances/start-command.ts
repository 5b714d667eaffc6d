/** What the command of a running ComfyUI says; absolute paths. */
export interface StartCommand {
  /** Folder that holds its `main.py`. */
  readonly comfyui: string;
  readonly port: number | null;
  readonly userDir: string | null;
  readonly inputDir: string | null;
  readonly outputDir: string | null;
  /** Holds models, packs and folders in place of the ComfyUI folder. */
  readonly baseDir: string | null;
  readonly modelPathsFiles: readonly string[];
  /** Everything else, for every start of ours. */
  readonly args: readonly string[];
  /** Flags that are left out, because orchestrate sets them or they would open the service to others. */
  readonly dropped: readonly string[];
}

/** Flags that take at most one value and are read or left out; ComfyUI's `comfy/cli_args.py`. */
const read = new Map<string, keyof Pick<StartCommand, 'userDir' | 'inputDir' | 'outputDir' | 'baseDir'>>([
  ['--user-directory', 'userDir'],
  ['--input-directory', 'inputDir'],
  ['--output-directory', 'outputDir'],
  ['--base-directory', 'baseDir'],
]);
const left: ReadonlySet<string> = new Set([
  '--listen',
  '--temp-directory',
  '--database-url',
  '--enable-cors-header',
  '--tls-keyfile',
  '--tls-certfile',
]);
/** Open a window on the person's screen. */
const windows: ReadonlySet<string> = new Set(['--auto-launch', '--windows-standalone-build']);

/** Reads `argv` as `/system_stats` tells it: the script first, relative to where the process stands. Undefined when it is no `main.py`. */
export function readStartCommand(argv: readonly string[], cwd: string | null): StartCommand | undefined {
  const absolute = (path: string): string | undefined =>
    path.startsWith('/') ? path : cwd === null ? undefined : `${cwd}/${path.replace(/^\.\//, '')}`;
  const script = absolute(argv[0] ?? '');
  if (script === undefined || !script.endsWith('/main.py')) return undefined;
  const found: Record<'userDir' | 'inputDir' | 'outputDir' | 'baseDir', string | null> = {
    userDir: null,
    inputDir: null,
    outputDir: null,
    baseDir: null,
  };
  let port: number | null = null;
  const modelPathsFiles: string[] = [];
  const args: string[] = [];
  const dropped: string[] = [];
  for (const { flag, values } of groups(argv.slice(1))) {
    const folder = read.get(flag);
    if (folder !== undefined) found[folder] = absolute(values[0] ?? '') ?? null;
    else if (flag === '--port') port = Number(values[0]) || null;
    else if (flag === '--extra-model-paths-config')
      modelPathsFiles.push(...values.map(absolute).filter((path) => path !== undefined));
    else if (windows.has(flag)) continue;
    else if (left.has(flag)) dropped.push([flag, ...values].join(' '));
    else args.push(...(flag === '' ? [] : [flag]), ...values);
  }
  const comfyui = script.slice(0, -'/main.py'.length);
  return { comfyui, port, ...found, modelPathsFiles, args, dropped };
}

/** Each flag with the words behind it; `--flag=value` is the same as `--flag value`. */
function groups(words: readonly string[]): readonly { readonly flag: string; readonly values: readonly string[] }[] {
  const found: { flag: string; values: string[] }[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (word.startsWith('--') && equals > 0)
      found.push({ flag: word.slice(0, equals), values: [word.slice(equals + 1)] });
    else if (word.startsWith('--')) found.push({ flag: word, values: [] });
    else if (found.length === 0) found.push({ flag: '', values: [word] });
    else found.at(-1)?.values.push(word);
  }
  return found;
}
