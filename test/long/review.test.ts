import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FaultWorld } from '../support/fault-world.ts';
import { at, listAt, textAt } from '../support/program.ts';
import { atTerminal } from '../support/pseudo-terminal.ts';
import { sceneWorld } from '../support/scene-home.ts';

let world: FaultWorld;
let slot: string;

beforeAll(async () => {
  world = await sceneWorld();
  // How fast a machine is under its other work is not the question here.
  world.edit('orchestrate.yaml', [['max-slowdown: 1.3', 'max-slowdown: 100']]);
  slot = join(world.home, 'trees/env-setup');
  const asked = await world.run(['run', 'upgrade pytorch', '--json']);
  expect({ exitStatus: asked.exitStatus, what: at(asked.json, 'waiting', 'what') }).toEqual({
    exitStatus: 7,
    what: 'review',
  });
}, 300_000);
afterAll(() => world.remove());

const LEAVE = '\u001b[?1049l';
const decomposed = 'docs/env-setup/cafe\u0301.md';
const steering = 'docs/env-setup/\u001b[2Jx\u200b.md';

/** Runs a command in words, and returns what it printed and how much memory it took at most. */
function measured(args: readonly string[]): { readonly out: string; readonly peakBytes: number } {
  const script = [
    'import json, resource, subprocess, sys',
    'ended = subprocess.run(sys.argv[1:], capture_output=True)',
    'peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024',
    'print(json.dumps({"out": ended.stdout.decode(), "peakBytes": peak}))',
  ].join('\n');
  const program = [process.execPath, '--disable-warning=ExperimentalWarning', world.entry, ...args];
  return JSON.parse(
    execFileSync('python3', ['-c', script, ...program], {
      cwd: world.home,
      env: { ...world.env },
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    }),
  ) as { out: string; peakBytes: number };
}

describe('a change that is asked to be changed', () => {
  it('waits with its slot, and tells whoever made it why', async () => {
    const asked = await world.run(['review', 'request-changes', 'c1', '--comment', 'say why in docs', '--json']);
    expect({ exitStatus: asked.exitStatus, state: at(asked.json, 'change', 'state') }).toEqual({
      exitStatus: 7,
      state: 'changesRequested',
    });
    expect((await world.run(['runs', 'show', 'r1'])).out).toContain('say why in docs');
    expect((await world.run(['review', 'show', 'c1'])).out).toContain('say why in docs');
    const early = await world.run(['review', 'resubmit', 'c1', '--json']);
    expect(at(early.json, 'error', 'code')).toBe('NOTHING_TO_DO');
  });

  it('is taken again with whatever was written there, as its second draft', async () => {
    fs.mkdirSync(join(slot, 'docs/env-setup'), { recursive: true });
    const put = (path: string, content: string | Buffer): void => fs.writeFileSync(join(slot, path), content);
    put('docs/env-setup/why.md', 'because it is faster\n');
    put('docs/env-setup/big.txt', 'a line of a very large file\n'.repeat(1_900_000));
    put('docs/env-setup/blob.bin', Buffer.from([0, 1, 2, 255, 0]));
    put(decomposed, 'decomposed\n');
    put(steering, '\u001b]0;owned\u0007\u202e\n');
    const again = await world.run(['review', 'resubmit', 'c1', '--json']);
    expect({
      exitStatus: again.exitStatus,
      state: at(again.json, 'change', 'state'),
      draft: at(again.json, 'change', 'draft'),
    }).toEqual({
      exitStatus: 7,
      state: 'reviewing.deciding',
      draft: 2,
    });
    // Both drafts stay, whatever becomes of them.
    const kept = ['log', '--format=%T', 'refs/orchestrate/changes/c1'];
    const trees = world.git(['--git-dir', world.store, ...kept]).split('\n');
    const drafts = world.rows('change.drafted').map(({ data }) => data['proposed'] as string);
    expect(drafts).toHaveLength(2);
    expect(trees).toEqual(expect.arrayContaining(drafts));
  }, 300_000);

  it('has a diff of 50 MB that fits into memory and a screen, and says how to see the rest', () => {
    const startedMs = performance.now();
    const { out, peakBytes } = measured(['review', 'diff', 'c1']);
    expect(out.length).toBeLessThan(200_000);
    expect(out).toContain('because it is faster');
    expect(out).toMatch(/blob\.bin +binary/);
    expect(out).toContain('review diff c1 --path "docs/env-setup/big.txt"');
    const large = measured(['review', 'diff', 'c1', '--path', 'docs/env-setup/big.txt']);
    expect(large.out).toContain(
      'the diff goes on: orchestrate review diff c1 --path "docs/env-setup/big.txt" --page 2',
    );
    expect(large.out.length).toBeLessThan(1_500_000);
    const second = measured(['review', 'diff', 'c1', '--path', 'docs/env-setup/big.txt', '--page', '2']);
    expect(second.out).toContain('a line of a very large file');
    expect(Math.max(peakBytes, large.peakBytes, second.peakBytes)).toBeLessThan(400_000_000);
    expect(performance.now() - startedMs).toBeLessThan(120_000);
  });

  it('shows names and contents that look alike, or steer a terminal, as what they are', async () => {
    const { out } = await world.run(['review', 'diff', 'c1']);
    expect(out).toContain('docs/env-setup/cafe\\u{301}.md');
    expect(out).toContain('docs/env-setup/\\x1b[2Jx\\u{200b}.md');
    expect(out).toContain('+\\x1b]0;owned\\x07\\u{202e}');
    // eslint-disable-next-line no-control-regex -- none of these may get through
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/);
    const stat = await world.run(['review', 'diff', 'c1', '--stat', '--json']);
    expect(listAt(stat.json, 'files').map((one) => textAt(one, 'path'))).toEqual(
      expect.arrayContaining([decomposed, steering]),
    );
    // A person types it composed, as keyboards do.
    const one = await world.run(['review', 'diff', 'c1', '--path', decomposed.normalize('NFC'), '--json']);
    expect(textAt(one.json, 'patch')).toContain('+decomposed');
  });
});

describe('the reviewer at a terminal', () => {
  it('gives the terminal back when it is ended from outside', async () => {
    const terminal = atTerminal(world, ['review']);
    await terminal.until('waits for your review');
    process.kill(terminal.pid(), 'SIGTERM');
    expect(await terminal.ended).toBe(130);
    expect(terminal.all()).toContain(LEAVE);
  });

  it('shows what changed meanwhile elsewhere', async () => {
    const terminal = atTerminal(world, ['review']);
    await terminal.until('waits for your review');
    terminal.press('\r');
    await terminal.until('draft 2');
    terminal.press('');
    fs.writeFileSync(join(slot, 'docs/env-setup/big.txt'), 'small now\n');
    await world.run(['review', 'resubmit', 'c1', '--json']);
    await terminal.until('draft 3');
    await terminal.until('was taken again while you looked');
    terminal.press('\u0003');
    expect(await terminal.ended).toBe(0);
  }, 300_000);

  it('approves what it shows: list, change, diff, yes', async () => {
    const terminal = atTerminal(world, ['review']);
    await terminal.until('waits for your review');
    terminal.press('\r');
    await terminal.until('[a]pprove');
    expect(terminal.shown()).toContain('not proven');
    terminal.press('d');
    await terminal.until('diff of c1');
    terminal.press('q');
    await terminal.until('[a]pprove');
    terminal.press('a');
    await terminal.until('Approve c1, exact tree');
    terminal.press('y');
    await terminal.until('is merged and live');
    terminal.press('q');
    await terminal.until('Nothing waits for you.');
    terminal.press('q');
    expect(await terminal.ended).toBe(0);
    expect(terminal.all().trimEnd().endsWith(LEAVE)).toBe(true);
    expect(fs.readFileSync(join(world.home, 'docs/env-setup/why.md'), 'utf8')).toBe('because it is faster\n');
  }, 300_000);
});
