import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { askByProgram, createDiskRoom } from '../../src/adapters/machine/disk-room.ts';
import { createInProcessSpawner } from '../../src/adapters/process/in-process-spawner.ts';
import { createProcesses } from '../../src/adapters/process/processes.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
const clock = createSystemClock();
const spawner = createInProcessSpawner();
afterAll(() => spawner.close());
const asked = (searchPath: readonly string[]) =>
  createDiskRoom(askByProgram(createProcesses({ spawner, clock, searchPath })), 500);

describe.runIf(process.platform === 'linux')('the room of a disk, asked by a program', () => {
  it('is what the system says, and undefined where nothing is', async () => {
    const { bsize, blocks } = await statfs(folder);
    const disk = createDiskRoom(
      askByProgram(createProcesses({ spawner, clock, searchPath: ['/usr/bin', '/bin'] })),
      20_000,
    );
    expect(await disk(folder)).toMatchObject({ path: folder, totalBytes: bsize * blocks });
    expect(await disk(join(folder, 'nothing'))).toBeUndefined();
  });

  it('is asked of the system where there is no such program', async () => {
    expect(await asked([folder])(folder)).toMatchObject({ path: folder });
  });

  it('of more disks that do not answer than there are threads keeps nothing else waiting', async () => {
    const silent = join(folder, 'silent');
    mkdirSync(silent);
    writeFileSync(join(silent, 'stat'), '#!/bin/sh\nexec sleep 100\n');
    chmodSync(join(silent, 'stat'), 0o755);
    const disk = asked([silent]);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => disk(join(folder, `nas${n}`))));
    expect(answers).toEqual(answers.map(() => 'silent'));
    expect(await statfs(folder)).toBeDefined();
  });
});
