import { describe, expect, it } from 'vitest';

import { lineText, strong } from '../../../../src/faces/cli/line.ts';
import { liveNarration } from '../../../../src/faces/cli/live.ts';
import { sinkOf } from '../../../../src/faces/cli/streams.ts';
import { runWatcher } from '../../../../src/faces/cli/watch-run.ts';
import { fakeApp } from '../../../support/fake-app.ts';
import { fakeStreams } from '../../../support/fake-streams.ts';
import { waitingScene } from '../../../support/journal-scene.ts';

describe('the line at the end', () => {
  it('is overwritten, and lines that stay are put above it', () => {
    const { err, errText } = fakeStreams({ isTerminal: true, width: 20 });
    const narration = liveNarration(err);
    narration.show('one');
    narration.say(['stays']);
    narration.show('two, longer than the width');
    narration.show(undefined);
    expect(errText()).toBe('one\r\u001B[2Kstays\none\r\u001B[2Ktwo, longer than t…\r\u001B[2K');
  });

  it('is not there when nobody looks', () => {
    const { err, errText } = fakeStreams();
    liveNarration(err).show('one');
    expect(errText()).toBe('');
  });
});

describe('a watched run at a terminal', () => {
  it('shows the current step with its seconds, counted by ticks of the clock', async () => {
    const scene = waitingScene();
    const firstBoot = scene.entries.findIndex(({ data }) => data['task'] === 'r1.boot');
    let seconds = 0;
    const clock = {
      nowMs: () => (scene.entries[firstBoot]?.atMs ?? 0) - 3_000 + seconds * 1000,
      monotonicMs: () => 0,
      bootName: () => '',
      sleep: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        seconds += 1;
        return true;
      },
    };
    const app = { ...fakeApp(scene, { outside: { clock } }) };
    let release = (): void => {};
    app.follow = async function* (run) {
      for (const entry of scene.entries.slice(0, firstBoot + 1)) if (entry.run === run) yield entry;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    };
    const { err, errText } = fakeStreams({ isTerminal: true });
    const watching = runWatcher(app, 'r1', err, { tellPlan: false }).watch(new AbortController().signal);
    while (!errText().includes('· 7 s')) await new Promise((resolve) => setImmediate(resolve));
    release();
    await watching;
    expect(errText()).toMatch(/ 3 boot {4}… {9}half way · \d+ s/);
    expect(errText().endsWith('\r\u001B[2K')).toBe(true);
  });
});

describe('width', () => {
  it.each([
    [80, 80],
    [0, 100],
    [undefined, 100],
  ])('of a terminal that says %s is %d', (columns, expected) => {
    const sink = sinkOf({ write: () => true, isTTY: true, ...(columns === undefined ? {} : { columns }) }, {});
    expect(sink.width).toBe(expected);
  });
});

describe('colour', () => {
  const output = (isTTY: boolean) => ({ write: () => true, isTTY, columns: 80 });

  it.each([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['NO_COLOR at a terminal', true, { NO_COLOR: '1' }, false],
    ['FORCE_COLOR in a pipe', false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0 at a terminal', true, { FORCE_COLOR: '0' }, false],
    ['FORCE_COLOR before NO_COLOR', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
  ] as const)('%s', (_, isTTY, env, expected) => {
    expect(sinkOf(output(isTTY), env).hasColour).toBe(expected);
  });

  it('wraps escaped text only', () => {
    expect(lineText([strong('a\u001Bb')], true)).toBe('\u001B[1ma\\x1bb\u001B[0m');
    expect(lineText([strong('a\u001Bb')], false)).toBe('a\\x1bb');
  });
});
