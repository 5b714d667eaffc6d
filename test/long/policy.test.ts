import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { isAlive, until } from '../support/fault-processes.ts';
import type { CommandResult } from '../support/fault-program.ts';
import { expectDone, expectFault } from '../support/fault-steps.ts';
import { FaultWorld } from '../support/fault-world.ts';

let world: FaultWorld;
const keys = new Map<string, { file: string; text: string }>();
beforeAll(async () => {
  world = await FaultWorld.create({ config: [['idle-time: 10m', 'idle-time: 2s']] });
  for (const name of ['anna', 'ben']) {
    const file = join(world.base, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
    keys.set(name, { file, text: readFileSync(`${file}.pub`, 'utf8').trim() });
  }
  await world.endSupervisor();
  world.keep('fresh');
});
beforeEach(() => world.bringBack('fresh'));
afterAll(() => world.remove());

const keyOf = (name: string) => keys.get(name) ?? { file: '', text: '' };
const login = userInfo().username;
/** Code of the fault that keeps the change from merging. */
const heldBy = ({ json: answer }: CommandResult): unknown =>
  (answer?.['change'] as { held?: { code?: string } | null } | undefined)?.held?.code;
const branch = (): string => world.git(['rev-parse', 'HEAD']);
const json = (args: readonly string[]): Promise<CommandResult> => world.run([...args, '--json']);

/** Puts rules into the configuration and commits, as the person would. */
function policy(rules: string, principals = ''): void {
  const file = join(world.home, 'orchestrate.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('policy:\n', `${principals}policy:\n${rules}`));
  world.git(['commit', '--quiet', '-am', 'a policy']);
}

/** Line of `orchestrate.yaml` that begins so; lines count from 1. */
const lineOf = (start: string): number =>
  readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8')
    .split('\n')
    .findIndex((line) => line.startsWith(start)) + 1;

async function waiting(): Promise<void> {
  const ended = await json(['run', 'upgrade pytorch']);
  expect(ended.exitStatus, ended.err).toBe(7);
  expect(world.rows('change.gated').at(-1)?.data['verdict']).toBe('proven');
}

/** `HH:MM` in so many minutes, of a machine in UTC. */
const clock = (inMinutes: number): string => new Date(Date.now() + inMinutes * 60_000).toISOString().slice(11, 16);

describe('two persons who share a login', () => {
  it('sign, one after the other; neither can be the other, nor answer twice', async () => {
    const person = (name: string) => `  - { name: ${name}, os-users: [${login}], ssh-keys: ["${keyOf(name).text}"] }\n`;
    policy(
      '  review: [{ when: { package: torch }, persons: 2, signature: true, why: four eyes }]\n',
      `principals:\n${person('anna')}${person('ben')}`,
    );
    await waiting();
    const first = branch();
    expectFault(await json(['review', 'approve', 'c1']), 'PRINCIPAL_UNKNOWN', 5);
    const half = await json(['review', 'approve', 'c1', '--sign', keyOf('anna').file]);
    expect(half.exitStatus).toBe(7);
    expect((half.json?.['waiting'] as { sentence?: string } | undefined)?.sentence).toBe(
      'c1 has the approval of anna and waits for more: 1 of 2 persons (ben)',
    );
    expectFault(await json(['review', 'approve', 'c1', '--sign', keyOf('anna').file]), 'REVIEW_TWICE', 5);
    expectFault(await json(['review', 'merge', 'c1', '--sign', keyOf('ben').file]), 'CHANGE_NOT_APPROVED', 5);
    expect(branch()).toBe(first);
    const explained = await json(['policy', 'explain', 'c1']);
    const asks = explained.json?.['asks'] as readonly { what: string; at: string; who: readonly string[] }[];
    expect(asks.find(({ what }) => what.includes('2 persons'))).toMatchObject({
      at: `orchestrate.yaml:${lineOf('  review: [')}`,
      who: ['ben'],
    });
    expectDone(await json(['review', 'approve', 'c1', '--sign', keyOf('ben').file]));
    expect(branch()).not.toBe(first);
  });
});

describe('a change that was approved for the window', () => {
  it('merges at its time, by a supervisor that would have ended long before', async () => {
    await waiting();
    const first = branch();
    const from = clock(2);
    const added = await json(['windows', 'add', '--from', from, '--to', clock(6), '--reason', 'soon']);
    expect(added.exitStatus, added.out).toBe(0);
    const approved = await json(['review', 'approve', 'c1', '--tonight']);
    expect({ exitStatus: approved.exitStatus, code: heldBy(approved) }).toEqual({ exitStatus: 7, code: 'WINDOW_SHUT' });
    expect(branch()).toBe(first);
    const pid = world.supervisorPid();
    await until('the window to open and the change to merge', () => branch() !== first || undefined, 180_000);
    expect(clock(0) >= from).toBe(true);
    expect(world.supervisorPid()).toBe(pid);
    await until('the run to be done', () => world.rows('run.closed').length > 0 || undefined, 60_000);
    await until('the supervisor to end, now that nothing waits for a time', () => !isAlive(pid) || undefined, 30_000);
  });

  it('is still merged at its time by a supervisor that came after a kill', async () => {
    await waiting();
    const first = branch();
    const from = clock(2);
    await json(['windows', 'add', '--from', from, '--to', clock(5), '--reason', 'soon']);
    const approved = await json(['review', 'approve', 'c1', '--tonight']);
    expect(approved.exitStatus).toBe(7);
    process.kill(world.supervisorPid(), 'SIGKILL');
    // It says what to type then.
    const held = world.rows('change.held').at(-1)?.data['fault'] as { state?: string } | undefined;
    expect(held?.state).toContain('orchestrate runs resume r1');
    expect((await json(['runs', 'resume', 'r1'])).exitStatus).toBe(7);
    await until('the change to merge', () => branch() !== first || undefined, 180_000);
    expect(clock(0) >= from).toBe(true);
  });
});

describe('in a freeze', () => {
  it('an approval is kept, nothing merges, a broken glass does and leaves a follow-up, and undo goes back', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    policy(`  freezes: [{ from: ${day}, to: ${tomorrow}, reason: release week }]\n`);
    await waiting();
    const first = branch();
    const approved = await json(['review', 'approve', 'c1']);
    expect({ exitStatus: approved.exitStatus, code: heldBy(approved) }).toEqual({
      exitStatus: 7,
      code: 'MERGE_FROZEN',
    });
    expectFault(await json(['review', 'merge', 'c1']), 'MERGE_FROZEN', 7);
    expectFault(await json(['review', 'merge', 'c1', '--break-glass']), 'REASON_MISSING', 1);
    expect(branch()).toBe(first);
    expectDone(await json(['review', 'merge', 'c1', '--break-glass', '--comment', 'production is down']));
    expect(branch()).not.toBe(first);
    const { out } = await world.run(['status']);
    expect(out).toContain(`f1: ${login} passed over the policy for c1 (production is down)`);
    await world.ok(['followups', 'close', 'f1', '--comment', 'looked at', '--json']);
    expect((await json(['followups', 'list'])).json).toEqual({ followUps: [] });
    expectDone(await json(['undo', '--yes']));
    expect(world.git(['rev-parse', 'HEAD^{tree}'])).toBe(world.git(['rev-parse', `${first}^{tree}`]));
  });
});
