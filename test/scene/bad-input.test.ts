import * as fs from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { processesOf, until } from '../support/fault-processes.ts';
import type { FaultWorld } from '../support/fault-world.ts';
import { toLayout1 } from '../support/old-layouts.ts';
import { at, listAt, textAt } from '../support/program.ts';
import { type Refusal, refusesIn, type Wanted } from '../support/refusal.ts';
import { linkTools, sceneWorld, sketchOf } from '../support/scene-home.ts';

let world: FaultWorld;
/** What branch, production and files were before a test. */
let before: unknown;

beforeAll(async () => {
  world = await sceneWorld();
});
afterAll(() => world.remove());

const refuses = (args: readonly string[], wanted: Wanted): Promise<Refusal> => refusesIn(world, args, wanted);

/** Writes a file of home, does the work, and takes it away or back. */
async function withFile(path: string, text: string, work: () => Promise<unknown>): Promise<void> {
  const file = join(world.home, path);
  const old = fs.existsSync(file) ? fs.readFileSync(file) : undefined;
  fs.mkdirSync(join(file, '..'), { recursive: true });
  fs.writeFileSync(file, text);
  const now = sketchOf(world);
  try {
    await work();
    expect(sketchOf(world)).toEqual(now);
  } finally {
    if (old === undefined) fs.rmSync(file);
    else fs.writeFileSync(file, old);
  }
}

const builtIn = (path: string): string => fs.readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
const upgrade = ['run', 'upgrade pytorch', '--yes'];

beforeEach(() => {
  before = sketchOf(world);
});
afterEach(() => {
  expect(sketchOf(world)).toEqual(before);
});

describe('the command line', () => {
  it('names the nearest playbooks for a goal that nobody understands', async () => {
    const fault = await refuses(['run', 'upgrade the coffee machine now'], {
      code: 'GOAL_UNKNOWN',
      exit: 1,
      says: 'upgrade the coffee machine now',
      hint: /orchestrate run "upgrade/,
    });
    expect(fault.state).toBe('Nothing was changed.');
  });

  it.each([
    ['an unknown playbook', ['run', 'x', '--playbook', 'nope'], 'GOAL_UNKNOWN', 1, /nope/, /upgrade-pytorch/],
    [
      'a step that the plan does not have',
      ['run', 'upgrade pytorch', '--until', 'bot'],
      'STEP_NOT_FOUND',
      4,
      /no step bot\. Did you mean boot/,
      /record, lock, build/,
    ],
    ['a command that does not exist', ['frobnicate'], 'USAGE_UNKNOWN_COMMAND', 2, /frobnicate/, /--help/],
    [
      'an option that does not exist',
      ['undo', '--dryrun'],
      'USAGE_BAD_ARGUMENT',
      2,
      /--dryrun\. Did you mean --dry-run/,
      /undo --help/,
    ],
    ['a run that is no id', ['runs', 'show', 'xyz'], 'USAGE_BAD_ARGUMENT', 2, /like r12/, /runs show --help/],
    ['a run that is not there', ['runs', 'show', 'r99'], 'RUN_NOT_FOUND', 4, /r99/, /runs list/],
    ['cancelling a run that is not there', ['runs', 'cancel', 'r99'], 'RUN_NOT_FOUND', 4, /r99/, /runs list/],
    ['resuming a run that is not there', ['runs', 'resume', 'r99'], 'RUN_NOT_FOUND', 4, /r99/, /runs list/],
    [
      'approving the plan of a run that is not there',
      ['runs', 'approve', 'r99'],
      'RUN_NOT_FOUND',
      4,
      /r99/,
      /runs list/,
    ],
    ['approving a change that is not there', ['review', 'approve', 'c99'], 'CHANGE_NOT_FOUND', 4, /c99/, /review list/],
    ['rejecting a change that is not there', ['review', 'reject', 'c99'], 'CHANGE_NOT_FOUND', 4, /c99/, /review list/],
    [
      'restoring a point that is not there',
      ['restore', 'to', '77', '--yes'],
      'RESTORE_NOT_FOUND',
      4,
      /77/,
      /restore list/,
    ],
    ['an undo without a merge', ['undo', '--yes'], 'NOTHING_TO_DO', 1, /no merge to undo/, /^/],
    ['starting production that runs', ['service', 'start'], 'NOTHING_TO_DO', 1, /running/, /^/],
  ] as const)('refuses %s', async (_, args, code, exit, says, hint) => {
    await refuses(args, { code, exit, says, hint });
  });

  it('points at the argument that is wrong', async () => {
    await refuses(['runs', 'show', 'xyz'], {
      code: 'USAGE_BAD_ARGUMENT',
      exit: 2,
      says: /r12/,
      hint: /--help/,
      at: { file: 'command line', line: 1, column: 23 },
    });
  });

  it('says that a run has ended to whoever cancels, resumes or approves it', async () => {
    const preview = await world.ok(['run', 'upgrade pytorch', '--dry-run', '--json']);
    const run = String(preview.json?.['run']);
    for (const verb of ['cancel', 'resume'])
      await refuses(['runs', verb, run], {
        code: 'RUN_FINISHED',
        exit: 5,
        says: run,
        hint: `orchestrate runs show ${run}`,
      });
    await refuses(['runs', 'approve', run], {
      code: 'RUN_NOT_RESUMABLE',
      exit: 5,
      says: run,
      hint: `orchestrate runs show ${run}`,
    });
  });

  it('says so outside of an installation', async () => {
    await refuses(upgrade, {
      code: 'HOME_NOT_FOUND',
      exit: 4,
      says: /no orchestrate\.yaml/,
      hint: /orchestrate init/,
      cwd: world.base,
    });
  });
});

describe('definitions of the home', () => {
  const playbook = builtIn('playbooks/upgrade-pytorch.yaml');
  const cases: readonly (readonly [what: string, path: string, text: string, wanted: Omit<Wanted, 'exit' | 'hint'>])[] =
    [
      [
        'a playbook with a wrong value',
        'playbooks/upgrade-pytorch.yaml',
        playbook.replace('risk: medium', 'risk: enormous'),
        {
          code: 'DEFINITION_INVALID',
          says: /low, medium or high, not "enormous"/,
          at: { file: 'playbooks/upgrade-pytorch.yaml', line: lineOf(playbook, 'risk: medium'), column: 7 },
        },
      ],
      [
        'a playbook with an unclosed bracket',
        'playbooks/upgrade-pytorch.yaml',
        'id: upgrade-pytorch\ntriggers: [upgrade\n',
        {
          code: 'DEFINITION_SYNTAX',
          says: /bracket is never closed/,
          at: { file: 'playbooks/upgrade-pytorch.yaml', line: 2, column: 11 },
        },
      ],
      [
        'steps that need each other in a circle',
        'playbooks/upgrade-pytorch.yaml',
        playbook.replace('needs: [record]', 'needs: [smoke]'),
        {
          code: 'PLAYBOOK_CYCLE',
          says: /lock → smoke → boot → imports → build → lock/,
          at: { file: 'playbooks/upgrade-pytorch.yaml', line: lineOf(playbook, 'needs: [record]'), column: 13 },
        },
      ],
      [
        'a step whose action does not exist',
        'playbooks/upgrade-pytorch.yaml',
        playbook.replace('action: env.build', 'action: env.bild'),
        {
          code: 'PLAYBOOK_UNKNOWN_REFERENCE',
          says: /env\.bild\. Did you mean env\.build/,
          at: { file: 'playbooks/upgrade-pytorch.yaml', line: lineOf(playbook, 'action: env.build'), column: 13 },
        },
      ],
      [
        'a step whose agent does not exist',
        'playbooks/upgrade-pytorch.yaml',
        playbook.replace('agent: package-manager', 'agent: package-manger'),
        {
          code: 'PLAYBOOK_UNKNOWN_REFERENCE',
          says: /package-manger\. Did you mean package-manager/,
          at: { file: 'playbooks/upgrade-pytorch.yaml', line: lineOf(playbook, 'agent: package-manager'), column: 12 },
        },
      ],
      [
        'an agent whose front matter is no YAML',
        'agents/package-manager.md',
        builtIn('agents/package-manager.md').replace('name: package-manager', 'name package-manager'),
        {
          code: 'DEFINITION_SYNTAX',
          says: /colon is missing/,
          at: { file: 'agents/package-manager.md', line: 2, column: 1 },
        },
      ],
      [
        'a tree with text for a number',
        'trees/ops-maint.yaml',
        builtIn('trees/ops-maint.yaml').replace(/home-port: \d+/, 'home-port: many'),
        {
          code: 'DEFINITION_INVALID',
          says: /home-port has to be a number/,
          at: {
            file: 'trees/ops-maint.yaml',
            line: lineOf(builtIn('trees/ops-maint.yaml'), 'home-port: '),
            column: 12,
          },
        },
      ],
    ];

  it.each(cases)('are refused with their place: %s', async (_, path, text, wanted) => {
    const hint = `orchestrate ${path.split('/')[0]} check`;
    await withFile(path, text, () => refuses(upgrade, { ...wanted, exit: 1, hint }));
  });

  it('are refused when two files have the same id', async () => {
    const wanted: Wanted = {
      code: 'DEFINITION_DUPLICATE',
      exit: 1,
      says: /playbooks\/other\.yaml and playbooks\/upgrade-pytorch\.yaml/,
      hint: /orchestrate playbooks check/,
      at: { file: 'playbooks/upgrade-pytorch.yaml', line: 1, column: 5 },
    };
    await withFile('playbooks/upgrade-pytorch.yaml', playbook, () =>
      withFile('playbooks/other.yaml', playbook, () => refuses(upgrade, wanted)),
    );
  });

  it('are found by doctor, which goes on with the rest', async () => {
    await withFile('playbooks/upgrade-pytorch.yaml', playbook.replace('risk: medium', 'risk: enormous'), async () => {
      const { json, exitStatus } = await world.run(['doctor', '--json']);
      expect(exitStatus).toBe(1);
      const failed = listAt(json, 'checks').filter((one) => at(one, 'ok') !== true);
      expect(failed).toHaveLength(1);
      expect(textAt(failed[0], 'fact')).toMatch(/DEFINITION_INVALID: .*playbooks\/upgrade-pytorch\.yaml:\d+:7/);
    });
  });
});

describe('orchestrate.yaml', () => {
  it.each([
    [
      'a wrong value',
      (text: string) => text.replace(/idle-time: \S+/, 'idle-time: soon'),
      /idle-time has to be a time like/,
      /idle-time: 10m/,
      (text: string) => lineOf(text, 'idle-time:'),
      14,
    ],
    [
      'an unknown field',
      (text: string) => text.replace('max-download:', 'max-downlod:'),
      /no field max-downlod/,
      /Write max-download: in its place/,
      (text: string) => lineOf(text, 'max-downlod:'),
      3,
    ],
    ['a bracket that is never closed', () => 'id: [\n', /never closed/, /Close it with \]/, () => 1, 5],
    ['nothing in it', () => '', /empty/, /name: value/, () => 1, 1],
  ] as const)('is refused with %s', async (_, edit, says, hint, line, column) => {
    const text = edit(fs.readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8'));
    await withFile('orchestrate.yaml', text, () =>
      refuses(['undo', '--yes'], {
        code: 'CONFIG_INVALID',
        exit: 1,
        says,
        hint,
        at: { file: 'orchestrate.yaml', line: line(text), column },
      }),
    );
  });
});

describe('the tools of the machine', () => {
  const fakePython = (facts: object): string =>
    `#!/bin/sh\necho '${JSON.stringify({ program: '/fake/python3', abi: 'cp39', platform: 'linux-x86_64', hasVenv: true, pips: [{ path: '/x', version: '23.0' }], ...facts })}'\n`;
  const init = (): readonly string[] => [
    'init',
    join(world.base, 'new-home'),
    '--comfyui',
    join(world.live, 'w/ComfyUI'),
    '--index',
    join(world.live, 'w/index'),
    '--yes',
  ];

  it.each([
    ['there is no Python', undefined, 'PYTHON_MISSING', /No Python was found/, /doctor/],
    [
      'Python is too old',
      fakePython({ version: '3.9.2' }),
      'PYTHON_TOO_OLD',
      /Python 3\.9\.2 .* is too old; 3\.10/,
      /doctor/,
    ],
    [
      'Python has no venv module',
      fakePython({ version: '3.12.1', hasVenv: false }),
      'PYTHON_VENV_MISSING',
      /3\.12\.1 .* no venv module/,
      /python3\.12-venv/,
    ],
    ['python3 is something else', '#!/bin/sh\necho I am no snake\n', 'PYTHON_MISSING', /No Python was found/, /doctor/],
  ] as const)('stop init when %s', async (_, python, code, says, hint) => {
    const PATH = linkTools(join(world.base, `tools-${code}`), ['git']);
    if (python !== undefined) fs.writeFileSync(join(PATH, 'python3'), python, { mode: 0o755 });
    await refuses(init(), { code, exit: 6, says, hint, env: { PATH }, cwd: world.live });
    expect(fs.existsSync(join(world.base, 'new-home'))).toBe(false);
  });

  it('stop a run when there is no Python', async () => {
    const PATH = linkTools(join(world.base, 'tools-bare'), ['git']);
    await world.endSupervisor();
    await refuses(upgrade, {
      code: 'PYTHON_MISSING',
      exit: 6,
      says: /No Python was found/,
      hint: /doctor/,
      env: { PATH },
    });
    await world.endSupervisor();
  });

  it('stop a run when there is no git, and doctor says so', async () => {
    const PATH = linkTools(join(world.base, 'tools-no-git'), ['true']);
    await world.endSupervisor();
    // What cannot even be asked for may be kept until a supervisor runs: a preview harms nobody then.
    const { exitStatus, out } = await world.run(['run', 'upgrade pytorch', '--dry-run', '--json'], { env: { PATH } });
    expect(exitStatus, out).toBe(6);
    expect(out).toContain('GIT_MISSING');
    expect(out).toContain('orchestrate doctor');
    const doctor = await world.run(['doctor', '--json'], { env: { PATH } });
    expect(doctor.exitStatus).toBe(1);
    expect(doctor.json?.['checks']).toContainEqual(
      expect.objectContaining({ id: 'git', ok: false, hint: 'install git 2.39 or newer' }),
    );
    await world.endSupervisor();
  });

  it('stop init when nothing answers at the address of the index', async () => {
    const address = `http://127.0.0.1:${await closedPort()}/simple`;
    const args = init().map((one) => (one.endsWith('/index') ? address : one));
    const fault = await refuses(args, {
      code: 'INDEX_UNREACHABLE',
      exit: 6,
      says: /nothing answers at that address/,
      hint: /doctor/,
      cwd: world.live,
    });
    expect(fault.message).toContain(address);
  });

  it('stop a run when nothing answers at the address of the index', async () => {
    const text = fs
      .readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8')
      .replace(/index: \S+\n/, `index: http://127.0.0.1:${await closedPort()}/simple\n`);
    await withFile('orchestrate.yaml', text, () =>
      refuses(upgrade, { code: 'INDEX_UNREACHABLE', exit: 6, says: /nothing answers/, hint: /doctor/ }),
    );
  });
});

describe('a home that git cannot hold as it is', () => {
  /** Commits what the person would regret, does the work, and takes it back. */
  async function withCommit(files: Readonly<Record<string, string>>, work: () => Promise<unknown>): Promise<void> {
    const head = world.git(['rev-parse', 'HEAD']);
    for (const [path, text] of Object.entries(files)) {
      fs.mkdirSync(join(world.home, path, '..'), { recursive: true });
      fs.writeFileSync(join(world.home, path), text);
      world.git(['add', path]);
    }
    world.git(['commit', '--quiet', '--message', 'a bad idea']);
    const now = sketchOf(world);
    try {
      await work();
      expect(sketchOf(world)).toEqual(now);
    } finally {
      world.git(['reset', '--quiet', '--hard', head]);
    }
  }

  it('is refused with a detached HEAD, and the branch is named', async () => {
    world.git(['checkout', '--quiet', '--detach']);
    try {
      for (const command of [upgrade, ['undo', '--yes']])
        await refuses(command, {
          code: 'HOME_DETACHED',
          exit: 1,
          says: /HEAD is detached/,
          hint: /^git switch main$/m,
        });
    } finally {
      world.git(['checkout', '--quiet', 'main']);
    }
  });

  it('is refused when its branch was deleted, and the command that brings it back does', async () => {
    const head = world.git(['rev-parse', 'HEAD']);
    world.git(['update-ref', '-d', 'refs/heads/main']);
    try {
      const fault = await refuses(upgrade, {
        code: 'HOME_UNBORN',
        exit: 1,
        says: /main has no commit yet/,
        hint: /^git update-ref/,
      });
      world.git((fault.hints[0] ?? '').split(' ').slice(1));
      expect(world.git(['rev-parse', 'HEAD'])).toBe(head);
    } finally {
      world.git(['update-ref', 'refs/heads/main', head]);
    }
  });

  it.each([
    [
      'Git LFS',
      '.gitattributes',
      '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'HOME_LFS',
      /\.gitattributes line 1 uses Git LFS/,
    ],
    [
      'a content filter',
      '.gitattributes',
      '# mine\n*.txt filter=crypt\n',
      'HOME_LFS',
      /\.gitattributes line 2 uses a content filter/,
    ],
    [
      'another encoding on checkout',
      'docs/.gitattributes',
      '*.txt working-tree-encoding=UTF-16\n',
      'HOME_UNSUPPORTED',
      /docs\/\.gitattributes line 1 changes the encoding/,
    ],
  ] as const)('is refused with %s', async (_, path, text, code, says) => {
    await withCommit({ [path]: text }, () =>
      refuses(upgrade, { code, exit: 1, says, hint: /Take that out and commit/ }),
    );
  });

  it('is refused with a nested repository in its tree', async () => {
    const nested = join(world.home, 'docs/nested');
    fs.mkdirSync(nested, { recursive: true });
    world.git(['init', '--quiet'], nested);
    world.git(['commit', '--quiet', '--allow-empty', '--message', 'x'], nested);
    world.git(['-c', 'advice.addEmbeddedRepo=false', 'add', 'docs/nested']);
    world.git(['commit', '--quiet', '--message', 'nested']);
    try {
      await refuses(upgrade, {
        code: 'HOME_NESTED_REPOSITORY',
        exit: 1,
        says: /docs\/nested is a nested repository/,
        hint: /git rm --cached docs\/nested/,
      });
    } finally {
      world.git(['reset', '--quiet', '--hard', 'HEAD~1']);
      fs.rmSync(join(world.home, 'docs'), { recursive: true });
    }
  });
});

describe('the ledger', () => {
  const file = (): string => join(world.state, 'ledger.db');
  const sql = (text: string): void => {
    const db = new DatabaseSync(file());
    db.exec(text);
    db.close();
  };
  /** Stops the supervisor, changes the ledger, does the work, and brings the ledger back. */
  async function withLedger(change: () => void, work: () => Promise<unknown>): Promise<void> {
    await world.endSupervisor();
    const names = fs.readdirSync(world.state).filter((name) => name.startsWith('ledger.db'));
    for (const name of names) fs.copyFileSync(join(world.state, name), join(world.base, name));
    try {
      change();
      await work();
    } finally {
      for (const name of fs.readdirSync(world.state))
        if (name.startsWith('ledger.db')) fs.rmSync(join(world.state, name));
      for (const name of names) fs.renameSync(join(world.base, name), join(world.state, name));
    }
  }
  const replace = (bytes: Uint8Array | undefined) => (): void => {
    for (const name of fs.readdirSync(world.state))
      if (name.startsWith('ledger.db')) fs.rmSync(join(world.state, name));
    if (bytes !== undefined) fs.writeFileSync(file(), bytes);
  };

  it.each([
    [
      'of a newer orchestrate',
      () => sql('UPDATE meta SET schema_version = 4'),
      'LEDGER_NEWER',
      1,
      /layout 4/,
      /npm install/,
    ],
    [
      'of an orchestrate that is too old',
      () => sql('UPDATE meta SET schema_version = 0'),
      'LEDGER_OLDER',
      1,
      /layout 0/,
      /orchestrate between the two/,
    ],
    [
      'that is no database',
      replace(Buffer.from('this was a ledger once '.repeat(400))),
      'LEDGER_BROKEN',
      1,
      /damaged/,
      /journal verify|\.damaged/,
    ],
    [
      'that is another database',
      () => {
        replace(undefined)();
        sql('CREATE TABLE songs (title TEXT)');
      },
      'LEDGER_BROKEN',
      1,
      /not a ledger/,
      /doctor|mv /,
    ],
    [
      'that was cut to nothing',
      replace(new Uint8Array()),
      'LEDGER_UNAVAILABLE',
      6,
      /ledger\.db is empty/,
      /bring that folder back/,
    ],
    ['that is gone', replace(undefined), 'LEDGER_UNAVAILABLE', 6, /has no ledger\.db/, /XDG_STATE_HOME/],
  ] as const)('is refused, and left as it is: one %s', async (_, change, code, exit, says, hint) => {
    await withLedger(change, async () => {
      const bytes = fs.existsSync(file()) ? fs.readFileSync(file()) : undefined;
      for (const command of [upgrade, ['runs', 'list']]) await refuses(command, { code, exit, says, hint });
      const { json, exitStatus } = await world.run(['doctor', '--json']);
      expect(exitStatus).toBe(1);
      expect(json?.['checks']).toContainEqual(expect.objectContaining({ id: 'journal', ok: false }));
      expect(fs.existsSync(file()) ? fs.readFileSync(file()) : undefined).toEqual(bytes);
    });
  });

  it('of the layout before is carried over with all its rows, and a copy is kept', async () => {
    const nRows = world.journal().length;
    await withLedger(
      () => sql(toLayout1),
      async () => {
        const { json } = await world.ok(['journal', 'verify', '--json']);
        expect(json).toMatchObject({ ok: true });
        expect(json?.['nRows']).toBeGreaterThanOrEqual(nRows);
        expect(fs.existsSync(`${file()}.v1.bak`)).toBe(true);
        await world.ok(['run', 'upgrade pytorch', '--dry-run', '--json']);
        await world.endSupervisor();
      },
    );
  });

  it('with a changed row is found by journal verify, which names the row', async () => {
    await withLedger(
      () => sql("UPDATE journal SET data = json_set(data, '$.goal', 'something else') WHERE kind = 'run.created'"),
      async () => {
        const { json, exitStatus } = await world.run(['journal', 'verify', '--json']);
        expect({ ok: json?.['ok'], exitStatus }).toEqual({ ok: false, exitStatus: 1 });
        expect(json?.['firstBadSeq']).toBeGreaterThan(1);
      },
    );
  });
});

describe('init', () => {
  const comfyui = (): string => join(world.live, 'w/ComfyUI');
  const init = (...more: readonly string[]): readonly string[] => [
    'init',
    join(world.base, 'new-home'),
    '--comfyui',
    comfyui(),
    '--index',
    join(world.live, 'w/index'),
    ...more,
    '--yes',
  ];
  const write = (name: string, text: string): string => {
    const path = join(world.base, name);
    fs.mkdirSync(join(path, '..'), { recursive: true });
    fs.writeFileSync(path, text);
    return path;
  };
  const cases: readonly (readonly [what: string, args: () => readonly string[], wanted: Wanted])[] = [
    [
      'a folder that is not empty',
      () => ['init', join(write('full/mine.txt', 'mine'), '..'), '--comfyui', comfyui(), '--yes'],
      { code: 'HOME_EXISTS', exit: 5, says: /not empty: it holds mine\.txt/, hint: /orchestrate init/ },
    ],
    [
      'a folder inside of ComfyUI',
      () => ['init', join(comfyui(), 'home'), '--comfyui', comfyui(), '--yes'],
      { code: 'HOME_EXISTS', exit: 5, says: /beside the ComfyUI folder/, hint: /orchestrate init .*ComfyUI-home/ },
    ],
    [
      'a ComfyUI folder without main.py',
      () => ['init', join(world.base, 'new-home'), '--comfyui', join(write('no-comfy/readme', 'x'), '..'), '--yes'],
      { code: 'COMPONENT_NOT_FOUND', exit: 4, says: /no main\.py/, hint: /folder that holds main\.py/ },
    ],
    [
      'a ComfyUI folder that is not there',
      () => ['init', join(world.base, 'new-home'), '--comfyui', '/nowhere', '--yes'],
      { code: 'COMPONENT_NOT_FOUND', exit: 4, says: /\/nowhere/, hint: /main\.py/ },
    ],
    [
      'a port below 1024',
      () => init('--port', '80'),
      { code: 'USAGE_BAD_ARGUMENT', exit: 2, says: /--port has to be at least 1024/, hint: /init --help/ },
    ],
    [
      'a port that is no number',
      () => init('--port', 'abc'),
      { code: 'USAGE_BAD_ARGUMENT', exit: 2, says: /--port has to be a whole number/, hint: /init --help/ },
    ],
    [
      'a branch with a space',
      () => init('--branch', 'a b'),
      { code: 'NAME_INVALID', exit: 2, says: /--branch "a b" .* space/, hint: /init --help/ },
    ],
    [
      'a branch that git does not take',
      () => init('--branch', '../x'),
      { code: 'NAME_INVALID', exit: 2, says: /"\.\."/, hint: /init --help/ },
    ],
    [
      'a requirement that is none',
      () => init('--require', 'torch==='),
      {
        code: 'USAGE_BAD_ARGUMENT',
        exit: 2,
        says: /no version specifier/,
        hint: /init --help/,
        at: { file: '--require', line: 1, column: 6 },
      },
    ],
    [
      'a requirement without a package',
      () => init('--require', ''),
      { code: 'USAGE_BAD_ARGUMENT', exit: 2, says: /name one package/, hint: /init --help/ },
    ],
    [
      'a package that the index does not have',
      () => init('--require', 'no-such-package==1'),
      { code: 'PACKAGE_NOT_FOUND', exit: 4, says: /no-such-package==1/, hint: /--require/ },
    ],
    [
      'a workflow that is not there',
      () => init('--workflow', '/nowhere.json'),
      { code: 'USAGE_BAD_ARGUMENT', exit: 2, says: /\/nowhere\.json/, hint: /init --help/ },
    ],
    [
      'a workflow as the editor saves it',
      () => init('--workflow', write('ui.json', '{"nodes": [{"id": 1}], "links": [], "version": 0.4}')),
      { code: 'DEFINITION_INVALID', exit: 1, says: /ui\.json is not in API format/, hint: /Export \(API\)/ },
    ],
    [
      'a workflow that is no JSON',
      () => init('--workflow', write('bad.json', '{bad')),
      { code: 'DEFINITION_SYNTAX', exit: 1, says: /bad\.json is not JSON: .*line 1 column 2/, hint: /Export \(API\)/ },
    ],
  ];

  it.each(cases)('refuses %s and writes nothing', async (_, args, wanted) => {
    const states = fs.readdirSync(join(world.live, 'state/orchestrate'));
    await refuses(args(), { ...wanted, cwd: world.live });
    expect(fs.existsSync(join(world.base, 'new-home'))).toBe(false);
    expect(fs.existsSync(join(comfyui(), 'home'))).toBe(false);
    expect(fs.readdirSync(join(world.live, 'state/orchestrate'))).toEqual(states);
  });
});

describe('a wheel with other bytes than were locked', () => {
  const wheel = (): string => join(world.live, 'w/index/torch-2.11.0-py3-none-any.whl');
  const pausedAt = async (step: string): Promise<string> => {
    const result = await world.run(['run', 'upgrade pytorch', '--yes', '--until', step, '--json']);
    expect({ exit: result.exitStatus, state: result.json?.['state'] }, result.out).toEqual({
      exit: 7,
      state: 'paused',
    });
    return String(result.json?.['run']);
  };
  const cancel = async (run: string): Promise<void> => {
    expect((await world.ok(['runs', 'cancel', run, '--json'])).json?.['state']).toBe('cancelled');
  };
  const mismatch = (says: RegExp, hint: RegExp): Wanted => ({ code: 'WHEEL_HASH_MISMATCH', exit: 6, says, hint });

  it('is refused when the index changed after the plan, and works again when the index is put right', async () => {
    const run = await pausedAt('lock');
    const good = fs.readFileSync(wheel());
    fs.appendFileSync(wheel(), 'x');
    try {
      const fault = await refuses(
        ['runs', 'resume', run],
        mismatch(/torch===2\.11\.0 is not the one that was locked/, /run the goal again/),
      );
      expect(fault.state).toBe('Nothing was installed.');
    } finally {
      fs.writeFileSync(wheel(), good);
    }
    await cancel(await pausedAt('build'));
  });

  it('is refused when a kept wheel was altered, and the command that takes it away helps', async () => {
    const envs = join(world.home, '.orchestrate/envs');
    const wheels = join(world.home, '.orchestrate/wheels');
    const folder =
      fs
        .readdirSync(wheels)
        .find((name) => fs.readdirSync(join(wheels, name)).includes('torch-2.11.0-py3-none-any.whl')) ?? '';
    const kept = join(wheels, folder, 'torch-2.11.0-py3-none-any.whl');
    expect(fs.existsSync(kept)).toBe(true);
    // The environment that was built from it is taken away: it would be used as it is.
    for (const name of fs.readdirSync(envs)) {
      if (fs.existsSync(join(envs, name, 'lib')) && isTorch(join(envs, name), '2.11.0'))
        fs.renameSync(join(envs, name), join(world.base, name));
    }
    fs.chmodSync(kept, 0o644);
    fs.appendFileSync(kept, 'x');
    const run = await pausedAt('lock');
    const fault = await refuses(
      ['runs', 'resume', run],
      mismatch(/kept wheel .* is not the package that its folder names/, /^rm -r /m),
    );
    fs.rmSync((fault.hints[0] ?? '').replace('rm -r ', ''), { recursive: true });
    await cancel(await pausedAt('build'));
  });

  it('is refused when a hash of the lock in the slot was altered', async () => {
    const run = await pausedAt('lock');
    const lock = join(world.home, 'trees/env-setup/requirements.lock');
    const text = fs.readFileSync(lock, 'utf8');
    fs.writeFileSync(lock, text.replace(/(torch===2\.11\.0 --hash=sha256:)..../, '$10000'));
    await refuses(
      ['runs', 'resume', run],
      mismatch(/torch===2\.11\.0 is not the one that was locked: its sha256 is/, /run the goal again/),
    );
  });
});

it('leaves no lease, no port and no process but production and the supervisor', async () => {
  const { json } = await world.ok(['trees', 'list', '--json']);
  expect(JSON.stringify(json)).not.toMatch(/"lease":\{/);
  await world.ok(['service', 'stop', '--json']);
  await world.ok(['supervisor', 'stop', '--json']);
  expect(await until('every process to be gone', () => processesOf(world.base).length === 0, 10_000)).toBe(true);
  before = sketchOf(world);
});

function lineOf(text: string, find: string): number {
  return text.slice(0, text.indexOf(find)).split('\n').length;
}

function isTorch(environment: string, version: string): boolean {
  const lib = join(environment, 'lib');
  return fs
    .readdirSync(lib)
    .some((python) => fs.existsSync(join(lib, python, 'site-packages', `torch-${version}.dist-info`)));
}

/** A port of this machine that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
