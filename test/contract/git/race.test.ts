import { type ChildProcessByStdio, spawn } from 'node:child_process';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import { describe, expect, it, onTestFinished } from 'vitest';

import { git, makeHome, temporaryFolder } from './support.ts';

const nRacers = 20;
/** Enough to see what is lost. */
const nBlind = 4;

interface Racer {
  readonly name: string;
  say(word: 'prepare' | 'swap'): Promise<string>;
  end(): void;
}

function start(homeDir: string, ownDir: string, name: string, how: 'safe' | 'blind'): Racer {
  const program = path.join(import.meta.dirname, 'race-child.ts');
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, homeDir, path.join(ownDir, name), name, how],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name,
    async say(word) {
      child.stdin.write(`${word}\n`);
      const answer = await answers.next();
      return answer.done === true ? 'ended' : answer.value;
    },
    end: () => child.stdin.end(),
  };
}

/** Processes, each with a change of its own; in each round all that have not merged try at the same time. */
function racers(n: number, how: 'safe' | 'blind'): { homeDir: string; all: Racer[] } {
  const dir = temporaryFolder();
  const homeDir = path.join(dir, 'home');
  makeHome(homeDir);
  const names = Array.from({ length: n }, (_, index) => `c${index + 1}`);
  return { homeDir, all: names.map((name) => start(homeDir, dir, name, how)) };
}

const merged = (homeDir: string): readonly string[] =>
  git(homeDir, 'ls-tree', '--name-only', 'HEAD', 'changes/').split('\n').filter(Boolean);

describe(`${nRacers} merges that race for one branch (F21)`, () => {
  it('have one winner in each round; the losers see it, merge on top of it, and nothing is lost', async () => {
    const { homeDir, all } = racers(nRacers, 'safe');
    const order: string[] = [];
    for (let left = all; left.length > 0;) {
      expect(await Promise.all(left.map((one) => one.say('prepare')))).toEqual(left.map(() => 'ready'));
      const outcomes = await Promise.all(left.map((one) => one.say('swap')));
      expect(outcomes.filter((one) => one === 'won')).toHaveLength(1);
      const winner = left[outcomes.indexOf('won')];
      order.push(winner?.name ?? '?');
      winner?.end();
      left = left.filter((one) => one !== winner);
    }
    expect(merged(homeDir)).toHaveLength(nRacers);
    // One commit with one parent after the other, in the order in which they won.
    expect(
      git(homeDir, 'log', '--first-parent', '--reverse', '--format=%s', 'HEAD').trim().split('\n').slice(1),
    ).toEqual(order);
    expect(git(homeDir, 'fsck', '--connectivity-only')).not.toMatch(/missing|broken/);
  });

  it('lose the work of all but one without the comparison', async () => {
    const { homeDir, all } = racers(nBlind, 'blind');
    await Promise.all(all.map((one) => one.say('prepare')));
    // All have seen the same branch: one after the other does the same harm as all at once, each time.
    for (const one of all) {
      expect(await one.say('swap')).toBe('won');
      one.end();
    }
    expect(merged(homeDir)).toHaveLength(1);
  });
});
