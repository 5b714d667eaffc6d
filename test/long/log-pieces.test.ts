import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { until } from '../support/fault-processes.ts';
import { endingOf, post, productionPid, slowGraph } from '../support/fault-service.ts';
import { FaultWorld } from '../support/fault-world.ts';

let world: FaultWorld;
beforeAll(async () => {
  world = await FaultWorld.create({ config: [['  size: 64 MiB', '  size: 64 KiB']] });
});
afterAll(() => world.remove());

it('the log of a production that runs is put away, the server writes on in it, and all of it is read', async () => {
  const started = (await world.ok(['service', 'start', '--json'])).json ?? {};
  const port = Number(started['port']);
  const pid = productionPid(world);
  const log = join(world.home, 'logs/instances', `${String(started['instance'])}.log`);
  const text = `${'x'.repeat(80)}\n`.repeat(1_000);
  fs.appendFileSync(log, text);
  const piece = `${log}.${'0'.repeat(15)}`;
  await until('the log to be put away', () => fs.existsSync(piece), 60_000);
  expect(fs.readFileSync(piece, 'utf8')).toContain('To see the GUI go to');
  expect(fs.readFileSync(piece, 'utf8').endsWith(text)).toBe(true);
  const rest = fs.statSync(log).size;
  expect(rest).toBeLessThan(text.length);

  await post(port, '3f2f2f5e-0000-4000-8000-000000000001', slowGraph(1, 'after'));
  await until(
    'the prompt to end',
    async () => (await endingOf(port, '3f2f2f5e-0000-4000-8000-000000000001')) === 'success',
    60_000,
  );
  await until('the server to write on', () => fs.readFileSync(log, 'utf8').includes('Prompt executed'), 30_000);
  expect(productionPid(world)).toBe(pid);
  const told = (await world.ok(['service', 'logs', '--lines', '2000', '--json'])).json ?? {};
  const lines = told['lines'] as string[];
  expect(lines.filter((line) => line.startsWith('xxx'))).toHaveLength(1_000);
  expect(lines.at(-1)).toContain('Prompt executed');
  expect(lines.findIndex((line) => line.includes('To see the GUI'))).toBeLessThan(
    lines.findIndex((line) => line.startsWith('xxx')),
  );
});
