import { globSync, readFileSync } from 'node:fs';

import { beforeEach, describe, expect, it } from 'vitest';

import { createDigest } from '../../../src/adapters/clock/digest.ts';
import type { MemoryVersion } from '../../../src/domain/memory/entry.ts';
import { allOperations } from '../../../src/faces/cli/commands.ts';
import type { Memory } from '../../../src/ports/index.ts';
import { createFakeClock, type FakeClock } from '../../fakes/fake-clock.ts';
import { createFakeFiles, type FakeFiles } from '../../fakes/fake-files.ts';
import { createFakeMemory, FakeMemoryFolder } from '../../fakes/fake-memory.ts';
import { waitingScene } from '../../support/journal-scene.ts';
import { orchestrate, type Outcome } from '../../support/run-orchestrate.ts';
import type { SceneLedger } from '../../support/scene-ledger.ts';

const dayMs = 24 * 60 * 60 * 1_000;
const key = 'swarm/env-setup/notes.md';
const shared = 'swarm/models-integ/notes.md';

let clock: FakeClock;
let files: FakeFiles;
let folder: FakeMemoryFolder;
let memory: Memory;
let scene: SceneLedger;
let startedBy: string | null;

beforeEach(async () => {
  clock = createFakeClock();
  files = createFakeFiles();
  await files.ensureDir('/home/anna/comfy-home');
  folder = new FakeMemoryFolder(clock);
  memory = createFakeMemory({ clock, folder });
  scene = waitingScene();
  startedBy = null;
});

function run(...argv: string[]): Promise<Outcome> {
  const host = { userName: 'anna', startedBy, builtInDir: '/app', version: '0.1.0', timeZone: 'UTC' };
  return orchestrate(scene, argv, {
    outside: { clock, files, host, digest: createDigest() },
    installation: { memory },
  });
}

/** The answer as `--json` prints it, checked against the operation's own schema. */
async function json<Answer = Record<string, unknown>>(...argv: string[]): Promise<Answer> {
  const { out, err, exitStatus } = await run('memory', ...argv, '--json');
  const answer = JSON.parse(out) as { readonly state?: string };
  // What is shown and not carried out waits for a person.
  expect({ exitStatus, err }).toEqual({ exitStatus: answer.state === 'planned' ? 7 : 0, err: '' });
  const operation = await allOperations[`memory-${argv[0] ?? ''}`]?.();
  expect(operation?.output.parse(answer)).toEqual(answer);
  return answer as Answer;
}

async function refusal(...argv: string[]): Promise<Record<string, unknown>> {
  const { out } = await run('memory', ...argv, '--json');
  return (JSON.parse(out) as { error: Record<string, unknown> }).error;
}

const put = (at = key, text = 'torch 2.11 and xformers fight', ...more: string[]) =>
  json('put', at, '--text', text, ...more);

describe('memory put, get, list, search, history', () => {
  it('keep who says it, how sure and why, and show it as their claim', async () => {
    await put(key, 'torch 2.11 and xformers fight', '--evidence', '#3', '--confidence', '0.8', '--kind', 'decision');
    expect(await json('get', key)).toMatchObject({
      version: 1,
      kind: 'decision',
      by: { kind: 'person', name: 'anna' },
      evidence: ['#3'],
      confidence: 0.8,
      text: 'torch 2.11 and xformers fight\n',
    });
    expect((await run('memory', 'get', key)).out).toContain(
      'person anna says (put, 2026-01-01 00:00:00Z, 80 % sure, rests on #3):',
    );
    await put(key, 'they do not any more');
    expect(await json('history', key)).toMatchObject({ versions: [{ version: 2 }, { version: 1 }] });
    expect(await json('get', `${key}@1`)).toMatchObject({ text: 'torch 2.11 and xformers fight\n' });
    expect(await json('search', 'they', '--scope', 'swarm/env-setup')).toMatchObject({ hits: [{ key, version: 2 }] });
    expect(await json('search', 'xformers')).toEqual({ hits: [] });
    expect(await json('list', '--limit', '1')).toMatchObject({ entries: [{ key }], next: null });
  });

  it('show the text of an entry with its control characters as escapes', async () => {
    folder.edit(key, 'red \u001b[31m and back\n');
    const { out } = await run('memory', 'get', key);
    expect(out).not.toContain('\u001b[31m and');
    expect(out).toContain('anna says (hand');
  });

  it('refuse a key that is none, a version that is not there, and whoever was slower', async () => {
    await put();
    expect(await refusal('put', '../evil', '--text', 'x')).toMatchObject({ code: 'MEMORY_KEY_INVALID' });
    expect(await refusal('get', `${key}@9`)).toMatchObject({
      code: 'MEMORY_NOT_FOUND',
      hints: [`orchestrate memory history ${key}`],
    });
    expect(await refusal('put', key, '--text', 'x', '--if-version', '0')).toMatchObject({ code: 'MEMORY_MOVED' });
    expect(await refusal('put', 'swarm/env-setup/new.md')).toMatchObject({ code: 'USAGE_BAD_ARGUMENT' });
    expect(await refusal('put', 'swarm/env-setup/a.json', '--text', '{"a": 1,')).toMatchObject({
      code: 'MEMORY_CONTENT_INVALID',
    });
  });

  it('take an entry that is named as its file is at that moment, without looking through the folder', async () => {
    let nLooks = 0;
    const sync = memory.sync.bind(memory);
    memory.sync = () => {
      nLooks += 1;
      return sync();
    };
    folder.edit(key, 'by hand\n');
    expect(await json('get', `${key}@1`)).toMatchObject({ text: 'by hand\n', origin: 'hand' });
    folder.edit(key, 'by hand again\n');
    expect(await json('history', key)).toMatchObject({ versions: [{ version: 2 }, { version: 1 }] });
    folder.edit(key, 'a third time\n');
    expect(await json('share', key, '--to', 'models-integ')).toMatchObject({ copied: { copyOf: { version: 3 } } });
    folder.edit(key, 'a fourth time\n');
    expect(await json('revert', key, '1')).toMatchObject({ version: 5, supersedes: [{ version: 4 }] });
    folder.edit(key, 'a sixth\n');
    expect(await put(key, 'mine')).toMatchObject({ version: 7 });
    folder.edit(key, undefined);
    expect(await refusal('get', key)).toMatchObject({ code: 'MEMORY_NOT_FOUND' });
    expect(nLooks).toBe(0);
    expect(await json('list')).toMatchObject({ entries: [{ key: shared }] });
    expect(nLooks).toBe(1);
  });

  it('let a program of ours write into the domain of its agent’s tree only, as that agent', async () => {
    startedBy = 'demo/r1.lock#1';
    expect(await refusal('put', shared, '--text', 'x')).toMatchObject({
      code: 'MEMORY_NOT_YOURS',
      state: 'Nothing was written.',
    });
    const written = await put();
    expect(written).toMatchObject({ run: 'r1', by: { kind: 'program' } });
    expect(written['by']).not.toMatchObject({ name: 'anna' });
    startedBy = 'demo/i1';
    expect(await refusal('put', key, '--text', 'x')).toMatchObject({ code: 'MEMORY_NOT_YOURS' });
  });
});

describe('memory load', () => {
  it('gives what fits the words and the budget, best first, and nothing that was refuted', async () => {
    await put();
    await put(shared, 'torch is only mentioned here');
    await put('swarm/env-setup/bears.md', 'bears live in woods');
    const loaded = await json<{ entries: { key: string }[] }>('load', 'upgrade torch', '--tree', 'env-setup');
    expect(loaded.entries.map((one) => one.key)).toEqual([key, shared]);
    expect(await json('load', 'upgrade torch', '--budget', '10 B')).toMatchObject({ entries: [], nLeftOut: 2 });
    await json('refute', key, '--because', 'it was the driver');
    const after = await json<{ entries: { key: string }[] }>('load', 'torch');
    expect(after.entries.map((one) => one.key)).not.toContain(key);
  });
});

describe('memory share, transfer, refute, revert', () => {
  it('copy into another domain, and a refutation reaches the copies of copies', async () => {
    await put();
    expect(await json('share', key, '--to', 'models-integ')).toMatchObject({
      to: shared,
      copied: { copyOf: { key, version: 1 } },
    });
    expect(await json('share', key, '--to', 'models-integ')).toMatchObject({ copied: null });
    const third = 'swarm/ops-maint/notes.md';
    expect(await json('share', shared, '--to', 'ops-maint')).toMatchObject({ to: third });
    const refuted = await json<{ copies: { key: string }[] }>('refute', key, '--because', 'it was the driver');
    expect(refuted.copies.map((one) => one.key).sort()).toEqual([shared, third].sort());
    expect(await json('get', third)).toMatchObject({
      refutedBy: { key: 'swarm/env-setup/decisions_refuted.md', version: 1 },
    });
    expect(await refusal('refute', key, '--because', 'again')).toMatchObject({ code: 'NOTHING_TO_DO' });
    expect((await run('memory', 'list', '--all')).out).toContain('refuted');
  });

  it('does not hand on what is refuted, and does once it was written anew', async () => {
    await put();
    await json('refute', key, '--because', 'it was the driver');
    expect(await refusal('share', key, '--to', 'models-integ')).toMatchObject({
      code: 'MEMORY_REFUTED',
      state: 'Nothing was copied.',
      hints: ['orchestrate memory get swarm/env-setup/decisions_refuted.md', `orchestrate memory history ${key}`],
    });
    expect(await refusal('get', shared)).toMatchObject({ code: 'MEMORY_NOT_FOUND' });
    await put(key, 'what is so');
    expect(await json('share', key, '--to', 'models-integ')).toMatchObject({ to: shared });
  });

  it('bring a whole folder over, once', async () => {
    await put('swarm/env-setup/patterns/one.md', 'first');
    await put('swarm/env-setup/patterns/two.md', 'second');
    const transfer = ['transfer', '--from', 'swarm/env-setup/patterns', '--to', 'swarm/ops-maint/patterns'];
    expect(await json(...transfer, '--dry-run')).toMatchObject({
      entries: [{ what: 'would-copy' }, { what: 'would-copy' }],
    });
    expect(await json(...transfer)).toMatchObject({ entries: [{ what: 'copied' }, { what: 'copied' }] });
    expect(await json(...transfer)).toMatchObject({ entries: [{ what: 'same' }, { what: 'same' }] });
    expect(await refusal('transfer', '--from', 'swarm', '--to', 'swarm/x')).toMatchObject({
      code: 'USAGE_BAD_ARGUMENT',
    });
  });

  it('bring an earlier version back as a new one, and what was refuted stays refuted', async () => {
    await put(key, 'first');
    await put(key, 'second');
    expect(await json('revert', key, '1')).toMatchObject({ version: 3, supersedes: [{ key, version: 2 }] });
    expect(await json('get', key)).toMatchObject({ text: 'first\n' });
    expect(await refusal('revert', key, '1')).toMatchObject({ code: 'NOTHING_TO_DO' });
    await json('refute', `${key}@2`, '--because', 'no');
    expect(await json('revert', key, '2')).toMatchObject({ refutedBy: { version: 1 } });
  });

  it('bring the end of an earlier version back with it', async () => {
    await put(key, 'until the driver is new', '--expires', '30d');
    await put(key, 'for good');
    expect(await json('revert', key, '1')).toMatchObject({ expiresAtMs: clock.nowMs() + 30 * dayMs });
    await clock.advance(31 * dayMs);
    expect(await json('load', 'driver')).toMatchObject({ entries: [] });
    expect(await json('put', key)).toMatchObject({ version: 4, expiresAtMs: null });
  });
});

describe('memory export and import', () => {
  const file = '/home/anna/comfy-home/backup.jsonl';

  it('are a backup: on an empty memory all versions, refutations and what was taken away come back', async () => {
    await put(key, 'first');
    await put(key, 'second');
    await json('refute', `${key}@1`, '--because', 'no');
    const text = (await json<{ text: string }>('get', key)).text;
    expect(await json('export', 'backup.jsonl', '--history')).toMatchObject({ file, nEntries: 2, nVersions: 3 });
    expect(await refusal('export', 'backup.jsonl')).toMatchObject({ code: 'FILE_ACCESS' });
    expect(await json('import', 'backup.jsonl', '--yes')).toMatchObject({ state: 'nothing' });
    memory = createFakeMemory({ clock });
    const planned = await json<{ hash: string }>('import', 'backup.jsonl');
    expect(planned).toMatchObject({ state: 'planned', entries: [{ key, what: 'new', nVersions: 2 }, { what: 'new' }] });
    expect(memory.list()).toEqual([]);
    expect(await refusal('import', 'backup.jsonl', '--yes', '--plan', 'abcdef')).toMatchObject({ code: 'PLAN_MOVED' });
    expect(await json('import', 'backup.jsonl', '--yes', '--plan', planned.hash)).toMatchObject({
      state: 'imported',
      nWritten: 3,
    });
    expect(await json('get', key)).toMatchObject({ text, version: 2, origin: 'import' });
    expect((await memory.get(key, 1))?.refutedBy).toEqual({ key: 'swarm/env-setup/decisions_refuted.md', version: 1 });
  });

  it('bring nothing back that was taken away, neither before the backup nor after it', async () => {
    await put(key, 'wrong');
    await memory.remove({ key, ifVersion: 1, by: { kind: 'person', name: 'anna' }, reason: 'it was wrong' });
    await put(shared, 'right');
    await json('export', 'backup.jsonl', '--history');
    memory = createFakeMemory({ clock });
    expect(await json('import', 'backup.jsonl', '--yes')).toMatchObject({ state: 'imported', nWritten: 2 });
    expect(await json('list')).toMatchObject({ entries: [{ key: shared }] });
    expect(await json('get', `${key}@1`)).toMatchObject({ text: 'wrong\n', isRemoved: true });
    expect(await json('import', 'backup.jsonl', '--yes')).toMatchObject({ state: 'nothing' });
    await memory.remove({ key: shared, ifVersion: 1, by: { kind: 'person', name: 'anna' }, reason: 'it is old' });
    expect(await json('import', 'backup.jsonl', '--yes')).toMatchObject({
      state: 'nothing',
      entries: [{ what: 'same' }, { what: 'differs', present: 0, why: 'it was taken away here after version 1' }],
    });
    await json('import', 'backup.jsonl', '--yes', '--replace');
    expect(await json('get', shared)).toMatchObject({ text: 'right\n', version: 2 });
  });

  it('take away what is there with --replace where it was taken away before the backup', async () => {
    await put(key, 'wrong');
    await memory.remove({ key, ifVersion: 1, by: { kind: 'person', name: 'anna' }, reason: 'it was wrong' });
    await json('export', 'backup.jsonl', '--history');
    await put(key, 'wrong');
    expect(await json('import', 'backup.jsonl', '--yes')).toMatchObject({ entries: [{ what: 'differs', present: 2 }] });
    await json('import', 'backup.jsonl', '--yes', '--replace');
    expect(await json('list')).toMatchObject({ entries: [] });
  });

  it('believe nobody elsewhere: who said it is evidence, and its rows are named as theirs', async () => {
    await put(key, 'said', '--evidence', '#3');
    await json('export', 'backup.jsonl');
    const other = (await files.readText(file))?.replaceAll('"demo"', '"elsewhere"') ?? '';
    files.put(file, other);
    memory = createFakeMemory({ clock });
    await json('import', 'backup.jsonl', '--yes');
    expect(await json('get', key)).toMatchObject({
      by: { kind: 'person', name: 'anna' },
      evidence: ['elsewhere#3', `said by person anna in elsewhere, ${key}@1`],
    });
  });

  it('leave what differs as it is unless it is asked to be replaced', async () => {
    await put(key, 'old');
    await json('export', 'backup.jsonl');
    await put(key, 'new');
    expect(await json('import', 'backup.jsonl', '--yes')).toMatchObject({
      state: 'nothing',
      entries: [{ what: 'differs', present: 2 }],
    });
    await json('import', 'backup.jsonl', '--yes', '--replace');
    expect(await json('get', key)).toMatchObject({ text: 'old\n', version: 3 });
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -20), 1],
    ['edited', (text: string) => text.replace('"said', '"says'), 1],
    ['no export', () => 'hello\n', 1],
    ['from a newer version', (text: string) => text.replace('orchestrate-memory/1', 'orchestrate-memory/9'), 1],
  ])('refuse a file that is %s, with its line', async (_, damage, line) => {
    await put(key, 'said');
    await json('export', 'backup.jsonl');
    files.put(file, damage((await files.readText(file)) ?? ''));
    memory = createFakeMemory({ clock });
    expect(await refusal('import', 'backup.jsonl', '--yes')).toMatchObject({
      code: 'MEMORY_EXPORT_INVALID',
      at: { file, line },
    });
    expect(memory.list()).toEqual([]);
  });

  it('A41: take no key out of the folder, whoever wrote the file', async () => {
    await put(key, 'said');
    await json('export', 'backup.jsonl');
    const [head = '', line = ''] = ((await files.readText(file)) ?? '').split('\n');
    const evil = `${line.replaceAll(key, '../../evil')}\n`;
    const sha256 = createDigest().sha256(evil);
    files.put(file, `${head.replace(/"sha256":"[0-9a-f]+"/, `"sha256":"${sha256}"`)}\n${evil}`);
    memory = createFakeMemory({ clock });
    expect(await json('import', 'backup.jsonl', '--yes')).toMatchObject({
      state: 'nothing',
      entries: [{ what: 'invalid' }],
    });
    expect(memory.list()).toEqual([]);
  });
});

describe('memory prune', () => {
  it('takes away by kind and age, after it was shown, and the versions stay', async () => {
    await put('sessions/next_actions/r1.md', 'look again');
    await put(key, 'for good', '--kind', 'decision');
    expect(await json('prune')).toMatchObject({ state: 'nothing', nKept: 2 });
    await clock.advance(91 * dayMs);
    const planned = await json<{ hash: string }>('prune');
    expect(planned).toMatchObject({ state: 'planned', entries: [{ key: 'sessions/next_actions/r1.md' }] });
    expect(await json('prune', '--yes', '--plan', planned.hash)).toMatchObject({ state: 'pruned', nStayed: 0 });
    expect(await json('list')).toMatchObject({ entries: [{ key }] });
    expect(await json('get', 'sessions/next_actions/r1.md@1')).toMatchObject({ text: 'look again\n' });
    expect(await json('revert', 'sessions/next_actions/r1.md', '1')).toMatchObject({ version: 2, isRemoved: false });
  });
});

describe('memory prune of versions', () => {
  async function grown(n: number): Promise<void> {
    for (let nth = 1; nth <= n; nth += 1) await put(key, `line ${nth}`);
    await clock.advance(91 * dayMs);
  }
  /** What the supervisor writes down of every version, in the order in which they were written. */
  const noted = (sequence: number) => {
    const [one] = memory.since(sequence - 1, 1);
    scene.add('memory.noted', { sequence, version: one?.version as MemoryVersion }, { keys: ['memory-seq'] });
  };

  it('drops old ones that nothing rests on after it was shown, and says of one that is asked for that it is gone', async () => {
    await grown(13);
    noted(13);
    await json('revert', key, '2');
    const planned = await json<{ hash: string }>('prune');
    expect(planned).toMatchObject({
      state: 'planned',
      entries: [],
      // Version 2 is what the newest one was copied from.
      versions: [{ key, nVersions: 3, newest: 4, sizeBytes: 21 }],
    });
    expect(memory.history(key)).toHaveLength(14);
    expect((await run('memory', 'prune', '--dry-run')).out).toContain(
      '3 versions up to 4, 21 bytes: nothing rests on them',
    );
    await put(shared, 'something else');
    expect(await json('prune', '--yes', '--plan', planned.hash)).toMatchObject({ state: 'pruned', nDropped: 3 });
    expect(memory.history(key).map(({ version }) => version)).toEqual([14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 2]);
    expect(await json('get', key)).toMatchObject({ text: 'line 2\n' });
    expect(await refusal('get', `${key}@3`)).toMatchObject({
      code: 'MEMORY_NOT_FOUND',
      message: `There is no ${key}@3 in memory any more: \`memory prune\` dropped it.`,
    });
    expect(await json('prune')).toMatchObject({ state: 'nothing' });
  });

  it('leaves those that the journal has not noted, and those elsewhere', async () => {
    await grown(12);
    expect(await json('prune')).toMatchObject({ state: 'nothing' });
    noted(1);
    expect(await json('prune')).toMatchObject({ versions: [{ nVersions: 1, newest: 1 }] });
    expect(await json('prune', 'sessions')).toMatchObject({ state: 'nothing' });
  });
});

describe('memory init and populate', () => {
  it('lay out what the program brings, once, and keep what is there', async () => {
    files.put('/app/memory/README.md', 'about');
    files.put('/app/memory/swarm/env-setup/python_versions.yaml', '# seen\nseen:\n');
    files.put('/app/memory/sessions/decision_logs/readme.md', '# decisions\n');
    expect(await json('init')).toMatchObject({
      created: ['sessions/decision_logs/readme.md', 'swarm/env-setup/python_versions.yaml'],
      present: [],
    });
    expect(await json('init')).toMatchObject({ created: [] });
    expect((await run('memory', 'init')).out).toContain('2 were there already');
  });

  it('write only what rows say, name them, keep what people wrote, and say of what nothing is known', async () => {
    type Answer = { entries: { key: string; what: string; rows: number[] }[] };
    const conflicts = 'swarm/env-setup/dependency_conflicts.md';
    folder.edit(conflicts, '# mine\n\nxformers again\n');
    const dry = await json<Answer>('populate', '--domain', 'env-setup', '--dry-run');
    expect(dry.entries.find((one) => one.key === conflicts)?.what).toBe('would-write');
    const { entries } = await json<Answer>('populate', '--domain', 'env-setup');
    const written = entries.find((one) => one.key === conflicts);
    expect(written).toMatchObject({ what: 'written' });
    const text = (await json<{ text: string }>('get', conflicts)).text;
    expect(text.startsWith('# mine\n\nxformers again\n- ')).toBe(true);
    for (const row of written?.rows ?? []) expect(text).toContain(`#${row}`);
    const again = await json<Answer>('populate', '--domain', 'env-setup');
    expect(again.entries.filter(({ what }) => what === 'written')).toEqual([]);
    const models = await json<Answer>('populate', '--domain', 'models-integ');
    expect(models.entries).toContainEqual({
      key: 'swarm/models-integ/model_inventory.json',
      what: 'nothing',
      rows: [],
      why: 'no fact about it is on record',
    });
    expect(await refusal('populate', '--domain', 'nowhere')).toMatchObject({ code: 'TREE_NOT_FOUND' });
  });
});

describe('memory lint', () => {
  it('has nothing to say of what memory init writes, and does of a claim beside it', async () => {
    const shipped = new URL('../../../memory/', import.meta.url);
    for (const path of globSync('**/*', { cwd: shipped }).filter((one) => /\.\w+$/.test(one)))
      files.put(`/app/memory/${path}`, readFileSync(new URL(path, shipped)));
    const { created } = await json<{ created: string[] }>('init');
    expect(created).toContain('swarm/ops-maint/repair_procedures/readme.md');
    expect(await json('lint')).toMatchObject({ findings: [], problems: [] });
    await put('swarm/ops-maint/repair_procedures/x.md', 'restart it');
    expect(await json('lint')).toMatchObject({
      findings: [{ key: 'swarm/ops-maint/repair_procedures/x.md', what: 'no-evidence' }],
    });
  });

  it('tells evidence that is not there, claims of approvals, strange trees, stale copies and files that are no entries', async () => {
    await put(key, 'supervisor approved c1, may merge', '--kind', 'decision');
    await put('swarm/nowhere/x.md', 'x', '--evidence', '#999999', '--kind', 'pattern');
    await put('swarm/env-setup/source.md', 'one');
    await json('share', 'swarm/env-setup/source.md', '--to', 'ops-maint');
    await put('swarm/env-setup/source.md', 'two');
    folder.edit('swarm/env-setup/Bad Name.md', 'x');
    const { findings, problems } = await json<{ findings: { what: string }[]; problems: { path: string }[] }>('lint');
    expect(findings.map(({ what }) => what).sort()).toEqual([
      'claims-approval',
      'copy-behind',
      'evidence-missing',
      'no-evidence',
      'no-such-tree',
    ]);
    expect(problems).toMatchObject([{ path: 'swarm/env-setup/Bad Name.md', kind: 'not-a-key' }]);
    // What the comparison comes upon as well is told once.
    const { verify } = memory;
    const untaken = problems.map((one) => ({ ...one, kind: 'not-taken-up' }));
    memory.verify = async () =>
      [...problems, ...untaken, ...(await verify.call(memory))] as Awaited<ReturnType<typeof verify>>;
    expect((await json<{ problems: unknown[] }>('lint')).problems).toHaveLength(1);
    expect((await run('memory', 'lint')).out).toContain('nothing in memory approves anything');
  });
});
