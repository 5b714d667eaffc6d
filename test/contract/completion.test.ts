import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readIdsAround } from '../../src/adapters/host/quick-doors.ts';
import { completion } from '../../src/app/operations/completion.ts';
import { makeStateDir, type StateDir } from './support/state-dir.ts';

const hasShell = (name: string): boolean => spawnSync(name, ['--version']).status === 0;

let dir: string;
const scripts: Record<string, string> = {};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'orc-shell-'));
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const { script } = await completion.run({} as never, { shell });
    scripts[shell] = join(dir, `completion.${shell}`);
    writeFileSync(scripts[shell], script);
  }
  mkdirSync(join(dir, 'bin'));
  // What the script asks: it notes the question, and gives hostile ids among the others.
  writeFileSync(
    join(dir, 'bin/orchestrate'),
    `#!/bin/sh
echo "$*" >> ${dir}/asked
case "$1 $2" in
  "complete run") printf '%s\\n' r12 r7 '$(touch ${dir}/ran)' '\`touch ${dir}/ran\`' ;;
  "complete restore") printf '%s\\n' 0007-upgrade 0000-init ;;
esac
`,
  );
  chmodSync(join(dir, 'bin/orchestrate'), 0o755);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const env = (): NodeJS.ProcessEnv => ({ PATH: `${dir}/bin:/usr/bin:/bin`, HOME: dir, LC_ALL: 'C.UTF-8' });

/** What bash offers for these words; the last one is being typed. */
function inBash(...words: readonly string[]): readonly string[] {
  const quoted = ['orchestrate', ...words].map((word) => `'${word}'`).join(' ');
  const code = `source ${scripts['bash']}; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _orchestrate; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', code], { env: env(), encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}

describe('bash completes', () => {
  it('commands, what is inside of a group, and options', () => {
    expect(inBash('rest')).toEqual(['restore']);
    expect(inBash('respond', 'out')).toEqual(['out-of-memory']);
    expect(inBash('runs', 's')).toEqual(['show']);
    expect(inBash('journal', 'tail', '--li')).toEqual(['--limit']);
    expect(inBash('')).toContain('report');
  });

  it('ids of what there is, as arguments and as values of options', () => {
    expect(inBash('runs', 'show', 'r1')).toEqual(['r12']);
    expect(inBash('report', '')).toContain('r7');
    expect(inBash('journal', 'tail', '--run', 'r')).toEqual(['r12', 'r7']);
    expect(inBash('restore', 'to', '--yes', '00')).toEqual(['0007-upgrade', '0000-init']);
  });

  it('choices of an argument and of an option', () => {
    expect(inBash('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(inBash('run', 'upgrade', '--priority', 'h')).toContain('high');
  });

  it('for the installation that --home names', () => {
    inBash('--home', '/srv/comfy', 'runs', 'show', '');
    expect(execFileSync('tail', ['-1', `${dir}/asked`], { encoding: 'utf8' })).toBe('complete run /srv/comfy\n');
  });

  it('and runs nothing that an id says', () => {
    expect(inBash('runs', 'show', '')).toContain(`$(touch ${dir}/ran)`);
    expect(existsSync(`${dir}/ran`)).toBe(false);
    // The list that a script without this care expands.
    execFileSync('bash', ['-c', `compgen -W "$(orchestrate complete run)" -- ''`], { env: env() });
    expect(existsSync(`${dir}/ran`)).toBe(true);
  });
});

describe.runIf(hasShell('zsh'))('zsh', () => {
  it('takes the script, and answers by the same function', () => {
    const code = `source ${scripts['zsh']}; emulate sh; COMP_WORDS=(); setopt ksharrays; COMP_WORDS=(orchestrate runs show r1); COMP_CWORD=3; _orchestrate; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', code], { env: env(), encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: 'r12\n', stderr: '' });
  });
});

describe.runIf(hasShell('fish'))('fish completes', () => {
  it.each([
    ['orchestrate res', 'restore'],
    ['orchestrate runs sh', 'show'],
    ['orchestrate runs show r', 'r12'],
    ['orchestrate journal tail --run r', 'r7'],
    ['orchestrate completion ', 'zsh'],
  ])('%s', (typed, expected) => {
    const code = `source ${scripts['fish']}; complete -C ${JSON.stringify(typed)}`;
    const { stdout } = spawnSync('fish', ['--no-config', '-c', code], { env: env(), encoding: 'utf8' });
    expect(stdout.split('\n').map((line) => line.split('\t')[0])).toContain(expected);
  });
});

describe('the ids', () => {
  let place: StateDir;
  let home: string;
  beforeAll(async () => {
    place = makeStateDir();
    home = join(dir, 'home');
    mkdirSync(join(home, 'agents'), { recursive: true });
    mkdirSync(join(dir, 'state/orchestrate'), { recursive: true });
    writeFileSync(join(home, 'orchestrate.yaml'), 'id: demo\n');
    writeFileSync(join(home, 'agents/mine.md'), '');
    writeFileSync(join(home, 'agents/$(touch x).md'), '');
    const ledger = await place.open();
    await ledger.acquire();
    for (const n of [1, 2, 3])
      await ledger.append([
        { kind: 'run.created', run: `r${n}`, keys: [`run:r${n}`], data: {} },
        { kind: 'restore.created', keys: [`restore:${n}`], data: { tag: `restore/000${n}-x`, number: n } },
      ]);
    await ledger.append([{ kind: 'change.drafted', keys: ['change:c1', 'change-of:r1'], data: {} }]);
    await ledger.append([
      { kind: 'outside.found', keys: ['outside:found'], data: { differences: [{ id: 'o1' }, { id: 'o4' }] } },
    ]);
    await ledger.close();
    execFileSync('cp', ['-a', place.dir, join(dir, 'state/orchestrate/demo')]);
  });
  afterAll(() => place.remove());

  const idsOf = (kind: string, cwd = home): Promise<readonly string[]> =>
    readIdsAround(kind, {
      cwd,
      env: { XDG_STATE_HOME: join(dir, 'state'), HOME: dir },
      program: join(import.meta.dirname, '../../bin/orchestrate.cjs'),
    });

  it('are those of the journal, newest first', async () => {
    expect(await idsOf('run')).toEqual(['r3', 'r2', 'r1']);
    expect(await idsOf('change')).toEqual(['c1']);
    expect(await idsOf('work')).toEqual(['r3', 'r2', 'r1', 'c1']);
    expect(await idsOf('restore')).toEqual(['0003-x', '0002-x', '0001-x']);
    expect(await idsOf('outside')).toEqual(['o1', 'o4']);
  });

  it('of definitions are the names of the files, here and built in, and nothing that a shell would read otherwise', async () => {
    const agents = await idsOf('agent');
    expect(agents[0]).toBe('mine');
    expect(agents.length).toBeGreaterThan(1);
    expect(agents.join(' ')).not.toContain('touch');
    expect(await idsOf('tree')).toContain('env-setup');
    expect(await idsOf('tree')).not.toContain('README');
  });

  it('are none, and no error, elsewhere, of an unknown kind, and of a ledger that is none', async () => {
    expect(await idsOf('run', '/')).toEqual([]);
    expect(await idsOf('no such kind')).toEqual([]);
    writeFileSync(join(home, 'orchestrate.yaml'), 'id: broken\n');
    mkdirSync(join(dir, 'state/orchestrate/broken'));
    writeFileSync(join(dir, 'state/orchestrate/broken/ledger.db'), 'no database');
    expect(await idsOf('run')).toEqual([]);
  });
});
