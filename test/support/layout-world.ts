import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

import { makeIndex } from '../../demo/wheels.ts';
import { endProcessesOf } from './fault-processes.ts';
import { buildProgram, type CommandResult, quickWatch, startCommand } from './fault-program.ts';
import { freePort } from './fault-world.ts';
import { makeVenv, realPython } from './found-environment.ts';

/** A machine with the packed program, an index, and an environment that layouts take a copy of. Nothing is adopted yet. */
export interface LayoutWorld {
  readonly base: string;
  /** HOME and state of the person. */
  readonly person: string;
  readonly index: string;
  /** A venv with what the simulator needs, torch 2.10.0. */
  readonly venv: string;
  run(args: readonly string[], cwd?: string): Promise<CommandResult>;
  ok(args: readonly string[], cwd?: string): Promise<CommandResult>;
  remove(): Promise<void>;
}

/** Makes it once: about fifteen seconds. */
export async function layoutWorld(): Promise<LayoutWorld> {
  const base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'orc-l-')));
  const person = join(base, 'person');
  for (const name of ['h', 'run', 'state']) fs.mkdirSync(join(person, name), { recursive: true, mode: 0o700 });
  const env = {
    PATH: `${dirname(realPython())}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
    HOME: join(person, 'h'),
    XDG_STATE_HOME: join(person, 'state'),
    XDG_RUNTIME_DIR: join(person, 'run'),
    XDG_CACHE_HOME: join(person, 'h/.cache'),
    XDG_CONFIG_HOME: join(person, 'h/.config'),
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
  };
  const entry = await buildProgram(join(base, 'program'), [quickWatch]);
  const trees = join(base, 'program/trees/env-setup.yaml');
  const port = await freePort();
  fs.writeFileSync(trees, fs.readFileSync(trees, 'utf8').replace('home-port: 8188', `home-port: ${port}`));
  const { folder: index } = makeIndex({ into: join(base, 'index') });
  const venv = join(base, 'template', 'venv');
  makeVenv(venv, {
    wheels: index,
    packages: ['torch==2.10.0', 'torchvision==0.25.0', 'numpy', 'comfyui-frontend-package==1.27.10'],
  });
  const run = (args: readonly string[], cwd = base): Promise<CommandResult> =>
    startCommand({ entry, args, cwd, env }).done;
  return {
    ...{ base, person, index, venv, run },
    async ok(args, cwd) {
      const result = await run(args, cwd);
      if (result.exitStatus === 0) return result;
      throw new Error(`orchestrate ${args.join(' ')} ended with ${result.exitStatus}:\n${result.out}\n${result.err}`);
    },
    async remove() {
      await endProcessesOf(base);
      // Built environments are sealed.
      if (fs.existsSync(join(base, 'homes'))) execFileSync('chmod', ['-R', 'u+w', join(base, 'homes')]);
      fs.rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Everything below a folder, by path: kind, mode, time of change, and content or target of a link. */
export function bytesOf(
  dir: string,
  isLeftOut: (path: string) => boolean = () => false,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const look = (at: string): void => {
    const path = relative(dir, at);
    if (path !== '' && isLeftOut(path)) return;
    const stat = fs.lstatSync(at, { bigint: true });
    const what = stat.isSymbolicLink()
      ? `-> ${fs.readlinkSync(at)}`
      : stat.isFile()
        ? createHash('sha256').update(fs.readFileSync(at)).digest('hex').slice(0, 20)
        : 'folder';
    found[path] = `${(stat.mode & 0o7777n).toString(8)} ${stat.mtimeNs} ${what}`;
    if (stat.isDirectory()) for (const name of fs.readdirSync(at).sort()) look(join(at, name));
  };
  if (fs.existsSync(dir)) look(dir);
  return found;
}
