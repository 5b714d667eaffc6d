import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { makeDemoWorld } from '../../demo/make.ts';
import { makeWheel } from '../../demo/wheel/make-wheel.ts';
import { stock } from '../../demo/wheel/stock.ts';
import { endProcessesOf } from '../support/fault-processes.ts';
import { buildProgram } from '../support/fault-program.ts';
import { freePort } from '../support/fault-world.ts';
import { realPython } from '../support/found-environment.ts';
import { bytesOf } from '../support/layout-world.ts';

// The public package index, for real: an environment that a person made with pip, one wheel of it built by hand, is
// adopted, one package of it upgraded, proven, merged, and taken back without a network.

const base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'orc-r-')));
const home = join(base, 'comfy-home');
const comfyui = join(base, 'ComfyUI');
const venv = join(comfyui, 'venv');
/** Not on any index: its version has a part of its own. */
const BUILT_TORCH = '2.10.0+mine';
const INSTALLED = ['pillow==11.0.0', 'einops==0.7.0', 'safetensors==0.4.5', 'comfyui-frontend-package==1.27.10'];
let entry = '';
let env: Record<string, string> = {};

beforeAll(async () => {
  for (const name of ['h', 'run', 'state']) fs.mkdirSync(join(base, name), { mode: 0o700 });
  env = {
    PATH: `${dirname(realPython())}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
    HOME: join(base, 'h'),
    XDG_STATE_HOME: join(base, 'state'),
    XDG_RUNTIME_DIR: join(base, 'run'),
    XDG_CACHE_HOME: join(base, 'h/.cache'),
    LC_ALL: 'C.UTF-8',
    ...passedOn(),
  };
  entry = await buildProgram(join(base, 'program'));
  const world = makeDemoWorld({ folder: join(base, 'world') });
  fs.renameSync(world.comfyui.path, comfyui);
  addPack();
  execFileSync(realPython(), ['-m', 'venv', venv]);
  const pip = ['-I', '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
  execFileSync(join(venv, 'bin/python'), [...pip, ...INSTALLED], { env: { ...env, PIP_CONFIG_FILE: '/dev/null' } });
  execFileSync(join(venv, 'bin/python'), [...pip, '--no-deps', ...builtWheels()], { env });
  execFileSync(join(venv, 'bin/python'), [...pip, 'filelock', 'typing-extensions'], { env });
}, 600_000);

afterAll(async () => {
  await endProcessesOf(base);
  execFileSync('chmod', ['-R', 'u+w', base]);
  fs.rmSync(base, { recursive: true, force: true });
});

it('upgrades a real package of a borrowed environment, and takes it back without a network', async () => {
  const before = bytesOf(comfyui, (path) => path.includes('__pycache__'));
  const port = await freePort();
  const smoke = join(comfyui, 'smoke/padded-card.json');
  say(['init', home, '--comfyui', comfyui, '--cpu', '--port', String(port), '--workflow', smoke, '--yes'], base);
  expect(packagesOfLock()).toMatchObject({ einops: '0.7.0', torch: BUILT_TORCH });
  expect(fs.readFileSync(join(home, 'requirements.lock'), 'utf8')).toContain('# borrowed: ');

  say(['run', 'upgrade einops', '--target', '0.8.1', '--dry-run']);
  say(['run', 'upgrade einops', '--target', '0.8.1', '--yes']);
  expect(packagesOfLock()).toMatchObject({
    einops: '0.8.1',
    pillow: '11.0.0',
    safetensors: '0.4.5',
    torch: BUILT_TORCH,
  });
  const lock = fs.readFileSync(join(home, 'requirements.lock'), 'utf8');
  expect(lock).not.toContain('# borrowed: ');
  expect(lock.match(/--hash=sha256:[0-9a-f]{64}/g)?.length).toBeGreaterThanOrEqual(8);
  say(['review', 'show', 'c1']);

  say(['run', 'upgrade pillow', '--target', '11.1.0', '--yes']);
  expect(packagesOfLock()).toMatchObject({ einops: '0.8.1', pillow: '11.1.0', torch: BUILT_TORCH });
  say(['restore', 'list']);

  // One environment is taken away, so that the way back has to build it again, from what was kept alone.
  const target = environmentOf(1);
  execFileSync('chmod', ['-R', 'u+w', join(home, '.orchestrate/envs', target)]);
  fs.rmSync(join(home, '.orchestrate/envs', target), { recursive: true });
  say(['supervisor', 'stop']);
  const startedMs = performance.now();
  say(['undo', '--yes'], home, { isOffline: true });
  process.stdout.write(
    `undo, with the environment built from kept wheels: ${Math.round((performance.now() - startedMs) / 100) / 10} s\n`,
  );
  expect(packagesOfLock()).toMatchObject({ einops: '0.8.1', pillow: '11.0.0', torch: BUILT_TORCH });
  expect(fs.existsSync(join(home, '.orchestrate/envs', target, 'orchestrate-manifest.json'))).toBe(true);

  say(['undo', '--yes'], home, { isOffline: true });
  say(['restore', 'to', '0', '--yes'], home, { isOffline: true });
  expect(fs.readFileSync(join(home, 'requirements.lock'), 'utf8')).toContain('# borrowed: ');
  say(['journal', 'verify']);
  expect(bytesOf(comfyui, (path) => path.includes('__pycache__'))).toEqual(before);
}, 1_500_000);

/** Runs one command as a person would and prints it with what it said. Fails unless it ends with 0. */
function say(args: readonly string[], cwd = home, { isOffline = false } = {}): void {
  const argv = [process.execPath, '--disable-warning=ExperimentalWarning', entry, ...args];
  const [program = '', ...rest] = isOffline ? ['unshare', '-rn', 'python3', '-c', withLoopback, ...argv] : argv;
  const startedMs = performance.now();
  const { status, stdout, stderr } = spawnSync(program, rest, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(
    `$ orchestrate ${args.join(' ')}${isOffline ? '   (no network)' : ''}\n${stderr}${stdout}(${seconds} s)\n\n`,
  );
  expect({ args, status }).toEqual({ args, status: 0 });
}

/** Brings up the loopback device of an empty network namespace, then becomes the program. */
const withLoopback = `
import fcntl, os, socket, struct, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", 1))
os.execv(sys.argv[1], sys.argv[1:])
`;

/** What decides how this machine reaches the index; nothing else of the person's environment. */
function passedOn(): Record<string, string> {
  const names = [
    'HTTPS_PROXY',
    'https_proxy',
    'HTTP_PROXY',
    'http_proxy',
    'NO_PROXY',
    'no_proxy',
    'PIP_CERT',
    'SSL_CERT_FILE',
  ];
  const entries = names.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(entries.filter((one): one is readonly [string, string] => one[1] !== undefined));
}

/** Wheels that nobody but this person has. */
function builtWheels(): readonly string[] {
  const folder = join(base, 'built');
  fs.mkdirSync(folder);
  const mine = ['torch 2.10.0', 'torchvision 0.25.0', 'numpy 2.1.0'];
  const specs = stock().filter(({ name, version }) => mine.includes(`${name} ${version}`));
  return specs.map((spec) => {
    const files = Object.fromEntries(
      Object.entries(spec.files).map(([path, content]) => [
        path,
        String(content).replaceAll(spec.version, `${spec.version}+mine`),
      ]),
    );
    const { file, bytes } = makeWheel({ ...spec, version: `${spec.version}+mine`, files });
    fs.writeFileSync(join(folder, file), bytes);
    return join(folder, file);
  });
}

/** A node pack that really needs the real packages. */
function addPack(): void {
  const pack = join(comfyui, 'custom_nodes/real-pack');
  fs.mkdirSync(pack);
  fs.writeFileSync(join(pack, 'requirements.txt'), 'einops>=0.6\nsafetensors>=0.4\nPillow\n');
  fs.writeFileSync(
    join(pack, '__init__.py'),
    'import einops, safetensors, PIL.Image\n\nclass RealPack:\n    INPUT_TYPES = classmethod(lambda cls: {"required": {}})\n    RETURN_TYPES = ()\n    FUNCTION = "run"\n    CATEGORY = "real"\n    def run(self):\n        return ()\n\nNODE_CLASS_MAPPINGS = {"RealPack": RealPack}\n',
  );
}

function packagesOfLock(): Readonly<Record<string, string>> {
  const lock = fs.readFileSync(join(home, 'requirements.lock'), 'utf8');
  return Object.fromEntries(
    [...lock.matchAll(/^([a-z0-9-]+)===(\S+)/gm)].map((match) => [match[1] ?? '', match[2] ?? '']),
  );
}

function environmentOf(number: number): string {
  const args = ['--disable-warning=ExperimentalWarning', entry, 'restore', 'show', String(number), '--json'];
  const shown = JSON.parse(execFileSync(process.execPath, args, { cwd: home, env, encoding: 'utf8' })) as {
    environment: string;
  };
  return shown.environment;
}
