import { join } from 'node:path';

import { expect, it } from 'vitest';

import { makeMemoryPlace } from '../contract/support/memory-place.ts';
import { tempFolder } from '../contract/support/temp-folder.ts';
import { buildModule } from '../support/fault-program.ts';
import { tryKilled } from '../support/memory-kills.ts';

const child = 'test/contract/support/memory-child.ts';
const folder = tempFolder();

it('F06: killed at each call of a write, memory is old or new and whole', async () => {
  const place = makeMemoryPlace();
  const program = await buildModule({ from: child, to: join(folder, 'memory.mjs') });
  const { nKilled, harm } = await tryKilled({ place, program, step: 1 });
  process.stdout.write(`F06: killed at ${nKilled} calls\n`);
  expect(harm).toBeUndefined();
  expect(nKilled).toBeGreaterThan(30);
  await place.remove();
});

it('F06, the control: a program that writes in place leaves half an entry', async () => {
  const place = makeMemoryPlace();
  const inPlace = {
    file: 'adapters/memory/memory-folder.ts',
    find: "const temporary = `${temporaryStart}${randomBytes(8).toString('hex')}${temporaryEnd}`;",
    replace: 'const temporary = name; fs.rmSync(folder.at(name), { force: true });',
  };
  const program = await buildModule({ from: child, to: join(folder, 'in-place.mjs'), mutations: [inPlace] });
  const { harm } = await tryKilled({ place, program, step: 1 });
  expect(harm).toMatch(/the file holds/);
  await place.remove();
});
