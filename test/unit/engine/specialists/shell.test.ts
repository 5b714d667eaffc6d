import { describe, expect, it } from 'vitest';

import type { ToolOutcome } from '../../../../src/engine/specialists/tool.ts';
import { keepOutput } from '../../../../src/engine/specialists/tools/keep-output.ts';
import { modelScene, type ModelScene } from './scene.ts';

const agent = { otherTools: ['Read', 'Bash(git log:*)', 'Bash(ls:*)', 'Bash(sed:*)'] };

async function using(scene: ModelScene): Promise<(argv: readonly string[], callId?: string) => Promise<ToolOutcome>> {
  for (const name of ['git', 'ls', 'sed']) scene.world.files.put(`/usr/bin/${name}`, 'program', 0o755);
  const tool = (await scene.tools({ agent })).find(({ name }) => name === 'shell');
  if (tool === undefined) throw new Error('there is no shell');
  let n = 0;
  return (argv, callId) => {
    n += 1;
    return tool.call({ argv }, { callId: callId ?? `t${n}`, signal: new AbortController().signal });
  };
}

describe('the shell of a model', () => {
  it('starts what is granted behind the wall, with no network, and sees what it may not write', async () => {
    const scene = await modelScene();
    const use = await using(scene);
    expect(await use(['ls', '-l'])).toMatchObject({ isError: false, text: expect.stringContaining('-l') });
    const [opened] = scene.world.walls.opened;
    expect(opened).toMatchObject({
      isWalled: true,
      spec: { program: '/usr/bin/ls', cwd: scene.slot, egress: [], writable: [] },
    });
    expect(scene.rows('tool.used')).toMatchObject([{ tool: 'shell', sentence: 'start ls -l' }]);
  });

  it('reads history without the configuration of home, which may hold a login', async () => {
    const scene = await modelScene();
    const { gitDir } = scene.engine.paths;
    scene.world.files.put(`${gitDir}/config`, '[remote "origin"] url = https://x:secret@host/');
    const use = await using(scene);
    await use(['git', 'log', '--oneline']);
    expect(scene.world.walls.opened[0]?.spec).toMatchObject({
      ...{ readable: [scene.slot, gitDir], writable: [], covers: [{ from: '/dev/null', at: `${gitDir}/config` }] },
    });
  });

  it.each([
    ['a program that is not granted', ['find', '.']],
    ['a sub-command that is not', ['git', 'push']],
    ['a flag that writes elsewhere', ['git', 'log', '--output=/tmp/x']],
    ['a line for a shell', ['ls && rm -rf /']],
    ['an operator', ['ls', '|', 'sh']],
    ['a path out of the slot', ['ls', '../..']],
    ['a shell', ['sh', '-c', 'id']],
  ])('starts nothing for %s', async (_, argv) => {
    const scene = await modelScene();
    const use = await using(scene);
    expect(await use(argv)).toMatchObject({ isError: true, text: expect.stringMatching(/^TOOL_REFUSED/) });
    expect(scene.world.walls.opened).toEqual([]);
    expect(scene.rows('tool.refused')).toHaveLength(1);
  });

  it('starts nothing without a wall, and says so', async () => {
    const scene = await modelScene();
    scene.world.walls.level = 'L0';
    const use = await using(scene);
    expect(await use(['ls'])).toMatchObject({ isError: true, text: expect.stringContaining('WALL_MISSING') });
    expect(scene.world.walls.opened).toEqual([]);
  });

  it('is not begun again after a kill in the middle', async () => {
    const scene = await modelScene();
    const use = await using(scene);
    const { ledger } = scene.engine;
    const append = ledger.append.bind(ledger);
    ledger.append = async (rows, ...rest) => {
      if (rows.some(({ kind }) => kind !== 'effect.intended')) throw new Error('killed');
      return append(rows, ...rest);
    };
    await expect(use(['ls'], 'same')).rejects.toThrow('killed');
    await scene.restart();
    const again = await using(scene);
    expect(await again(['ls'], 'same')).toMatchObject({
      isError: true,
      text: expect.stringContaining('nobody knows how far'),
    });
    expect(scene.world.walls.opened).toHaveLength(1);
  });
});

describe('what a program writes', () => {
  async function* chunks(nBytes: number, byte = 0x61): AsyncGenerator<Uint8Array> {
    const chunk = new Uint8Array(64 * 1024).fill(byte);
    for (let left = nBytes; left > 0; left -= chunk.byteLength)
      yield chunk.subarray(0, Math.min(left, chunk.byteLength));
  }

  it('is kept at its beginning and its end, however much it is', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const text = await keepOutput(chunks(100 * 1024 * 1024));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
    expect(text.length).toBeLessThan(50 * 1024);
    expect(text).toContain('bytes left out]');
  });

  it('is whole where it is short, and described where it is no text', async () => {
    expect(await keepOutput(chunks(30_000))).toBe('a'.repeat(30_000));
    expect(await keepOutput(chunks(100_000, 0))).toBe('[100000 bytes that are no text]');
  });

  it('may be cut in the middle of a character', async () => {
    const bytes = new TextEncoder().encode('ä'.repeat(60_000));
    async function* odd() {
      yield bytes.subarray(0, 50_001);
      yield bytes.subarray(50_001);
    }
    expect(await keepOutput(odd())).toMatch(/^ä+\n\[\d+ bytes left out\]\nä+$/);
  });
});
