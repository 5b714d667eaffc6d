import * as fs from 'node:fs';
import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { CommitId } from '../../base/ids.ts';
import { toleratedSlips } from './git-door.ts';
import { syncFolder } from './object-writer.ts';
import { plainFileMark } from './plain-file.ts';
import { listRefsInFiles } from './ref-files.ts';
import { objectsDir, type StoreParts } from './store-parts.ts';

/**
 * Brings a commit and everything reachable from it into the store. The other repository's objects are read as
 * alternates of one `pack-objects` that runs in the store; `index-pack --strict` then hashes every object again,
 * refuses malformed trees and names, and finds whatever is missing. Nothing else of that repository is read.
 */
export function importObjects(parts: StoreParts, options: ImportOptions): Promise<void> {
  const turn = (turns.get(parts.gitDir) ?? Promise.resolve()).catch(() => {}).then(() => takeIn(parts, options));
  turns.set(parts.gitDir, turn);
  return turn;
}

interface ImportOptions {
  readonly gitDir: string;
  readonly commit: CommitId;
}

/** Of each store, the import that goes on: two of one commit make the same pack, and the second finds it there. */
const turns = new Map<string, Promise<void>>();

async function takeIn(parts: StoreParts, options: ImportOptions): Promise<void> {
  const { door, gitDir, reader } = parts;
  if ((await reader.findInfo(options.commit))?.type === 'commit') return;
  const source = path.join(options.gitDir, 'objects');
  refuseBorrowed(options.gitDir);
  fs.mkdirSync(path.join(parts.scratchDir, 'import'), { recursive: true, mode: 0o700 });
  const folder = fs.mkdtempSync(path.join(parts.scratchDir, 'import', 'pack-'));
  try {
    const have = [...new Set(listRefsInFiles(gitDir, 'refs/').map(({ id }) => id))];
    const packed = await door
      .run({
        verb: 'pack-objects',
        args: ['--revs', path.join(folder, 'pack')],
        gitDir,
        alternates: [source],
        stdin: `${options.commit}\n${have.map((id) => `^${id}\n`).join('')}`,
      })
      .catch((error: unknown) => Promise.reject(isAbsence(error) ? notThere(options.commit, error) : error));
    const name = packed.stdout.toString('latin1').trim();
    const pack = path.join(folder, `pack-${name}.pack`);
    if (!/^[0-9a-f]{40}$/.test(name) || !fs.existsSync(pack)) throw notImported(options.commit, 'nothing was packed');
    const index = path.join(folder, 'checked.idx');
    await door.run({
      verb: 'index-pack',
      args: [`--strict=${toleratedSlips.map((id) => `${id}=ignore`).join(',')}`, '-o', index, pack],
      gitDir,
    });
    await install(path.join(objectsDir(parts), 'pack'), name, pack, index);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  if ((await reader.findInfo(options.commit))?.type !== 'commit') {
    throw notImported(options.commit, 'its bytes are not the ones its id stands for');
  }
}

/** The index goes last: git finds a pack by it. */
async function install(packDir: string, name: string, pack: string, index: string): Promise<void> {
  for (const [from, suffix] of [
    [pack, 'pack'],
    [index, 'idx'],
  ] as const) {
    const target = path.join(packDir, `pack-${name}.${suffix}`);
    const temporary = path.join(packDir, `tmp_${suffix}_${name}`);
    fs.copyFileSync(from, temporary, fs.constants.COPYFILE_FICLONE);
    const handle = await fs.promises.open(temporary, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    fs.renameSync(temporary, target);
  }
  await syncFolder(packDir);
}

/** Objects that live elsewhere, or a history that was cut, cannot be taken in whole. */
function refuseBorrowed(gitDir: string): void {
  for (const [file, what] of [
    ['objects/info/alternates', 'borrows objects from another repository'],
    ['objects/info/http-alternates', 'borrows objects from another repository'],
    ['shallow', 'is a shallow clone'],
  ] as const) {
    const mark = plainFileMark(path.join(gitDir, file));
    if (mark === undefined || mark === emptyMark) continue;
    throw new Fault('HOME_UNSUPPORTED', `The repository ${what} (${path.join(gitDir, file)}).`, {
      hints: file === 'shallow' ? ['git fetch --unshallow'] : ['git repack -a -d, then remove the file'],
      state: 'Nothing was imported.',
      data: { file: path.join(gitDir, file) },
    });
  }
}

/** SHA-256 of nothing: an empty file lends nothing. */
const emptyMark = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Tells whether git, and no lack of memory or rights, said that the other repository does not hold all of it. */
function isAbsence(error: unknown): error is Fault {
  if (!(error instanceof Fault) || error.code !== 'GIT_FAILED') return false;
  const { exitCode, stderr } = (error.data ?? {}) as { exitCode?: unknown; stderr?: unknown };
  return (
    exitCode === 128 &&
    typeof stderr === 'string' &&
    /bad (revision|object|tree object)|could not read|failed to traverse|unable to (read|parse)|missing (blob|tree|commit)/i.test(
      stderr,
    ) &&
    !/too many open files|memory|denied|input\/output/i.test(stderr)
  );
}

function notThere(commit: string, cause: Fault): Fault {
  return new Fault('GIT_FAILED', `The commit ${commit} is not there as a whole: ${cause.message}`, {
    state: 'The store holds what it held.',
    cause,
    data: { ...cause.data, commit, isAbsent: true },
  });
}

function notImported(commit: string, why: string): Fault {
  return new Fault('GIT_FAILED', `The commit ${commit} could not be imported: ${why}.`, {
    state: 'The store holds what it held.',
    data: { commit },
  });
}
