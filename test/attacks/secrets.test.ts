import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import type { Mutation } from '../support/fault-program.ts';
import { FaultWorld, type WorldOptions } from '../support/fault-world.ts';

let worlds: FaultWorld[] = [];
afterEach(async () => {
  for (const world of worlds) await world.remove();
  worlds = [];
});

async function worldWith(options: WorldOptions): Promise<FaultWorld> {
  const world = await FaultWorld.create(options);
  worlds.push(world);
  return world;
}

const canary = 'canary-9d1f6b20c7e3';
const encoded = Buffer.from(`x${canary}y`).toString('base64');
/** The letters of it that the canary alone decides. */
const inBase64 = encoded.slice(2, -4);

/** Files below a folder that hold the text, but for git's packed ones. */
function holding(dir: string, text: string): readonly string[] {
  const names = fs.existsSync(dir) ? fs.readdirSync(dir, { recursive: true, withFileTypes: true }) : [];
  return names
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .filter((path) => fs.readFileSync(path).includes(text));
}

/** An agent prints the canary wherever it can say something. Returns what was answered, and the files that hold it. */
async function printed(variable: string) {
  const world = await worldWith({ env: { [variable]: canary } });
  const said = [
    ['memory', 'put', 'swarm/env-setup/said.md', '--text', `it is ${canary}, or ${encoded}`],
    ['bus', 'send', 'tree:env-setup', `it is ${canary}`, '--body', JSON.stringify({ [canary]: [encoded] })],
    ['hooks', 'pre-task', '--description', `use ${canary}`, '--task-id', 't1'],
    ['hooks', 'post-command', '--command', `curl -H ${canary}`, '--output', encoded, '--store-results', 'true'],
    ['hooks', 'session-end', '--session-id', 's1', '--summary', canary],
    ['hooks', 'session-restore', '--session-id', 's1'],
    ['run', `make ${canary} work`],
    ['journal', 'tail', '--limit', '50'],
    ['bus', 'tail', '--limit', '10'],
    ['memory', 'get', 'swarm/env-setup/said.md'],
  ];
  let answers = '';
  for (const args of said) {
    const { out, err } = await world.run([...args, '--json']);
    answers += out + err;
  }
  const dirs = [
    join(world.base, 'live', 'state'),
    join(world.home, 'memory'),
    join(world.home, 'sessions'),
    join(world.home, 'logs'),
  ];
  const files = (text: string) => dirs.flatMap((dir) => holding(dir, text));
  return { answers, files };
}

describe('A75: an agent prints a secret of this machine', () => {
  it('is kept and shown where nobody knows that it is one, and nowhere otherwise', { timeout: 900_000 }, async () => {
    const open = await printed('CANARY');
    expect(open.answers).toContain(canary);
    expect(open.files(canary).length).toBeGreaterThan(1);
    expect(open.files(inBase64).length).toBeGreaterThan(0);
    const { answers, files } = await printed('CANARY_API_KEY');
    expect(answers).not.toContain(canary);
    expect(answers).not.toContain(inBase64);
    expect(answers).toContain('[redacted]');
    expect(files(canary)).toEqual([]);
    expect(files(inBase64)).toEqual([]);
  });
});

const token = `ghp_${'a1B2'.repeat(9)}`;

/** Nobody looks for secrets in what merges. */
const nobodyLooks: Mutation = {
  file: 'engine/changes/require-no-secrets.ts',
  find: '  if (isWayBack(engine, run)) return;',
  replace: '  if (change !== "") return;',
};

/** A person hands in a branch with a token in its notes, and says yes to everything beforehand. */
async function committed(mutations: readonly Mutation[]) {
  const world = await worldWith({ mutations });
  const before = world.git(['rev-parse', 'HEAD']);
  world.git(['switch', '-q', '-c', 'work']);
  fs.mkdirSync(join(world.home, 'docs/env-setup'), { recursive: true });
  fs.writeFileSync(join(world.home, 'docs/env-setup/notes.md'), `# Notes\n\ntoken: ${token}\n`);
  world.git(['add', '-A']);
  world.git(['commit', '-q', '-m', 'notes']);
  world.git(['switch', '-q', '-']);
  const result = await world.run(['submit', 'work', '--tree', 'env-setup', '--yes', '--json']);
  return { world, before, result, head: () => world.git(['rev-parse', 'HEAD']) };
}

describe('A76: a secret is committed in a work tree', () => {
  it('merges where nobody looks, and waits at the gate otherwise', { timeout: 900_000 }, async () => {
    const open = await committed([nobodyLooks]);
    expect(open.head(), open.result.out + open.result.err).not.toBe(open.before);
    expect(open.world.git(['show', 'HEAD:docs/env-setup/notes.md'])).toContain(token);
    const { world, before, result, head } = await committed([]);
    expect(result.exitStatus).toBe(7);
    expect(result.out).toContain('SECRET_FOUND');
    expect(result.out).toContain('docs/env-setup/notes.md:3:8');
    expect(result.out).not.toContain(token);
    expect(head()).toBe(before);
    const allowed = await world.run(['secrets', 'allow', 'c1', '--comment', 'of the documentation', '--json']);
    expect(allowed.exitStatus).toBe(0);
    expect(allowed.json).toMatchObject({ change: 'c1', row: expect.any(Number) as number });
  });
});

/** What stands before the @ of an address is a name like any other. */
const addressesAreNames: Mutation = {
  file: 'domain/secrets/patterns.ts',
  find: String.raw`    pattern: /(?<=[a-z]:\/\/)`,
  replace: String.raw`    pattern: /(?<=zz[a-z]:\/\/)`,
};

/** A password in an argument, in an address that a command is told, and in a message. */
async function addressed(mutations: readonly Mutation[]) {
  const world = await worldWith({ mutations });
  const address = 'https://anna:hunter-22-hunter@example.org/x.git';
  let answers = '';
  for (const args of [
    ['run', `fetch ${address}`],
    ['hooks', 'post-command', '--command', `git clone ${address}`],
    ['bus', 'send', 'tree:env-setup', `see ${address}`],
    ['journal', 'tail', '--limit', '50'],
  ]) {
    const { out, err } = await world.run([...args, '--json']);
    answers += out + err;
  }
  return { answers, files: holding(join(world.base, 'live', 'state'), 'hunter-22-hunter') };
}

describe('A77: a secret in an argument or an address', () => {
  it('is stored where addresses are taken for names, and is redacted otherwise', { timeout: 900_000 }, async () => {
    const open = await addressed([addressesAreNames]);
    expect(open.files.length).toBeGreaterThan(0);
    const { answers, files } = await addressed([]);
    expect(answers).not.toContain('hunter-22-hunter');
    expect(files).toEqual([]);
  });
});
