import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { entrySentence } from '../../src/app/views/journal-line.ts';
import { textOf } from '../support/fault-processes.ts';
import { untilRow } from '../support/fault-steps.ts';
import type { FaultWorld } from '../support/fault-world.ts';
import { listAt } from '../support/program.ts';
import { sceneWorld } from '../support/scene-home.ts';

const approved = 'ops-maint:maintenance_window_approved';
const page = 'docs/ops-maint/handover/driver-update.md';
let world: FaultWorld;

beforeAll(async () => {
  world = await sceneWorld();
  const dir = join(world.home, 'memory/swarm/env-setup');
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(join(dir, 'python_versions.yaml'), 'python: 3.12 is pinned, a conflict with 3.13 is known\n');
  // A new file is found by attempts within ten seconds; who lists takes it up now.
  await world.ok(['memory', 'list', '--json']);
});
afterAll(() => world.remove());

/** Waits for a row; where it does not come, the error tells the last rows of the journal. */
async function reach(kind: string, wanted: Readonly<Record<string, unknown>>): Promise<void> {
  try {
    await untilRow(world, kind, wanted, 600_000);
  } catch (error) {
    const last = world
      .journal()
      .slice(-15)
      .map((entry) => `#${entry.seq} ${entrySentence(entry)}`);
    throw new Error(last.join('\n'), { cause: error });
  }
}

it('agents of three trees prepare a maintenance: they ask, answer from memory, wait for a person, and hand over', async () => {
  await world.ok(['run', 'prepare maintenance driver-update', '--detach', '--json']);
  await reach('step.waits', { task: 'r1.announce' });
  const held = await world.ok(['conditions', 'list', '--json']);
  expect(listAt(held.json, 'conditions')).toContainEqual(
    expect.objectContaining({ name: approved, state: 'unset', waiting: ['r1.announce'] }),
  );
  expect(fs.existsSync(join(world.home, page))).toBe(false);

  process.kill(world.supervisorPid(), 'SIGKILL');
  await world.ok(['conditions', 'set', approved, '--for', '2h', '--because', 'nobody renders tonight', '--json']);
  await reach('machine.moved', { subject: 'c1', to: 'reviewing.deciding' });

  const said = world
    .rows('bus.sent')
    .map(({ data }) => `${textOf(data['kind'])} ${textOf(data['from'])} → ${textOf(data['to'])}`);
  expect(said.toSorted()).toEqual([
    'answer agent:environment-specialist → agent:systems-administrator',
    'answer agent:integration-specialist → agent:systems-administrator',
    'ask agent:systems-administrator → agent:environment-specialist',
    'ask agent:systems-administrator → agent:integration-specialist',
    'note agent:systems-administrator → topic:service_restart_required',
  ]);
  await world.ok(['review', 'approve', 'c1', '--json']);
  await reach('run.closed', { run: 'r1', state: 'done' });
  const text = fs.readFileSync(join(world.home, page), 'utf8');
  expect(text).toContain('a conflict with 3.13 is known');
  expect(text).toContain(`- ${approved}, says `);
  expect(text).toContain('- env-setup:environment_stable, says the supervisor (#');
}, 2_000_000);
