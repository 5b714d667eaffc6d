import { describe, expect, it } from 'vitest';

import type { ToolOutcome } from '../../../../src/engine/specialists/tool.ts';
import { modelScene, type ModelScene, type RunOptions } from './scene.ts';

/** Uses tools of the agent, one call after the other. */
async function using(scene: ModelScene, options: RunOptions = {}) {
  const tools = await scene.tools(options);
  let n = 0;
  return async (name: string, input: unknown, callId?: string): Promise<ToolOutcome> => {
    n += 1;
    const tool = tools.find((one) => one.name === name);
    if (tool === undefined) throw new Error(`there is no tool ${name}`);
    return tool.call(input, { callId: callId ?? `t${n}`, signal: new AbortController().signal });
  };
}

describe('reading', () => {
  it('gives a part of a long file and says so', async () => {
    const scene = await modelScene();
    scene.world.files.put(`${scene.slot}/long.txt`, Array.from({ length: 100 }, (_, n) => `line ${n + 1}`).join('\n'));
    const use = await using(scene);
    expect((await use('read_file', { path: 'long.txt', line: 10, lines: 2 })).text).toBe(
      'line 10\nline 11\n[lines 10 to 11 of 100; 791 bytes]',
    );
  });

  it('keeps an answer to 64 KiB, whatever the file holds, and reads no more than a part of a huge one', async () => {
    const scene = await modelScene();
    let mostBytes = 0;
    const { readPart } = scene.world.files;
    scene.world.files.readPart = async (path, options) => {
      mostBytes = Math.max(mostBytes, options.maxBytes);
      return readPart(path, options);
    };
    scene.world.files.readBytes = () => Promise.reject(new Error('it was read whole'));
    scene.world.files.put(`${scene.slot}/huge.txt`, 'x'.repeat(3_000_000));
    const use = await using(scene);
    const { text } = await use('read_file', { path: 'huge.txt' });
    expect(text.length).toBeLessThanOrEqual(64 * 1024);
    expect(text).toContain('3000000 bytes');
    expect(mostBytes).toBe(1024 * 1024);
  });

  it('describes what is no text', async () => {
    const scene = await modelScene();
    scene.world.files.put(`${scene.slot}/a.png`, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]));
    const use = await using(scene);
    expect((await use('read_file', { path: 'a.png' })).text).toBe('a.png is no text: 8 bytes, a PNG picture.');
  });

  it('follows no link: neither one at the end nor one on the way', async () => {
    const scene = await modelScene();
    scene.world.files.put('/etc/secret', 'root');
    scene.world.files.put('/etc/dir/x', 'root');
    await scene.world.files.link(`${scene.slot}/a`, '/etc/secret');
    await scene.world.files.link(`${scene.slot}/b`, '/etc/dir');
    const use = await using(scene);
    for (const [tool, input] of [
      ['read_file', { path: 'a' }],
      ['read_file', { path: 'b/x' }],
      ['write_file', { path: 'a', text: 'mine' }],
      ['write_file', { path: 'b/x', text: 'mine' }],
      ['edit_file', { path: 'a', old: 'root', new: 'mine' }],
      ['list_files', { path: 'b' }],
    ] as const)
      expect(await use(tool, input)).toMatchObject({
        isError: true,
        text: expect.stringContaining('goes through a link'),
      });
    expect(await scene.world.files.readText('/etc/secret')).toBe('root');
    expect((await use('search', { text: 'root' })).text).toBe('"root" is in no file there.');
    expect(scene.rows('tool.refused')).toHaveLength(6);
  });

  it('finds a text letter by letter, and never as a pattern', async () => {
    const scene = await modelScene();
    scene.world.files.put(`${scene.slot}/a.txt`, 'a+b\naab\nA+B');
    const use = await using(scene);
    expect((await use('search', { text: 'a+b' })).text).toBe('a.txt:1: a+b');
    expect((await use('search', { text: 'a+b', ignoreCase: true })).text).toBe('a.txt:1: a+b\na.txt:3: A+B');
    expect((await use('search', { text: '(a+)+$' })).isError).toBe(false);
  });

  it('lists what is part of the tree', async () => {
    const scene = await modelScene();
    const use = await using(scene);
    const { text } = await use('list_files', { name: 'requirements' });
    expect(text.split('\n').map((line) => line.split(' ')[0])).toEqual(['requirements.in', 'requirements.lock']);
  });
});

describe('changing a file', () => {
  it('replaces what stands there once, and refuses what is not clear', async () => {
    const scene = await modelScene();
    scene.world.files.put(`${scene.slot}/a.txt`, 'one two one');
    const use = await using(scene);
    expect(await use('edit_file', { path: 'a.txt', old: 'one', new: 'x' })).toMatchObject({
      ...{ isError: true, text: expect.stringContaining('It stands 2 times') },
    });
    expect(await use('edit_file', { path: 'a.txt', old: 'three', new: 'x' })).toMatchObject({ isError: true });
    expect(await use('edit_file', { path: 'a.txt', old: 'two', new: '$&' })).toMatchObject({ isError: false });
    expect(await scene.text('a.txt')).toBe('one $& one');
    expect(await use('edit_file', { path: 'a.txt', old: 'one', new: '1', all: true })).toMatchObject({
      isError: false,
    });
    expect(await scene.text('a.txt')).toBe('1 $& 1');
  });

  it('is done once for each call, however often that is asked', async () => {
    const scene = await modelScene();
    const use = await using(scene);
    await use('write_file', { path: 'a', text: 'x' }, 'same');
    scene.world.files.put(`${scene.slot}/a`, 'what a later call wrote');
    expect(await use('write_file', { path: 'a', text: 'x' }, 'same')).toMatchObject({
      isError: false,
      text: 'Written: a.',
    });
    expect(await scene.text('a')).toBe('what a later call wrote');
  });
});

describe('what an agent may not do', () => {
  it('is not among its tools', async () => {
    const scene = await modelScene();
    const tools = await scene.tools({
      agent: { otherTools: ['Read'], tools: ['env.choose', 'agent.work', 'env.verify'] },
    });
    const names = tools.map(({ name }) => name);
    expect(names).toContain('env_verify');
    for (const name of ['write_file', 'edit_file', 'env_choose', 'agent_work', 'env_lock', 'shell'])
      expect(names).not.toContain(name);
  });

  it('is to write memory of another tree', async () => {
    const scene = await modelScene();
    const use = await using(scene);
    expect(await use('memory_put', { key: 'swarm/ops-maint/a.md', text: 'x' })).toMatchObject({
      ...{ isError: true, text: expect.stringContaining('MEMORY_NOT_YOURS') },
    });
    expect(await use('memory_put', { key: 'swarm/env-setup/a.md', text: 'x' })).toMatchObject({ isError: false });
    expect((await use('memory_get', { key: 'swarm/env-setup/a.md' })).text).toContain('by program fixer');
  });
});

describe('secrets', () => {
  it('reach neither the model nor the journal', async () => {
    const scene = await modelScene();
    scene.engine.outside.secrets.learn(['sesame-open-8841']);
    scene.world.files.put(`${scene.slot}/a.env`, 'KEY=sesame-open-8841');
    const use = await using(scene);
    expect((await use('read_file', { path: 'a.env' })).text).toBe('KEY=[redacted]');
    expect((await use('search', { text: 'KEY' })).text).not.toContain('sesame');
  });
});
