import * as fs from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { signal, until } from './fault-processes.ts';
import type { Mutation } from './fault-program.ts';
import { faultCode } from './fault-steps.ts';
import { type FaultWorld, inMutant } from './fault-world.ts';
import { buildIoFault, errnos, faultyEnv, type IoFault, readFaultLog } from './io-fault.ts';
import { bundleOf, exportArgs, requestPin, sweepCalls, thinned } from './io-sweep.ts';

/** Tries one call after the other in a program without the defence until a harm is seen; undefined when none is. */
export async function findHarm(
  mutations: readonly Mutation[],
  try_: (mutant: FaultWorld, tell: (harm: string) => void, isEnough: () => boolean) => Promise<unknown>,
): Promise<string | undefined> {
  let harm: string | undefined;
  await inMutant(mutations, (mutant) =>
    try_(
      mutant,
      (told) => (harm ??= told),
      () => harm !== undefined,
    ),
  );
  return harm;
}

/** A bundle that is written under its own name from the first byte on. */
const writtenInPlace: readonly Mutation[] = [
  {
    file: 'adapters/bundle/write-bundle.ts',
    find: 'const temporary = join(dirname(file), `.${basename(file)}.orchestrate-part`);',
    replace: 'const temporary = file;',
  },
  { file: 'adapters/bundle/write-bundle.ts', find: 'await link(temporary, file);', replace: '' },
  {
    file: 'adapters/bundle/write-bundle.ts',
    find: '  } finally {\n    await unlinkIfThere(temporary);\n  }',
    replace: '  }',
  },
];

/** The same sweep over it. The harm: half a bundle has the right name, and the intact program says so. */
export const tornInPlace = (fault: Pick<IoFault, 'kind' | 'errno' | 'andLater'>) => (world: FaultWorld) =>
  findHarm(writtenInPlace, async (mutant, tell, isEnough) => {
    const under = join(mutant.live, 'stick');
    fs.mkdirSync(under, { recursive: true });
    await sweepCalls(mutant, {
      args: exportArgs(mutant),
      fault: { ...fault, under },
      before: () => fs.rmSync(bundleOf(mutant), { force: true }),
      check: async ({ at }) => {
        if (!fs.existsSync(bundleOf(mutant))) return;
        const shown = await world.run(['bundle', 'show', bundleOf(mutant), '--json']);
        if (faultCode(shown) === 'BUNDLE_INVALID') tell(`after write ${at} half a bundle has the right name`);
      },
      isEnough,
    });
  });

/** A commit that fails counts as done. */
const blindCommit: Mutation = {
  file: 'adapters/sqlite/journal-writer.ts',
  find: '      this.#commit.run();\n',
  replace:
    "      try {\n        this.#commit.run();\n      } catch {\n        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');\n      }\n",
};

/** The log is laid out, nothing of a request is written yet: from here on there is no room. */
const inTheMiddle = 1_000;

/** The same fault for a supervisor whose commits count as done. The harm: a row that it was told to be safe is nowhere. */
export const lostRows = (fault: Pick<IoFault, 'kind' | 'errno' | 'andLater'>) => () =>
  findHarm([blindCommit], async (mutant, tell) => {
    mutant.edit('orchestrate.yaml', [['idle-time: 10m', 'idle-time: 1s']]);
    await requestPin(mutant, true);
    const log = join(mutant.base, 'io-fault.log');
    const library = buildIoFault(mutant.base);
    if (library === undefined) return;
    const under = join(mutant.state, 'ledger.db');
    const command = mutant.start(['supervise', mutant.home], {
      env: faultyEnv(library, { ...fault, at: inTheMiddle, under }, log),
    });
    // It takes the same request again and again: what it wrote down is not there.
    const verify = async (): Promise<unknown> => (await mutant.run(['journal', 'verify', '--json'])).json?.['reason'];
    const reason = await until(
      'a row to be lost',
      async () => /the end was lost.*/.exec(String(await verify()))?.[0],
      60_000,
      500,
    ).catch(() => undefined);
    signal(command.pid, 'SIGKILL');
    await command.done;
    if (reason !== undefined && readFaultLog(log).nFired > 0) tell(`rows count as written and are not: ${reason}`);
  });

/** A failed sync of a bundle counts as done, and one of the record is tried again. */
const blindSync: readonly Mutation[] = [
  {
    file: 'adapters/bundle/write-bundle.ts',
    find: 'await handle.sync();',
    replace: 'await handle.sync().catch(() => {});',
  },
  {
    file: 'adapters/sqlite/group-commit.ts',
    find: 'if (isIoError(error)) this.#end = faultRecord(error);',
    replace: 'if (isIoError(error)) return this.#commit(jobs);',
  },
];

/** The same sweeps with it. The harm: a bundle and rows count as safe after the kernel gave bytes up. */
export async function trustedAfterFailure(): Promise<string | undefined> {
  const fault = { kind: 'sync', errno: errnos.EIO } as const;
  let told: string | undefined;
  const ofRecord = await findHarm(blindSync, async (mutant, tell, isEnough) => {
    const under = join(mutant.live, 'stick');
    fs.mkdirSync(under, { recursive: true });
    const library = buildIoFault(mutant.base);
    if (library === undefined) return;
    const env = faultyEnv(library, { ...fault, at: 1, under }, join(mutant.base, 'io-fault.log'));
    const exported = await mutant.run(exportArgs(mutant), { env });
    if (readFaultLog(join(mutant.base, 'io-fault.log')).nFired > 0 && exported.exitStatus === 0)
      told = 'a bundle whose bytes never came to the disk was told as written';
    mutant.edit('orchestrate.yaml', [['idle-time: 10m', 'idle-time: 1s']]);
    let isPinned = false;
    await sweepCalls(mutant, {
      args: ['supervise', mutant.home],
      fault: { ...fault, under: join(mutant.state, 'ledger.db') },
      before: () => requestPin(mutant, (isPinned = !isPinned)),
      check: ({ at, result, after }) => {
        if (result.exitStatus === 0 && after.some((line) => /write/.test(line)))
          tell(`after sync ${at} of the record failed its rows were written again, and called safe`);
      },
      isEnough,
    });
  });
  return told !== undefined && ofRecord !== undefined ? `${told}; ${ofRecord}` : undefined;
}

/** A reader that goes on after a failed read, and does not compare hashes. */
const blindReader: readonly Mutation[] = [
  {
    file: 'adapters/bundle/read-bundle.ts',
    find: 'await this.#handle.read(buffer, filled, length - filled, this.at + filled);',
    replace:
      'await this.#handle.read(buffer, filled, length - filled, this.at + filled).catch(() => ({ bytesRead: length - filled }));',
  },
  {
    file: 'adapters/bundle/read-bundle.ts',
    find: "hash.digest('hex') !== sha256",
    replace: "hash.digest('hex') === ''",
  },
];

/** The same sweep over it. The harm: a bundle of which a part was never read is accepted. */
export const acceptedGarbage = (): Promise<string | undefined> =>
  findHarm(blindReader, async (mutant, tell, isEnough) => {
    fs.mkdirSync(join(mutant.live, 'stick'), { recursive: true });
    await mutant.ok(exportArgs(mutant));
    await sweepCalls(mutant, {
      args: ['bundle', 'show', bundleOf(mutant), '--json'],
      fault: { kind: 'read', errno: errnos.EIO, under: bundleOf(mutant) },
      next: thinned,
      check: ({ at, result }) => {
        if (result.exitStatus === 0) tell(`what was in memory counts as read ${at} of the bundle, and is accepted`);
      },
      isEnough,
    });
  });

/** A record that cannot be opened is kept somewhere else instead. */
const recordElsewhere: Mutation = {
  file: 'src/wire.ts',
  find: `    const ledger = await openLedger({
      dir: paths.state,
      clock,
      digest,
      mode: role === 'supervisor' ? 'worker' : 'inline',
    });`,
  replace: `    const at = (dir: string) =>
      openLedger({ dir, clock, digest, mode: role === 'supervisor' ? 'worker' : 'inline' });
    const ledger = await at(paths.state).catch(() => at(paths.state.replace(/[^/]+$/, 'elsewhere')));`,
};

/** Starts the upgrade in a program with it. The harm: a run began, and the installation's own record has no word of it. */
export const begunUnseen = (begin: (mutant: FaultWorld) => Promise<unknown>) => () =>
  findHarm([recordElsewhere], async (mutant, tell) => {
    await begin(mutant);
    const elsewhere = join(mutant.state, '../elsewhere/ledger.db');
    if (!fs.existsSync(elsewhere)) return;
    const db = new DatabaseSync(elsewhere, { readOnly: true });
    const { n } = db.prepare("SELECT count(*) AS n FROM journal WHERE kind = 'run.created'").get() as { n: number };
    db.close();
    if (n > 0 && mutant.rows('run.created').length === 0)
      tell(`${n} run has begun, and the installation's record has no word of it`);
  });
