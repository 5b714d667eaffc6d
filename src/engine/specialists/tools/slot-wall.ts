import { Fault } from '../../../base/fault.ts';
import { protectedPlaces } from '../../../domain/paths/protected-names.ts';
import type { ProgramRule } from '../../../domain/shell/program-rule.ts';
import type { WallSpec } from '../../../ports/index.ts';
import type { ToolScene } from './scene.ts';

/** What a program of a model and all that it starts may have: tests of a node pack stay far below. */
const limits = {
  memoryBytes: 2 * 1024 ** 3,
  processes: 128,
  outputBytes: 256 * 1024 ** 2,
  temporaryBytes: 512 * 1024 ** 2,
};

interface Started {
  readonly argv: readonly string[];
  readonly effect: ProgramRule['effect'];
  readonly wallMs: number;
  readonly mark: string;
}

/**
 * Returns the wall around a program that a model starts: the slot, which it may write only where the table says so, what others obey in it
 * protected, home's history to read without its configuration, no network. Fault `TOOL_REFUSED` where the program is not there.
 */
export async function slotWall(
  { engine, context }: ToolScene,
  { argv, effect, wallMs, mark }: Started,
): Promise<WallSpec> {
  const { files, host } = engine.outside;
  const { dir } = context.slot;
  const { gitDir } = engine.paths;
  const [name = '', ...args] = argv;
  const isHistory = name === 'git';
  const covers =
    isHistory && (await files.info(`${gitDir}/config`)) !== undefined
      ? [{ from: '/dev/null', at: `${gitDir}/config` }]
      : [];
  const mayWrite = effect !== 'read';
  return {
    program: await requireProgram({ files, searchPath: host.searchPath }, name),
    args,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', TERM: 'dumb' },
    cwd: dir,
    writable: mayWrite ? [dir] : [],
    readable: [...(mayWrite ? [] : [dir]), ...(isHistory ? [gitDir] : [])],
    protected: mayWrite ? protectedPlaces.map(({ path }) => `${dir}/${path.replace(/\/$/, '')}`) : [],
    covers,
    ...{ home: [], egress: [], loopback: [], sockets: [] },
    limits: { ...limits, wallMs },
    mark,
  };
}

async function requireProgram(
  { files, searchPath }: { files: ToolScene['context']['files']; searchPath: readonly string[] },
  name: string,
): Promise<string> {
  for (const folder of searchPath) {
    const path = await files.realPath(`${folder}/${name}`);
    const info = path === undefined ? undefined : await files.info(path);
    if (path !== undefined && info?.kind === 'file' && (info.mode & 0o111) !== 0) return path;
  }
  throw new Fault('TOOL_REFUSED', `${name} is not installed on this machine.`, { state: 'Nothing was started.' });
}
