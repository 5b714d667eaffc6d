import { describe, expect, it } from 'vitest';

import { addedLines, openLogTail } from '../../../src/app/log-tail.ts';
import { createFakeFiles } from '../../fakes/fake-files.ts';

const path = '/logs/i1.log';

describe('the tail of a log', () => {
  it('gives the last lines, then what is added, a progress bar as lines of its own', async () => {
    const files = createFakeFiles();
    const tail = openLogTail(files, path);
    expect(await tail.last(2)).toEqual([]);
    files.put(path, 'one\ntwo\n\nthree\nfo');
    expect(await tail.last(2)).toEqual(['two', 'three']);
    expect(await tail.more()).toEqual([]);
    files.append(path, 'ur\n10%\r20%\r\n');
    expect(await tail.more()).toEqual(['four', '10%', '20%']);
    expect(await tail.more()).toEqual([]);
  });

  it('begins again when the file was cut or replaced', async () => {
    const files = createFakeFiles();
    files.put(path, 'one\ntwo\n');
    const tail = openLogTail(files, path);
    expect(await tail.last(0)).toEqual([]);
    await files.writeAtomic(path, 'a longer one took its place\n');
    expect(await tail.more()).toEqual(['a longer one took its place']);
    await files.remove(path);
    expect(await tail.more()).toEqual([]);
    files.put(path, 'x\n');
    expect(await tail.more()).toEqual(['x']);
  });

  it('reads the end of a file that is too long, and gives a line without an end in pieces', async () => {
    const files = createFakeFiles();
    files.put(path, `${'first line '.repeat(200_000)}\nlast\n`);
    const tail = openLogTail(files, path);
    expect(await tail.last(10)).toEqual(['last']);
    files.append(path, 'y'.repeat(20_000));
    const pieces = await tail.more();
    expect(pieces.map((one) => one.length)).toEqual([8_192, 8_192]);
  });
});

describe('addedLines', () => {
  it.each([
    [['a', 'b'], ['a', 'b', 'c'], ['c']],
    [['a', 'b', 'c'], ['b', 'c', 'd'], ['d']],
    [['a', 'a'], ['a', 'a'], []],
    [[], ['a'], ['a']],
    [['x'], ['a', 'b'], ['a', 'b']],
  ])('of %j and %j are %j', (before, now, added) => {
    expect(addedLines(before, now)).toEqual(added);
  });
});
