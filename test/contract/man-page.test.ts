import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = join(root, 'man/orchestrate.1');
const hasRoff = spawnSync('groff', ['--version']).status === 0;

it('the package ships its manual page', () => {
  const facts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { man: string; files: string[] };
  expect(join(root, facts.man)).toBe(page);
  expect(facts.files).toContain('man');
});

it.runIf(hasRoff)(
  'the manual page is well-formed, and shows commands, options and characters as they are typed',
  () => {
    const { stdout, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-P-c', page], { encoding: 'utf8' });
    expect(stderr).toBe('');
    // Older ones print bold by striking twice.
    const text = stdout.replace(/.\u0008/g, '');
    expect(text).toContain('orchestrate report <run>');
    expect(text).toContain('--html HTML');
    expect(text).toContain('NO_COLOR');
  },
);
