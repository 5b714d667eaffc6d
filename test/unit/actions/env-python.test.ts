import { describe, expect, it } from 'vitest';

import { envPython } from '../../../src/actions/env-python.ts';
import { readLock } from '../../../src/domain/environments/lock.ts';
import { interpreterOf } from '../../../src/engine/environments/named.ts';
import type { PythonFacts } from '../../../src/ports/python.ts';
import { fakePythonFacts } from '../../fakes/fake-python.ts';
import { createWorld, installed, lockOf } from '../../fakes/fake-world.ts';
import { planningContext } from './planning-context.ts';

const python = (minor: number): PythonFacts => ({
  ...fakePythonFacts,
  program: `/usr/bin/python3.${minor}`,
  version: `3.${minor}.1`,
  abi: `cp3${minor}`,
});

async function planning(asked: object, more: readonly PythonFacts[]) {
  const world = await createWorld();
  world.python.installed.push(...more);
  const plan = envPython.plan(await planningContext(world), envPython.input.parse(asked));
  return { world, plan };
}

describe('env.python', () => {
  it('takes the newest of the machine, and resolves everything for it', async () => {
    const draft = await (await planning({}, [python(13), python(14), python(10)])).plan;
    expect(draft.notes?.[0]).toBe('Python 3.12 → 3.14.1 (/usr/bin/python3.14); every package is resolved anew for it');
    expect(readLock({ file: 'requirements.lock', text: draft.lockText ?? '' })).toMatchObject({ abi: 'cp314' });
    expect(draft.moves).toEqual([]);
    expect(draft.files).toEqual([
      { path: 'orchestrate.yaml', text: expect.stringContaining('program: python3.14') as string },
    ]);
  });

  it('takes the one that is asked for, older ones too', async () => {
    const draft = await (await planning({ version: '3.13' }, [python(13), python(14)])).plan;
    expect(readLock({ file: 'requirements.lock', text: draft.lockText ?? '' })).toMatchObject({ abi: 'cp313' });
    const older = await (await planning({ version: '3.10' }, [python(10)])).plan;
    expect(readLock({ file: 'requirements.lock', text: older.lockText ?? '' })).toMatchObject({ abi: 'cp310' });
  });

  it.each([
    [
      'there is none newer',
      {},
      [python(10)],
      'NOTHING_TO_DO',
      /No Python newer than 3\.12 .* Looked at: python3 3\.12\.4, python3\.10 3\.10\.1\./,
    ],
    [
      'the one that is asked for is not there',
      { version: '3.15' },
      [],
      'PYTHON_MISSING',
      /no usable Python 3\.15 .*: python3 3\.12\.4\./,
    ],
    ['it is the one of today', { version: '3.12' }, [], 'NOTHING_TO_DO', /made with Python 3\.12 already/],
  ])('says which were looked at when %s', async (_, asked, more, code, message) => {
    const { plan } = await planning(asked, more);
    await expect(plan).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
      state: 'Nothing was changed.',
    });
  });
});

describe('the interpreter of a lock', () => {
  it('is the one that has its ABI, whatever is configured now', async () => {
    const { world, plan } = await planning({}, [python(13)]);
    const after = (await plan).lockText ?? '';
    const of = async (lockText: string) => (await interpreterOf(world.context, lockText)).version;
    expect(await of(lockOf(installed))).toBe('3.12.4');
    expect(await of(after)).toBe('3.13.1');
    await expect(of(after.replace('cp313', 'cp39'))).rejects.toMatchObject({ code: 'PYTHON_MISSING' });
  });
});
