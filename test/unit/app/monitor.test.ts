import { describe, expect, it } from 'vitest';

import type { App } from '../../../src/app/app.ts';
import { monitor } from '../../../src/app/operations/monitor.ts';
import { row } from '../../../src/domain/journal/kinds.ts';
import { runCli } from '../../../src/faces/cli/main.ts';
import type { Sink } from '../../../src/faces/cli/streams.ts';
import { startEngine } from '../../fakes/fake-life.ts';
import { createWorld } from '../../fakes/fake-world.ts';

async function watched({ isTerminal = false, hasColour = false } = {}) {
  const world = await createWorld();
  const life = await startEngine(world);
  const before = life.ledger.head().seq;
  let slept = 0;
  const controller = new AbortController();
  let onSleep = (): void => {};
  const clock = {
    ...world.context.outside.clock,
    nowMs: () => world.clock.nowMs(),
    monotonicMs: () => world.clock.monotonicMs(),
    // Time passes by sleeping alone.
    sleep: async (ms: number, signal?: AbortSignal) => {
      onSleep();
      if (signal?.aborted === true) return false;
      slept += ms;
      await world.clock.advance(ms);
      return true;
    },
  };
  let nHealth = 0;
  const machine = {
    ...world.context.outside.machine,
    memory: () => (nHealth++, world.context.outside.machine.memory()),
  };
  const app = {
    outside: { ...world.context.outside, clock, machine },
    installation: async () => ({ ...world.context, ledger: life.ledger }),
    ask: () => Promise.reject(new Error('monitor asks nobody')),
    wake: () => Promise.reject(new Error('monitor wakes nobody')),
  } as unknown as App;
  const written: string[] = [];
  const sink: Sink = { write: (text) => void written.push(text), isTerminal, hasColour, width: 80 };
  const type = (...argv: string[]) =>
    runCli({
      argv: ['monitor', ...argv],
      app,
      streams: { out: sink, err: sink, prompter: null, openScreen: null },
      signal: controller.signal,
      operations: { monitor: async () => monitor as never },
    });
  return {
    ...{ life, type, before, controller },
    text: () => written.join(''),
    slept: () => slept,
    nHealth: () => nHealth,
    whenSleeping: (step: () => void) => void (onSleep = step),
  };
}

describe('monitor', () => {
  it('looks at its interval until its time is over, a line of JSON each, and writes no row', async () => {
    const { type, text, slept, life, before } = await watched();
    expect(await type('--interval', '2s', '--for', '5s', '--json')).toBe(0);
    const looks = text()
      .trimEnd()
      .split('\n')
      .map((line) => monitor.output.parse(JSON.parse(line)) as { atMs: number });
    expect(looks.map(({ atMs }, at) => (at === 0 ? 0 : atMs - (looks[at - 1]?.atMs ?? 0)))).toEqual([
      0, 2_000, 2_000, 1_000,
    ]);
    expect(slept()).toBe(5_000);
    expect(life.ledger.head().seq).toBe(before);
  });

  it('ends with Ctrl-C, and that is success', async () => {
    const { type, controller, whenSleeping, text } = await watched();
    whenSleeping(() => controller.abort());
    expect(await type('--json')).toBe(0);
    expect(text().trimEnd().split('\n')).toHaveLength(1);
  });

  it('steers a terminal and nothing else; without colour it has none', async () => {
    const plain = await watched();
    await plain.type('--for', '4s');
    expect(plain.text()).not.toContain('\u001B');
    expect(plain.text().match(/^health {3}/gm)).toHaveLength(3);
    const terminal = await watched({ isTerminal: true });
    await terminal.type('--for', '4s');
    expect(terminal.text().split('\u001B[H\u001B[J')).toHaveLength(4);
    expect(terminal.text().replaceAll('\u001B[H\u001B[J', '')).not.toContain('\u001B');
    const coloured = await watched({ isTerminal: true, hasColour: true });
    await coloured.type('--for', '0s');
    expect(coloured.text()).toContain('\u001B[1m');
  });

  it('looks at health once a minute, however often it looks', async () => {
    const { type, nHealth } = await watched();
    await type('--for', '0s');
    const once = nHealth();
    await type('--interval', '5s', '--for', '115s', '--json');
    expect(nHealth()).toBe(once * 4);
  });

  it('shows services, alerts and the newest findings, and that nobody watches', async () => {
    const { life, type, text } = await watched();
    await life.ledger.append([
      row(
        'diagnosis.found',
        {
          ...{ instance: 'i1', signature: 'S01', name: 'cuda-oom', severity: 'warning', culprit: null, times: 1 },
          ...{
            sentence: 'The card has no room.\u001B[2J',
            because: null,
            evidence: [],
            recurs: null,
            endByte: 1,
            endLine: 1,
          },
        },
        { keys: ['x'] },
      ),
    ]);
    await type('--for', '0s');
    expect(text()).toMatch(/findings warning S01 The card has no room\.\\x1b\[2J/);
    expect(text()).toMatch(/^services none$/m);
    expect(text()).toMatch(/^alerts {3}none$/m);
    expect(text()).not.toContain('no supervisor runs');
    life.ledger.isHeld = () => Promise.resolve(false);
    await type('--for', '0s');
    expect(text()).toContain('no supervisor runs: nothing is watched');
  });

  it('refuses an interval that is none', async () => {
    const { type, text } = await watched();
    expect(await type('--interval', '1ms')).toBe(2);
    expect(text()).toContain('interval');
  });
});
