import { describe, expect, it } from 'vitest';

import { hasOtherSchema, isBeyond, isMigrated, skipInUserFolder } from '../../../../src/domain/restore/user-folder.ts';

describe('the user folder', () => {
  it.each([
    ['comfyui.db', true],
    ['comfyui.db-wal', true],
    ['default/comfy.settings.json', true],
    ['default/workflows/portrait.json', false],
    ['default/workflows/comfy.settings.json', false],
    ['other.db', false],
  ])('%s is migrated: %s', (path, expected) => {
    expect(isMigrated(path)).toBe(expected);
  });

  it.each([
    ['comfyui_8188.log', true],
    ['__manager/cache/list.json', true],
    ['default/workflows/cache.json', false],
    ['default/comfy.settings.json', false],
  ])('%s is left out: %s', (path, expected) => {
    expect(skipInUserFolder(path)).toBe(expected);
  });

  it.each([
    ['default', false, false],
    ['default/workflows', false, true],
    ['default/workflows/a/b.json', false, true],
    ['default/comfy.settings.json', false, false],
    ['comfyui.db-wal', false, false],
    ['notes.txt', true, true],
    ['default/subgraphs', true, true],
    ['default/subgraphs/workflows', true, true],
  ])('%s is beyond what matters: %s, beyond database and settings: %s', (path, workflows, settings) => {
    const folders = new Set(['default']);
    expect(isBeyond('everything', path, folders)).toBe(false);
    expect(isBeyond('database, settings and workflows', path, folders)).toBe(workflows);
    expect(isBeyond('database and settings', path, folders)).toBe(settings);
  });

  it('is of another schema when one version knows a migration that the other does not', () => {
    const file = (path: string, blob: string) => ({ path, blob });
    const first = [file('alembic_db/versions/0001.py', 'a'), file('main.py', 'x')];
    expect(hasOtherSchema(first, [...first, file('alembic_db/versions/0002.py', 'b')])).toBe(true);
    expect(hasOtherSchema(first, [file('alembic_db/versions/0001.py', 'a'), file('main.py', 'y')])).toBe(false);
    expect(hasOtherSchema([], [])).toBe(false);
  });
});
