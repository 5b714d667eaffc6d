import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { createAccelerators } from '../../src/adapters/accelerators/accelerators.ts';
import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createInProcessSpawner } from '../../src/adapters/process/in-process-spawner.ts';
import { createProcesses } from '../../src/adapters/process/processes.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
const processes = createProcesses({ spawner: createInProcessSpawner(), clock: createSystemClock() });
afterAll(() => processes.close());

let nPrograms = 0;

/** Puts a program `nvidia-smi` on a PATH of its own; `$1` is empty for the plain page. */
function portOf(script: string, timeoutMs?: number) {
  const dir = join(folder, String((nPrograms += 1)));
  mkdirSync(dir);
  writeFileSync(join(dir, 'nvidia-smi'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const searchPath = [dir, '/usr/local/bin', '/usr/bin', '/bin'];
  return createAccelerators({ processes, searchPath, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
}

const probeOf = (script: string, timeoutMs?: number) => portOf(script, timeoutMs).probe();

const head = '| NVIDIA-SMI 570.86.10   Driver Version: 570.86.10   CUDA Version: 12.8     |';
const answers = (table: string, page = head): string =>
  `case "$1" in\n--query-gpu=*) cat <<'END'\n${table}\nEND\n;;\n*) cat <<'END'\n${page}\nEND\n;;\nesac`;

describe('who holds memory of a card', () => {
  it('is told with pid, name and memory; a line of another shape is left out', async () => {
    const lines = '1234, /usr/bin/python3, 4096\n77, /opt/a, b/blender, [N/A]\nNo running processes found';
    expect(
      await portOf(`case "$1" in\n--query-compute-apps=*) cat <<'END'\n${lines}\nEND\n;;\nesac`).holders(),
    ).toEqual([
      { pid: 1234, name: '/usr/bin/python3', memoryBytes: 4_294_967_296 },
      { pid: 77, name: '/opt/a, b/blender', memoryBytes: null },
    ]);
  });

  it('is nobody where there is no such program, or it fails or hangs', async () => {
    expect(await createAccelerators({ processes, searchPath: [folder] }).holders()).toEqual([]);
    expect(await portOf('echo "1, x, 1"; exit 9').holders()).toEqual([]);
    expect(await portOf('sleep 60', 300).holders()).toEqual([]);
  });
});

describe('graphics cards, asked of nvidia-smi', () => {
  it('are none where there is no such program', async () => {
    expect(await createAccelerators({ processes, searchPath: [folder] }).probe()).toEqual({ kind: 'none' });
  });

  it('are told with driver, highest CUDA, compute capability and memory', async () => {
    expect(await probeOf(answers('NVIDIA GeForce RTX 3060, 570.86.10, 8.6, 12288'))).toEqual({
      kind: 'nvidia',
      driver: '570.86.10',
      cudaVersion: '12.8',
      gpus: [{ name: 'NVIDIA GeForce RTX 3060', computeCapability: '8.6', memoryBytes: 12_884_901_888 }],
    });
  });

  it('are told each, whatever a card is called and whatever it does not know', async () => {
    const table = 'Odd, Card, 580.10, 12.0, 24576\nOld Card, 580.10, [N/A], [N/A]';
    expect(await probeOf(answers(table, 'Driver Version: 580.10  CUDA UMD Version: 13.0'))).toEqual({
      kind: 'nvidia',
      driver: '580.10',
      cudaVersion: '13.0',
      gpus: [
        { name: 'Odd, Card', computeCapability: '12.0', memoryBytes: 25_769_803_776 },
        { name: 'Old Card', computeCapability: null, memoryBytes: null },
      ],
    });
  });

  it('are asked again in the words of an older driver', async () => {
    const script = [
      'case "$1" in',
      '*compute_cap*) echo \'Field "compute_cap" is not a valid field to query.\'; exit 2;;',
      '--query-gpu=*) echo "Quadro K620, 470.256.02, 2048";;',
      '*) echo "no head here";;',
      'esac',
    ].join('\n');
    expect(await probeOf(script)).toEqual({
      kind: 'nvidia',
      driver: '470.256.02',
      cudaVersion: null,
      gpus: [{ name: 'Quadro K620', computeCapability: null, memoryBytes: 2_147_483_648 }],
    });
  });

  it('are none where the driver finds no device', async () => {
    expect(await probeOf('echo "No devices were found"; exit 6')).toEqual({ kind: 'none' });
  });

  it.each([
    [
      'a module that is not loaded',
      'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver."; exit 9',
      'NVIDIA-SMI has failed: the kernel module of the driver is not loaded',
    ],
    [
      'a driver that was updated without a restart',
      'echo "Failed to initialize NVML: Driver/library version mismatch"; echo "NVML library version: 570.133"; exit 18',
      'Driver/library version mismatch (library 570.133): the driver was updated and the machine not restarted since',
    ],
    ['any other failure', 'echo "out of luck" >&2; exit 3', 'nvidia-smi failed: "out of luck"'],
    ['a silent failure', 'exit 3', 'nvidia-smi failed: exit status 3'],
    ['nonsense', 'echo "<html>\\033[31mhello"', 'nvidia-smi answered something else than a table: "<html>?[31mhello"'],
    ['a table of nonsense', answers('a, b, c, d'), 'nvidia-smi answered something else than a table: "a, b, c, d"'],
    ['nothing', 'exit 0', 'nvidia-smi answered nothing'],
  ])('are unknown after %s', async (_title, script, reason) => {
    expect(await probeOf(script)).toEqual({ kind: 'unknown', reason });
  });

  it('are unknown where the program is none of this machine', async () => {
    const dir = join(folder, 'not-a-program');
    mkdirSync(dir);
    writeFileSync(join(dir, 'nvidia-smi'), '#!/no/such/interpreter\n', { mode: 0o755 });
    expect(await createAccelerators({ processes, searchPath: [dir] }).probe()).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('could not be started') as string,
    });
  });

  it('are unknown after a hang, and the program and its children are ended', async () => {
    const trace = join(folder, 'pid');
    const found = await probeOf(`sleep 600 & echo $! > ${trace}; wait`, 300);
    expect(found).toEqual({ kind: 'unknown', reason: 'nvidia-smi did not answer in 0 seconds and was ended' });
    expect(existsSync(trace)).toBe(true);
    const child = await processes.identify(Number(readFileSync(trace, 'utf8')));
    expect(child).toBeUndefined();
  });

  it('are not asked with anything of the environment but the search path', async () => {
    process.env['SECRET_FOR_TEST'] = 's3cret';
    const script = `env > ${join(folder, 'env')}; ${answers('RTX, 570.1, 8.6, 1')}`;
    await probeOf(script);
    delete process.env['SECRET_FOR_TEST'];
    expect(readFileSync(join(folder, 'env'), 'utf8')).not.toContain('s3cret');
  });
});
