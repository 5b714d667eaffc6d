import { chmodSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { faultOf } from './support/fault-of.ts';
import { pythonHarness } from './support/python-harness.ts';

const { folder, toolsDir, python, runs, withSearchPath } = pythonHarness();

describe('the probe of Python', () => {
  it('finds an interpreter, makes pip ready, and does so once', async () => {
    const facts = await python.probe({ toolsDir });
    expect(facts.program.startsWith('/')).toBe(true);
    expect(facts.version).toMatch(/^3\.\d+\.\d+$/);
    expect(facts.abi).toBe(`cp3${facts.version.split('.')[1]}`);
    const before = readdirSync(toolsDir);
    expect(before).toContain(`pip-${facts.pipVersion}`);
    expect(await python.probe({ toolsDir, program: facts.program })).toEqual(facts);
    expect(readdirSync(toolsDir)).toEqual(before);
  });

  it('asks an interpreter once, and again when its file is another one', async () => {
    // What is called python3 may be a script.
    const real = { program: (await python.probe({ toolsDir })).program, toolsDir };
    const facts = await python.probe(real);
    const before = runs.length;
    expect(await python.probe(real)).toEqual(facts);
    expect(runs.length).toBe(before);

    const program = join(realpathSync(folder), 'python-of-today');
    const told = { program, version: '3.12.1', hasVenv: true, pips: [{ path: join(folder, 'pip'), version: '26.0' }] };
    const probe = async (): Promise<string> => (await python.probe({ program, toolsDir: join(folder, 'new') })).version;
    mkdirSync(join(folder, 'pip'), { recursive: true });
    writeProgram(program, says(told));
    expect(await probe()).toBe('3.12.1');
    writeProgram(program, says({ ...told, version: '3.12.2' }));
    expect(await probe()).toBe('3.12.2');
  });

  it('asks each time what stands in front of an interpreter', async () => {
    const { program } = await python.probe({ toolsDir });
    const front = join(folder, 'python-in-front');
    writeProgram(front, `exec ${program} "$@"`);
    for (const nTimes of [1, 2]) {
      await python.probe({ program: front, toolsDir });
      expect(runs.filter((run) => run.program === front)).toHaveLength(nTimes);
    }
  });

  it('removes what a killed process left in the tools folder, and nothing of a living one', async () => {
    const other = join(folder, 'other');
    mkdirSync(join(other, 'tmp/2147483646-of-a-dead-process'), { recursive: true });
    mkdirSync(join(other, `tmp/${process.ppid}-of-a-living-process`));
    await python.probe({ toolsDir: other });
    expect(readdirSync(join(other, 'tmp'))).toEqual([`${process.ppid}-of-a-living-process`]);
  });

  it('can be asked twice at the same time', async () => {
    const twice = { toolsDir: join(folder, 'twice') };
    const [first, second] = await Promise.all([
      python.probe(twice),
      withSearchPath(['/usr/bin', '/bin']).probe({ ...twice, program: (await python.probe({ toolsDir })).program }),
    ]);
    expect(first).toEqual(second);
    expect(readdirSync(join(twice.toolsDir, 'tmp'))).toEqual([]);
  });

  it('lists every Python of the search path once, and says why one cannot be used', async () => {
    const bin = join(folder, 'bin-many');
    mkdirSync(bin);
    const other = { version: '3.13.1', abi: 'cp313', program: '/opt/python3.13', hasVenv: false, pips: [] };
    writeProgram(join(bin, 'python3.13'), says(other));
    writeProgram(join(bin, 'python3'), says(other));
    writeProgram(join(bin, 'python3.12'), 'exit 3');
    expect(await withSearchPath([bin]).interpreters()).toEqual([
      {
        ...{ name: 'python3.13', program: '/opt/python3.13', version: '3.13.1', abi: 'cp313' },
        problem: 'Python 3.13.1 at /opt/python3.13 has no venv module.',
      },
    ]);
    const facts = await python.probe({ toolsDir });
    const found = await python.interpreters();
    expect(found.find(({ program }) => program === facts.program)).toMatchObject({
      ...{ version: facts.version, abi: facts.abi, problem: null },
      name: expect.stringMatching(/^python3/) as string,
    });
  });

  it.each([
    ['there is none', 'PYTHON_MISSING', undefined],
    ['the only one is no program of Python', 'PYTHON_MISSING', 'echo hello'],
    ['the only one ends with an error', 'PYTHON_MISSING', 'exit 127'],
    ['the only one is too old', 'PYTHON_TOO_OLD', says({ version: '3.8.10', hasVenv: true, pips: [] })],
    ['the only one is Python 2', 'PYTHON_TOO_OLD', says({ version: '2.7.18', hasVenv: false, pips: [] })],
    ['the only one has no venv', 'PYTHON_VENV_MISSING', says({ version: '3.11.2', hasVenv: false, pips: [] })],
    [
      'the only one has neither pip nor ensurepip',
      'PYTHON_VENV_MISSING',
      says({ version: '3.11.2', hasVenv: true, pips: [] }),
    ],
  ])('says so when %s', async (what, code, script) => {
    const bin = join(folder, `bin-${what.replaceAll(' ', '-')}`);
    mkdirSync(bin);
    if (script !== undefined) writeProgram(join(bin, 'python3'), script);
    const fault = await faultOf(withSearchPath([bin]).probe({ toolsDir: join(folder, 'unused') }));
    expect(fault.code).toBe(code);
    expect(fault.message).toMatch(/3\.10 or newer is needed|has no venv module|has neither pip nor ensurepip/);
  });

  it('takes a good one behind a bad one on the search path', async () => {
    const bin = join(folder, 'bin-bad');
    mkdirSync(bin);
    const { program } = await python.probe({ toolsDir });
    writeProgram(join(bin, 'python3'), says({ version: '3.8.10', hasVenv: true, pips: [] }));
    writeProgram(join(bin, 'python3.11'), `exec ${program} "$@"`);
    expect((await withSearchPath([bin, '/bin']).probe({ toolsDir })).program).toBe(program);
  });

  it('names the program that was asked for when it is not there', async () => {
    const fault = await faultOf(python.probe({ program: '/absent/python', toolsDir }));
    expect(fault).toMatchObject({
      code: 'PYTHON_MISSING',
      message: expect.stringContaining('/absent/python') as string,
    });
  });
});

function says(facts: object): string {
  return `echo '${JSON.stringify({ program: '/fake/python', abi: 'cp311', platform: 'linux-x86_64', ...facts })}'`;
}

function writeProgram(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}
