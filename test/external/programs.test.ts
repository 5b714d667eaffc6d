import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { acpAgent, makeProgramWorld, oneCommand, type ProgramWorld } from '../support/program-world.ts';
import { at, lastNarration, textAt } from '../support/program.ts';

// `npm run test:external` fetches the real programs and says where they are.
const bin = process.env['ORCHESTRATE_AGENT_BIN'] ?? '';
process.env['PATH'] = [bin, process.env['PATH']].filter((one) => one !== '').join(':');

let scene: ProgramWorld | undefined;
afterEach(async () => {
  await scene?.end();
  scene = undefined;
});

const command = `sed -i 's/VERSION = "v1"/VERSION = "v2"/' server.py && git add -A && git commit -qm theirs && ls -a ~ > /tmp/seen`;

describe.runIf(bin !== '')('a real program makes one small change, which is proven and merged', () => {
  it.each([
    ['claude-code', [], { name: 'Bash', field: 'command' }],
    ['codex', ['model: gpt-5.1-codex'], { name: 'exec_command', field: 'cmd' }],
    ['opencode', ['model: local/gpt-5.1-codex'], { name: 'bash', field: 'command' }],
  ] as const)('%s', async (runner, lines, tool) => {
    scene = await makeProgramWorld([`runner: ${runner}`, ...lines]);
    const { world, models } = scene;
    models.otherwise(oneCommand(tool, command));
    await merges(scene);
    expect(models.calls.length).toBeGreaterThan(1);
    const [started] = await rowsOf(scene, 'program.started');
    expect(started).toMatchObject({ runner, wall: 'L2', ownSandbox: 'off', egress: [], loopback: [models.port] });
    // What it committed is nowhere.
    expect(world.git('log', '--all', '--format=%s')).not.toContain('theirs');
  });
});

it('a program of the Agent Client Protocol makes one small change, which is proven and merged', async () => {
  scene = await makeProgramWorld(['runner: acp', `program: ${acpAgent}`]);
  await merges(scene);
  expect(await rowsOf(scene, 'program.started')).toMatchObject([
    { runner: 'acp', wall: 'L2', egress: [], loopback: [] },
  ]);
  expect(scene.world.git('log', '--all', '--format=%s')).not.toContain('theirs');
});

it('one that says it is done and did nothing is not believed', async () => {
  scene = await makeProgramWorld(['runner: acp', `program: ${acpAgent}`, 'args: [--nothing]']);
  const before = scene.world.git('rev-parse', 'HEAD');
  const ended = await scene.world.run('run', 'mend server', '--playbook', 'mend', '--set', 'version=v2', '--yes');
  expect(JSON.stringify(ended.json)).toContain('AGENT_DID_NOTHING');
  expect(scene.world.git('rev-parse', 'HEAD')).toBe(before);
  expect(await scene.world.says()).toBe('v1');
});

async function merges({ world }: ProgramWorld): Promise<void> {
  const ended = await world.run('run', 'mend server', '--playbook', 'mend', '--set', 'version=v2', '--yes');
  expect({ state: at(ended.json, 'state'), told: lastNarration() }).toMatchObject({ state: 'done' });
  expect(await world.says()).toBe('v2');
  expect(world.git('status', '--porcelain')).toBe('');
}

let nFiles = 0;

async function rowsOf({ world }: ProgramWorld, kind: string): Promise<readonly unknown[]> {
  nFiles += 1;
  const file = join(world.folder, `journal-${nFiles}.jsonl`);
  await world.ok('journal', 'export', file);
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  return rows.filter((row) => textAt(row, 'kind') === kind).map((row) => at(row, 'data'));
}
