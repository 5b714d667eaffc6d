import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { createFiles } from '../../../src/adapters/files/files.ts';
import { allowedCommand } from '../../../src/domain/shell/allowed.ts';
import { shellGrants } from '../../../src/domain/shell/grants.ts';
import { placeInSlot } from '../../../src/engine/specialists/tools/place.ts';
import type { ToolScene } from '../../../src/engine/specialists/tools/scene.ts';
import { faultOf } from '../support/fault-of.ts';
import { tempFolder } from '../support/temp-folder.ts';

const dir = tempFolder();
const slot = join(dir, 'slot');
const token = 'canary-of-the-person';
const files = createFiles();
const scene = { context: { files, slot: { dir: slot } } } as unknown as ToolScene;

mkdirSync(join(slot, 'docs'), { recursive: true });
mkdirSync(join(dir, '.ssh'));
writeFileSync(join(dir, '.ssh', 'id'), token);
writeFileSync(join(slot, '.git'), token);
symlinkSync(join(dir, '.ssh'), join(slot, 'docs', 'link'));
symlinkSync(join(dir, '.ssh', 'id'), join(slot, 'id'));

/** Where a tool without the rule would have looked. */
const naive = (path: string): string => (path.startsWith('/') ? path : join(slot, path));

describe('A68: the file tools refuse what the shell refuses', () => {
  it.each([
    '../.ssh/id',
    'docs/../../.ssh/id',
    join(dir, '.ssh', 'id'),
    'docs/link/id',
    'id',
    '.git',
    './.git',
    'docs/../.git',
  ])('%s is not read, and would have been', async (path) => {
    expect(await files.readText(naive(path))).toBe(token);
    for (const use of ['read', 'write'] as const)
      expect(await faultOf(placeInSlot(scene, path, use))).toMatchObject({
        code: 'TOOL_REFUSED',
        state: 'Nothing was done.',
      });
  });

  it.each(['../x', '/etc/passwd', '.git', '.GIT/config', '~/x', 'a\\..\\x', '.claude/settings.json', '.mcp.json'])(
    '%s is written by neither',
    async (path) => {
      expect((await faultOf(placeInSlot(scene, path, 'write'))).code).toBe('TOOL_REFUSED');
      expect(allowedCommand(['touch', path], shellGrants(['Bash'])).kind).toBe('refused');
    },
  );
});
