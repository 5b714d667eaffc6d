import type { InstallationConfig } from '../definitions/types.ts';

export interface InstanceFolders {
  readonly dir: string;
  readonly program: string;
  readonly user: string;
  readonly temp: string;
  readonly input: string;
  readonly output: string;
  readonly modelPaths: string | null;
}

/**
 * Returns the folders of an instance. A proof has all of its own; production keeps the person's user,
 * input and output folders, passed by flags, so that nothing of theirs moves.
 */
export function instanceFolders(options: {
  dir: string;
  purpose: 'production' | 'proof';
  service: InstallationConfig['service'];
  /** Holds production's folders that the person named none for: it outlives every instance. */
  productionDir: string;
  hasModelPaths: boolean;
}): InstanceFolders {
  const { dir, service } = options;
  const own = (name: string, persons: string | null): string =>
    options.purpose === 'production' ? (persons ?? `${options.productionDir}/${name}`) : `${dir}/${name}`;
  return {
    dir,
    program: `${dir}/ComfyUI`,
    user: own('user', service.userDir),
    temp: `${dir}/temp`,
    input: own('input', service.inputDir),
    output: own('output', service.outputDir),
    modelPaths: options.hasModelPaths ? `${dir}/extra_model_paths.yaml` : null,
  };
}

/** Returns the arguments of ComfyUI's start: loopback only, every folder named, none shared with another instance. */
export function startArguments(folders: InstanceFolders, port: number, extra: readonly string[]): readonly string[] {
  return [
    `${folders.program}/main.py`,
    ...extra,
    // Ours come last: of an argument that is there twice, ComfyUI's parser takes the later one.
    '--listen',
    '127.0.0.1',
    '--port',
    String(port),
    '--user-directory',
    folders.user,
    // ComfyUI appends `temp` to this folder, and deletes that at start and exit.
    '--temp-directory',
    folders.dir,
    '--input-directory',
    folders.input,
    '--output-directory',
    folders.output,
    ...(folders.modelPaths ? ['--extra-model-paths-config', folders.modelPaths] : []),
  ];
}

/** Returns the whole environment of a service process: nothing of ours or the person's shell leaks in. */
export function serviceEnvironment(options: {
  dir: string;
  /** Where the environment's programs lie. */
  binDir: string;
  port: number;
  searchPath: readonly string[];
}): Readonly<Record<string, string>> {
  return {
    PATH: [options.binDir, ...options.searchPath].join(':'),
    HOME: `${options.dir}/home`,
    TMPDIR: `${options.dir}/tmp`,
    LANG: 'C.UTF-8',
    COMFY_PORT: String(options.port),
    PYTHONNOUSERSITE: '1',
    PYTHONUNBUFFERED: '1',
    // The environment is named by a restore point: its own bytecode is read, none is written, stray installs go beside the instance.
    PYTHONDONTWRITEBYTECODE: '1',
    PIP_TARGET: `${options.dir}/outside-packages`,
    PIP_CONFIG_FILE: '/dev/null',
  };
}

/**
 * Returns the whole environment of the command that starts or stops production in mode `command`: the person's session,
 * where programs are looked for, and what the other program has to know. `ORCHESTRATE_ARGS` is a JSON list.
 */
export function commandEnvironment(options: {
  dir: string;
  python: string;
  args: readonly string[];
  port: number;
  searchPath: readonly string[];
  session: Readonly<Record<string, string>>;
}): Readonly<Record<string, string>> {
  return {
    LANG: 'C.UTF-8',
    ...options.session,
    PATH: options.searchPath.join(':'),
    ORCHESTRATE_INSTANCE_DIR: options.dir,
    ORCHESTRATE_PYTHON: options.python,
    ORCHESTRATE_ARGS: JSON.stringify(options.args),
    COMFY_PORT: String(options.port),
  };
}

/** Flags of ComfyUI that name another use of memory: none of them goes together with `--cpu`. */
const memoryFlags = new Set(['--gpu-only', '--highvram', '--normalvram', '--lowvram', '--novram']);

/** Returns the arguments of a start that leaves the graphics card alone. */
export const withoutGraphics = (args: readonly string[]): readonly string[] =>
  args.includes('--cpu') ? args : [...args.filter((one) => !memoryFlags.has(one)), '--cpu'];
