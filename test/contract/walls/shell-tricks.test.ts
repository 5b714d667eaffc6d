import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { allowedCommand } from '../../../src/domain/shell/allowed.ts';
import { shellGrants } from '../../../src/domain/shell/grants.ts';
import { tempFolder } from '../support/temp-folder.ts';

const dir = tempFolder();
const marker = join(dir, 'harm');
writeFileSync(join(dir, 'a'), 'one\n');
const start = (argv: readonly string[]) => spawnSync(argv[0] ?? '', argv.slice(1), { cwd: dir });
execFileSync('tar', ['-cf', 'a.tar', 'a'], { cwd: dir });
start(['git', 'init', '-q']);
start(['git', 'commit', '-q', '--allow-empty', '-m', 'one']);

describe('A38, A39: what the table refuses would have done harm', () => {
  const tricks: readonly (readonly [string, readonly string[]])[] = [
    ['git log --output', ['git', 'log', '-1', `--output=${marker}`]],
    ['git -c', ['git', '-c', `alias.x=!touch ${marker}`, 'x']],
    ['find -exec', ['find', '.', '-maxdepth', '0', '-exec', 'touch', marker, ';']],
    ['find -fprint', ['find', '.', '-maxdepth', '0', '-fprint', marker]],
    ['sed w', ['sed', `w ${marker}`, 'a']],
    ['sed e', ['sed', `1e touch ${marker}`, 'a']],
    ['tar --to-command', ['tar', '-xf', 'a.tar', `--to-command=touch ${marker}`]],
    [
      'tar --checkpoint-action',
      ['tar', '-cf', 'b.tar', '--checkpoint=1', `--checkpoint-action=exec=touch ${marker}`, 'a'],
    ],
    ['sort -o', ['sort', '-o', marker, 'a']],
    ['uniq with two operands', ['uniq', 'a', marker]],
    ['env before it', ['env', 'A=b', 'touch', marker]],
    ['a shell with a pipe', ['sh', '-c', `echo touch ${marker} | sh`]],
  ];
  it.each(tricks)('%s', (_name, argv) => {
    rmSync(marker, { force: true });
    // The same words with nobody asking.
    start(argv);
    expect(existsSync(marker)).toBe(true);
    expect(allowedCommand(argv, shellGrants(['Bash'])).kind).toBe('refused');
  });

  it('sed refuses by itself what would get past the reading of its script', () => {
    rmSync(marker, { force: true });
    start(['sed', '--sandbox', `w ${marker}`, 'a']);
    expect(existsSync(marker)).toBe(false);
    const verdict = allowedCommand(['sed', '-n', '1p', 'a'], shellGrants(['Bash']));
    expect(verdict).toMatchObject({ kind: 'allowed', argv: ['sed', '--sandbox', '-n', '1p', 'a'] });
  });
});
