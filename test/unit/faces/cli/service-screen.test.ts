import { describe, expect, it } from 'vitest';

import { lineText } from '../../../../src/faces/cli/line.ts';
import { renderService } from '../../../../src/faces/cli/render/service.ts';

type Found = Parameters<typeof renderService>[0];

const nothing: Found = {
  instance: null,
  state: 'stopped',
  port: null,
  pid: null,
  startTime: null,
  startedBy: null,
  sinceMs: null,
  problem: null,
  environment: null,
  gitTree: null,
  versions: null,
  lastSwitch: null,
  outside: null,
  rows: [],
  mode: 'managed',
  isAlive: null,
  answers: null,
  url: null,
  device: null,
  queue: null,
  saved: [],
  memory: null,
  shown: null,
  swarm: null,
};
const card = { type: 'cuda', name: 'cuda:0 RTX 3060', memoryBytes: 12e9, freeBytes: 2.9e9 };
const screen = (found: Partial<Found>): string =>
  `${renderService({ ...nothing, ...found })
    .map((line) => lineText(line, false))
    .join('\n')}\n`;

describe('production on the screen', () => {
  it('that another program started, and did not stop', () => {
    expect(
      screen({
        instance: 'i4',
        state: 'unresponsive',
        mode: 'command',
        startedBy: 'command',
        pid: 77,
        isAlive: false,
        answers: false,
        url: 'http://127.0.0.1:8188',
        sinceMs: 0,
        problem: 'The stop command ended with 3, and port 8188 is still held by process 77.',
        lastSwitch: { change: 'c9', outcome: 'switched', downMs: 4_000, atMs: 0 },
        saved: [
          {
            instance: 'i3',
            nPrompts: 2,
            path: '/s/queues/i3.json',
            refused: ['LoadImage (node 1) was refused\u001b[31m'],
          },
        ],
      }),
    ).toMatchInlineSnapshot(`
      "production unresponsive · i4 · http://127.0.0.1:8188
      command · started by another program, by the start command · since 1970-01-01 00:00:00Z
      ! The stop command ended with 3, and port 8188 is still held by process 77.
      process 77 (gone) held the port when it answered first; not ours
      ✗ nothing answers on its port
      tree not recorded, environment not recorded
      last merge c9: switched, down 4.0 s · 1970-01-01 00:00:00Z
      ! 2 prompts of i3 wait in /s/queues/i3.json ; the next start queues them again
        refused last time: LoadImage (node 1) was refused\\x1b[31m
      "
    `);
  });

  it('on a graphics card, at work', () => {
    expect(
      screen({
        instance: 'i4',
        state: 'healthy',
        startedBy: 'orchestrate',
        pid: 77,
        isAlive: true,
        answers: true,
        queue: { running: 1, pending: 2 },
        versions: { comfyui: '0.3.64', pytorch: '2.11.0+cu128', device: 'cuda' },
        device: card,
      }),
    ).toMatchInlineSnapshot(`
      "production healthy · i4
      managed · started by orchestrate
      ✓ process 77 is alive
      ✓ it answers · 1 running, 2 waiting
      ComfyUI 0.3.64 · torch 2.11.0+cu128 on cuda · cuda:0 RTX 3060, 2.9 of 12.0 GB free
      tree not recorded, environment not recorded
      "
    `);
  });

  it('that nobody here starts', () => {
    expect(screen({ mode: 'none', answers: true, queue: { running: 0, pending: 0 }, device: card }))
      .toMatchInlineSnapshot(`
      "production is started by nobody here (service.mode is none)
      ✓ it answers · 0 running, 0 waiting
      cuda:0 RTX 3060, 2.9 of 12.0 GB free
      "
    `);
  });

  it('that is not running', () => {
    expect(screen({})).toMatchInlineSnapshot(`
      "production is not running under orchestrate
      next: orchestrate service start
      "
    `);
  });
});
