import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { makeDemoWorld } from '../../demo/make.ts';
import { git } from '../../demo/world/git.ts';

const folder = mkdtempSync(join(tmpdir(), 'demo-make-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('makeDemoWorld', () => {
  const world = makeDemoWorld({ folder: join(folder, 'one') });

  test('makes a clean clone with an origin, and a pack that is a clone of its own', () => {
    for (const { path, head } of [world.comfyui, world.pack]) {
      expect([git(path, 'status', '--porcelain'), git(path, 'rev-parse', 'HEAD')]).toEqual(['', head]);
      expect(git(path, 'ls-remote', 'origin', 'HEAD')).toContain(head);
    }
    expect(readdirSync(world.comfyui.path)).toEqual(expect.arrayContaining(['main.py', 'models', 'requirements.txt']));
    expect(readdirSync(join(world.comfyui.path, 'models/checkpoints'))).toEqual([]);
  });

  test('makes the same commits and wheels every time', () => {
    const again = makeDemoWorld({ folder: join(folder, 'two') });
    expect([again.comfyui.head, again.pack.head]).toEqual([world.comfyui.head, world.pack.head]);
    expect(again.index.wheels).toEqual(world.index.wheels);
  });

  test('wants a new folder', () => {
    writeFileSync(join(folder, 'kept.txt'), 'mine');
    expect(() => makeDemoWorld({ folder })).toThrow('is not empty');
  });
});

test('the demonstration imports nothing of the product', () => {
  const root = join(import.meta.dirname, '../../demo');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files).toContain('make.ts');
  for (const file of files) {
    expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/from ['"][^'"]*\/src\//);
  }
});
