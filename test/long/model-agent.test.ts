import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { untilRow } from '../support/fault-steps.ts';
import { FaultWorld } from '../support/fault-world.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { listAt } from '../support/program.ts';
import type { ServedCall } from '../support/served.ts';

const page = 'ops/notes/model.md';
let server: ModelServer;
let world: FaultWorld;

const agent = `---
name: note-taker
description: Writes down what it finds.
tools: agent.work, Read, Write, Edit, Grep, Glob
tree: ops-maint
runner: model
max-turns: 10
---
You write down what you find, shortly.
`;

const playbook = (steps: string): string => `id: take-notes
title: Take notes
description: A model writes a page of notes.
triggers:
  - take notes
tree: ops-maint
plan: goal.plan
risk: low
steps:
${steps}`;

const work = `  - id: write
    title: Write the notes
    action: agent.work
    agent: note-taker
    with: { task: Write ops/notes/model.md with one line that says which file you read. }
    timeout: 10m
`;
/** Needs no model: the control. */
const noWork = `  - id: look
    title: Look only
    action: memory.note
    agent: systems-administrator
    with: { key: swarm/ops-maint/findings/notes.md, title: Nothing }
    timeout: 10m
`;

/** What the model says next, by how often it spoke in this conversation. */
const turns = [
  { calls: [{ name: 'list_files', arguments: '{"path":"."}' }] },
  { calls: [{ name: 'write_file', arguments: JSON.stringify({ path: page, text: 'n=0\n' }) }] },
  { calls: [{ name: 'edit_file', arguments: JSON.stringify({ path: page, old: 'n=', new: 'n=1' }) }] },
  { calls: [{ name: 'finish', arguments: JSON.stringify({ summary: 'I read requirements.in.', evidence: [page] }) }] },
];
const nSpoken = ({ body }: ServedCall): number =>
  (body['messages'] as readonly { role: string }[]).filter(({ role }) => role === 'assistant').length;

beforeAll(async () => {
  server = await startModelServer();
  server.otherwise((call) => turns[nSpoken(call)] ?? { text: 'That is all.' });
  world = await FaultWorld.create({ env: { ANTHROPIC_API_KEY: 'sk-ant-a-key-that-nobody-has-1234567890' } });
  for (const folder of ['agents', 'playbooks']) fs.mkdirSync(join(world.home, folder), { recursive: true });
  fs.writeFileSync(join(world.home, 'agents/note-taker.md'), agent);
  fs.writeFileSync(join(world.home, 'playbooks/take-notes.yaml'), playbook(work));
  world.git(['add', '-A', 'agents', 'playbooks']);
  world.edit('orchestrate.yaml', [
    ['service:', `compute:\n  providers:\n    anthropic: { url: "${server.urls.anthropic}" }\nservice:`],
  ]);
});
afterAll(async () => {
  await world.remove();
  await server.close();
});

const head = (): string => world.git(['show', `refs/heads/main:${page}`]);

it('a model changes a file in its slot, and the change is proven, reviewed and merged', async () => {
  const { json } = await world.ok(['run', 'take notes', '--yes', '--json']);
  expect(json).toMatchObject({ run: 'r1', state: 'done' });
  expect(head()).toBe('n=10');
  expect(world.rows('change.gated')).toHaveLength(1);
  expect(world.rows('conversation.ended')[0]?.data).toMatchObject({ outcome: 'done', nTurns: 4, paths: [page] });
  const shown = await world.ok(['runs', 'show', 'r1', '--transcript', '--json']);
  expect(JSON.stringify(listAt(shown.json, 'conversations'))).toContain('I read requirements.in.');
  const words = await world.ok(['runs', 'show', 'r1', '--transcript']);
  expect(words.out).toMatch(/→ write_file/);
  // The key went to the provider and into no file of ours.
  const files = fs.globSync('{transcripts,logs}/**/*.{jsonl,log}', { cwd: world.state });
  expect(files).toContain('transcripts/r1.write.jsonl');
  const written = [...files, 'ledger.db', 'ledger.db-wal'].map((one) => join(world.state, one)).filter(fs.existsSync);
  expect(written.filter((file) => fs.readFileSync(file).includes('a-key-that-nobody-has'))).toEqual([]);
  expect(fs.statSync(join(world.state, 'transcripts/r1.write.jsonl')).mode & 0o777).toBe(0o600);
});

it('goes on after kill -9 in the middle of a conversation, and does nothing twice', async () => {
  world.git(['rm', '--quiet', page]);
  world.git(['commit', '--quiet', '-m', 'take the notes away']);
  let nEdits = 0;
  const isKilled = Promise.withResolvers<undefined>();
  server.otherwise((call) => {
    const n = nSpoken(call);
    if (n === 3) nEdits += 1;
    // After the edit was done and told: the answer never comes, the supervisor dies.
    if (n === 3 && nEdits === 1) {
      isKilled.resolve(undefined);
      return { hangs: true };
    }
    return turns[n] ?? { text: 'That is all.' };
  });
  const running = world.start(['run', 'take notes', '--yes', '--json']);
  await isKilled.promise;
  process.kill(world.supervisorPid(), 'SIGKILL');
  await running.done;
  await world.ok(['runs', 'list', '--json']);
  const again = world.run(['run', 'take notes', '--dry-run', '--json']);
  await untilRow(world, 'run.closed', { run: 'r2', state: 'done' }, 300_000);
  await again;
  expect(head()).toBe('n=10');
  const used = world.rows('tool.used').filter(({ run }) => run === 'r2');
  expect(used.map(({ data }) => data['tool'])).toEqual(['write_file', 'edit_file']);
  expect(world.rows('conversation.resumed')).toHaveLength(1);
});

it('merges nothing where no step lets a model work', async () => {
  fs.writeFileSync(join(world.home, 'playbooks/take-notes.yaml'), playbook(noWork));
  world.git(['commit', '--quiet', '-am', 'without the model']);
  const before = world.git(['rev-parse', 'refs/heads/main']);
  const nCalls = server.calls.length;
  await world.run(['run', 'take notes', '--yes', '--json']);
  expect(world.git(['rev-parse', 'refs/heads/main'])).toBe(before);
  expect(server.calls).toHaveLength(nCalls);
});
