import { appendFileSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import { createFiles } from '../../src/adapters/files/files.ts';
import { createInProcessSpawner } from '../../src/adapters/process/in-process-spawner.ts';
import { openLogTail } from '../../src/app/log-tail.ts';
import { cuttingPath, endOf, logPieces, piecePath } from '../../src/engine/instances/log-pieces.ts';
import { eventually } from './support/eventually.ts';
import { faultOf } from './support/fault-of.ts';
import { tempFolder } from './support/temp-folder.ts';

const files = createFiles();
const root = tempFolder();

/** A service that writes a hundred lines each time that a line is added to `go`, and ends after so many times. */
const script = `
n=0
i=0
while [ "$n" -lt "$2" ]; do
  while [ "$(wc -l < "$1")" -le "$n" ]; do sleep 0.02; done
  n=$((n + 1))
  end=$((n * 100))
  while [ "$i" -lt "$end" ]; do echo "line $i"; i=$((i + 1)); done
done
`;

async function writer(name: string, nTimes: number) {
  const dir = join(root, name);
  await files.ensureDir(dir);
  const [path, go] = [join(dir, 'i1.log'), join(dir, 'go')];
  await files.writeAtomic(go, '');
  const spawner = createInProcessSpawner();
  const args = ['-c', script, 'sh', go, String(nTimes)];
  await spawner.startDetached({ program: '/bin/sh', args, cwd: dir, env: { PATH: '/usr/bin:/bin' }, logPath: path });
  const whole = async (): Promise<string> =>
    (await logPieces(files, path)).map((piece) => readFileSync(piece.path, 'utf8')).join('');
  return {
    path,
    whole,
    go: () => appendFileSync(go, 'go\n'),
    /** Writes a hundred lines more, and waits until they stand in the file. */
    async batch(nth: number, where = path) {
      appendFileSync(go, 'go\n');
      await eventually(`line ${nth * 100 - 1} is written`, async () =>
        ((await files.readText(where)) ?? '').endsWith(`line ${nth * 100 - 1}\n`),
      );
    },
    async putAway() {
      const fromByte = endOf((await logPieces(files, path)).filter(({ isLive }) => !isLive));
      await files.cutOff(path, cuttingPath(path));
      await files.rename(cuttingPath(path), piecePath(path, fromByte));
    },
  };
}

const numbered = (n: number): string[] => Array.from({ length: n }, (_, index) => `line ${index}`);

describe('a log that is put away while its writer lives', () => {
  it('has all of it, and the writer goes on in the file that everybody reads', async () => {
    const { path, batch, putAway, whole } = await writer('cut', 3);
    const tail = openLogTail(files, path);
    const seen = [...(await tail.last(1_000))];
    await batch(1);
    seen.push(...(await tail.more()));
    await putAway();
    await batch(2);
    await putAway();
    await batch(3);
    seen.push(...(await tail.more()));
    expect(seen).toEqual(numbered(300));
    expect(await whole()).toBe(`${numbered(300).join('\n')}\n`);
    expect(await logPieces(files, path)).toHaveLength(3);
  });

  it('is said to be where it is when the disk fails behind the cut, and to be as it was before that', async () => {
    const dir = join(root, 'failing');
    await files.ensureDir(dir);
    const [path, to] = [join(dir, 'i1.log'), join(dir, 'away')];
    const handle = await open(dir);
    const proto = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    for (const [isCut, state] of [
      [true, `It is empty; what it held is in ${to}.`],
      [false, 'The file is as it was before.'],
    ] as const) {
      await files.writeAtomic(path, 'one\n');
      const failing = vi.spyOn(proto, 'sync').mockImplementation(async () => {
        if ((readFileSync(path, 'utf8') === '') === isCut)
          throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'fsync' });
      });
      const fault = await faultOf(files.cutOff(path, to)).finally(() => failing.mockRestore());
      expect(fault).toMatchObject({ code: 'FILE_ACCESS', state });
      expect(readFileSync(isCut ? to : path, 'utf8')).toBe('one\n');
      await files.remove(to);
    }
  });

  it('is lost to everybody who reads the file when it is renamed instead (the control)', async () => {
    const { path, batch } = await writer('renamed', 2);
    const tail = openLogTail(files, path);
    await batch(1);
    expect(await tail.last(1_000)).toEqual(numbered(100));
    await files.rename(path, `${path}.old`);
    await batch(2, `${path}.old`);
    expect(await tail.more()).toEqual([]);
    expect(await files.info(path)).toBeUndefined();
  });

  it('under a writer that never pauses has no line twice or out of order, and ends with its last', async () => {
    const { path, go, putAway, whole } = await writer('busy', 40);
    for (let n = 0; n < 40; n += 1) go();
    let nCuts = 0;
    await eventually('the writer is done', async () => {
      if (((await files.info(path))?.sizeBytes ?? 0) > 2_000) {
        await putAway();
        nCuts += 1;
      }
      return (await whole()).endsWith('line 3999\n');
    });
    const numbers = (await whole())
      .trim()
      .split('\n')
      .map((line) => Number(/^line (\d+)$/.exec(line)?.[1]));
    expect(numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))).toBe(true);
    expect(nCuts).toBeGreaterThan(1);
  });
});
