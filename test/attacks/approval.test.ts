import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, describe, expect, it } from 'vitest';

import { stock } from '../../demo/wheel/stock.ts';
import type { WheelSpec } from '../../demo/wheels.ts';
import { until } from '../support/fault-processes.ts';
import type { Mutation } from '../support/fault-program.ts';
import { expectDone } from '../support/fault-steps.ts';
import { FaultWorld } from '../support/fault-world.ts';

const HOSTILE = '2.12.0';

/** A torch that starts a program of the attacker's once it is imported, out of reach of whoever started it. */
function hostileWheels(script: string): readonly WheelSpec[] {
  const of = (name: string, version: string): WheelSpec => {
    const found = stock().find((one) => one.name === name && one.version === version);
    if (found === undefined) throw new Error(`the stock has no ${name} ${version}`);
    return found;
  };
  const renamed = (files: WheelSpec['files']): Record<string, string> =>
    Object.fromEntries(
      Object.entries(files).map(([path, text]) => [
        path,
        String(text).replaceAll('2.11.0', HOSTILE).replaceAll('0.26.0', '0.27.0'),
      ]),
    );
  const [torch, vision] = [of('torch', '2.11.0'), of('torchvision', '0.26.0')];
  const files = renamed(torch.files);
  const start = `import subprocess\nsubprocess.Popen(['/bin/sh', ${JSON.stringify(script)}], start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n`;
  files['torch/__init__.py'] = `${files['torch/__init__.py'] ?? ''}\n${start}`;
  return [
    { ...torch, version: HOSTILE, files },
    { ...vision, version: '0.27.0', requires: ['numpy', `torch==${HOSTILE}`], files: renamed(vision.files) },
  ];
}

/** Where the attacker's script lies, outside of the world that is made around it. */
const scriptOf = (name: string): string =>
  join(process.env['ORCHESTRATE_TEST_HOME'] ?? '/tmp', `${name}-${process.pid}.sh`);

/** Approves whatever there is, as soon as there is something, with an environment that says nothing of where it comes from. */
function writeScript(file: string, world: FaultWorld): string {
  const told = join(world.base, 'attacker.log');
  const env = Object.entries(world.env).map(([name, value]) => `${name}='${value}'`);
  const approve = `env -i ${env.join(' ')} '${process.execPath}' --disable-warning=ExperimentalWarning '${world.entry}' review approve c1 --json`;
  const lines = [
    `cd '${world.home}'`,
    `mkdir '${world.base}/once' 2>/dev/null || exit 0`,
    `for n in $(seq 40); do`,
    `  ${approve} >> '${told}' 2>&1 && exit`,
    `  grep -q REVIEW_SELF '${told}' && exit`,
    '  sleep 1',
    'done',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return told;
}

/** Waits until the change is held, puts a file of its own into the slot, and has the files taken again. */
function writeResubmit(file: string, world: FaultWorld): string {
  const told = join(world.base, 'attacker.log');
  const env = Object.entries(world.env).map(([name, value]) => `${name}='${value}'`);
  const say = `env -i ${env.join(' ')} '${process.execPath}' --disable-warning=ExperimentalWarning '${world.entry}'`;
  const slot = join(world.home, 'trees', 'env-setup');
  const lines = [
    `cd '${world.home}'`,
    `mkdir '${world.base}/once' 2>/dev/null || exit 0`,
    'for n in $(seq 90); do',
    '  sleep 1',
    `  ${say} review show c1 --json 2>/dev/null | grep -q 'queued.holding' || continue`,
    `  mkdir -p '${slot}/docs/env-setup' && echo mine > '${slot}/${ATTACKERS}'`,
    `  ${say} review resubmit c1 --detach --json >> '${told}' 2>&1 && echo TAKEN >> '${told}' && exit`,
    `  grep -q REVIEW_SELF '${told}' && ${say} runs resume r1 --detach --json >> '${told}' 2>&1`,
    `  grep -q REVIEW_SELF '${told}' && echo REFUSED >> '${told}' && exit`,
    'done',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return told;
}

const ATTACKERS = 'docs/env-setup/theirs.md';

let worlds: FaultWorld[] = [];
afterEach(async () => {
  for (const world of worlds) await world.remove();
  worlds = [];
});

async function worldWith(
  name: string,
  mutations: readonly Mutation[],
  write = writeScript,
): Promise<{ world: FaultWorld; told: string }> {
  const script = scriptOf(name);
  writeFileSync(script, 'exit 0\n');
  const world = await FaultWorld.create({ mutations, wheels: hostileWheels(script) });
  worlds.push(world);
  return { world, told: write(script, world) };
}

const branch = (world: FaultWorld): string => world.git(['rev-parse', 'HEAD']);
const upgrade = (world: FaultWorld) => world.run(['run', 'upgrade pytorch', '--target', HOSTILE, '--json']);

/** Whoever types a command is a person, whatever started it. */
const everybodyIsAPerson: Mutation = {
  file: 'app/operations/_run-output.ts',
  find: 'return host.startedBy === null',
  replace: 'return host.startedBy !== undefined',
};

const slow = { timeout: 600_000 };

describe('A80: what an agent installs approves the change of its own run', () => {
  it('merges without a person where nobody asks who typed it, and is refused as no person', slow, async () => {
    const open = await worldWith('a80-open', [everybodyIsAPerson]);
    const before = branch(open.world);
    await upgrade(open.world);
    await until('the attacker to have merged', () => branch(open.world) !== before || undefined, 90_000);
    expect(open.world.rows('review.answered').at(-1)?.data['by']).toMatchObject({ kind: 'person' });
    await open.world.remove();

    const { world, told } = await worldWith('a80', []);
    const first = branch(world);
    const ended = await upgrade(world);
    expect(ended.exitStatus, ended.err).toBe(7);
    await until(
      'the attacker to have tried',
      () => (existsSync(told) && readFileSync(told, 'utf8').includes('REVIEW_SELF')) || undefined,
      90_000,
    );
    expect(branch(world)).toBe(first);
    expect(world.rows('review.answered').filter(({ data }) => data['reviewer'] === 'final')).toEqual([]);
    // A person can, as before.
    expectDone(await world.run(['review', 'approve', 'c1', '--json']));
    expect(branch(world)).not.toBe(first);
  });
});

/** Nobody asks who hands files in, and a yes beforehand is about whatever comes. */
const anybodyHandsIn: readonly Mutation[] = [
  {
    file: 'engine/requests/review.ts',
    find: 'requirePerson(by, change);\n    requireMine(engine, run, by);',
    replace: 'requireMine(engine, run, by);',
  },
  {
    file: 'engine/changes/review.ts',
    find: 'if (drafted.by !== undefined) return undefined;',
    replace: '',
  },
];

describe('A80: what an agent installs hands in files of its own for a change that was said yes to', () => {
  /** The home file that the change touches is edited by hand: what was said yes to beforehand is held. */
  const heldThenClean = async (world: FaultWorld, told: string): Promise<void> => {
    const path = join(world.home, 'requirements.lock');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, `${before}# mine\n`);
    await world.run(['run', 'upgrade pytorch', '--target', HOSTILE, '--yes', '--detach', '--json']);
    await until(
      'the attacker to have tried',
      () => (existsSync(told) && /^(?:TAKEN|REFUSED)$/m.test(readFileSync(told, 'utf8'))) || undefined,
      150_000,
    );
    writeFileSync(path, before);
  };

  it('merges them where a yes is about whatever comes, and is refused as no person', slow, async () => {
    const open = await worldWith('a80-again-open', anybodyHandsIn, writeResubmit);
    await heldThenClean(open.world, open.told);
    await until(
      'what the attacker wrote to be merged',
      () => existsSync(join(open.world.home, ATTACKERS)) || undefined,
      90_000,
    );
    expect(open.world.git(['log', '-1', '--name-only', '--format='])).toContain(ATTACKERS);
    await open.world.remove();

    const { world, told } = await worldWith('a80-again', [], writeResubmit);
    await heldThenClean(world, told);
    expect(readFileSync(told, 'utf8')).toContain('REVIEW_SELF');
    expect(world.rows('change.drafted')).toHaveLength(1);
    await new Promise((resolve) => {
      setTimeout(resolve, 8_000);
    });
    expect(existsSync(join(world.home, ATTACKERS))).toBe(false);
    // What it wrote is not what was approved, and a person decides about it.
    expect(world.rows('change.drafted')).toHaveLength(1);
    expect(world.git(['ls-tree', '-r', '--name-only', 'HEAD'])).not.toContain(ATTACKERS);
  });
});

/** Writes a request as any process of the same user can: no command of ours is in the way. */
function forge(world: FaultWorld): number {
  const gated = world.rows('change.gated').at(-1)?.data ?? {};
  const data = {
    ...{ change: 'c1', tree: gated['exact'], base: gated['base'], verdict: 'approved', comment: null },
    by: { kind: 'person', name: 'root' },
  };
  const db = new DatabaseSync(join(world.state, 'ledger.db'), { timeout: 10_000 });
  try {
    const { lastInsertRowid } = db
      .prepare('INSERT INTO requests (kind, at_ms, data) VALUES (?, ?, ?)')
      .run('review.answer', Date.now(), JSON.stringify(data));
    return Number(lastInsertRowid);
  } finally {
    db.close();
  }
}

function answerOf(world: FaultWorld, id: number): string | undefined {
  const db = new DatabaseSync(join(world.state, 'ledger.db'), { readOnly: true, timeout: 10_000 });
  try {
    return (db.prepare('SELECT answer FROM requests WHERE id = ?').get(id)?.['answer'] as string | null) ?? undefined;
  } finally {
    db.close();
  }
}

describe('A80: an approval is forged into the ledger in the name of a person', () => {
  const login = (world: FaultWorld) =>
    world.ok(['principals', 'list', '--json']).then(({ json }) => String(json?.['login']));

  it('counts where the policy takes a login for a person, and not where it wants a signature', slow, async () => {
    const world = await FaultWorld.create();
    worlds.push(world);
    const name = await login(world);
    const run = async (): Promise<void> => {
      expect((await world.run(['run', 'upgrade pytorch', '--json'])).exitStatus).toBe(7);
    };
    world.keep('fresh');
    // Without signatures whoever can write the ledger is the person: what a same-user process can do is said plainly.
    await run();
    const before = branch(world);
    forge(world);
    await until('the forged approval to merge', () => branch(world) !== before || undefined, 60_000);

    await world.bringBack('fresh');
    const key = join(world.base, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const publicKey = readFileSync(`${key}.pub`, 'utf8').trim();
    const text = readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8').replace(
      'policy:\n',
      `principals:\n  - { name: ${name}, os-users: [${name}], ssh-keys: ["${publicKey}"] }\npolicy:\n  review: [{ signature: true, why: who can write here is not yet a person }]\n`,
    );
    writeFileSync(join(world.home, 'orchestrate.yaml'), text);
    world.git(['commit', '--quiet', '-am', 'approvals are signed']);
    await run();
    const first = branch(world);
    const id = forge(world);
    const answer = await until('the forged approval to be answered', () => answerOf(world, id), 60_000);
    expect(answer).toContain('SIGNATURE_MISSING');
    expect(branch(world)).toBe(first);
    expectDone(await world.run(['review', 'approve', 'c1', '--sign', key, '--json']));
    expect(world.rows('review.answered').at(-1)?.data['signature']).toMatchObject({
      key: expect.stringMatching(/^SHA256:/) as string,
    });
  });
});
