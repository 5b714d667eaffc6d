import * as fs from 'node:fs';
import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import { encodeCommit, ourselves } from './commit-format.ts';
import type { GitDoor } from './git-door.ts';
import { newObject, writeLooseObjects } from './object-writer.ts';
import { createStore } from './store-create.ts';

/**
 * A repository on this machine may be one that others write to, and what its configuration names is run by a git that
 * fetches there what the repository lacks. Git leaves that since 2.39.4, 2.40.2, 2.41.1, 2.42.2, 2.43.4, 2.44.1 and 2.45.1
 * (CVE-2024-32004, https://github.com/git/git/blob/master/Documentation/RelNotes/2.39.4.txt); systems carry the fix into
 * older ones without another number. So it is tried: in `dir`, from a repository that lacks a file, which a second one has.
 * Fault: `GIT_TOO_OLD`. A repeat is safe with another `dir`; the caller removes it.
 */
export async function requireLocalGuard(door: GitDoor, dir: string): Promise<void> {
  const [whole, lacking, taker] = ['whole.git', 'lacking.git', 'taker.git'].map((name) => path.join(dir, name));
  if (whole === undefined || lacking === undefined || taker === undefined) return;
  for (const gitDir of [whole, lacking, taker]) await createStore(gitDir);
  const file = newObject('blob', Buffer.from('what the second one has\n'));
  const tree = newObject('tree', Buffer.concat([Buffer.from('100644 file\0'), Buffer.from(file.id, 'hex')]));
  const commit = newObject('commit', commitBody(tree.id));
  await writeLooseObjects(path.join(whole, 'objects'), [file]);
  await writeLooseObjects(path.join(lacking, 'objects'), [tree, commit]);
  fs.writeFileSync(path.join(lacking, 'refs/heads/main'), `${commit.id}\n`);
  fs.writeFileSync(path.join(lacking, 'config'), partialClone(whole));
  const args = ['--end-of-options', lacking, `+${commit.id}:refs/orchestrate/tried`];
  // It may fail in any way: what counts is whether the file came into the repository that was asked.
  await door.run({ verb: 'fetch', args, gitDir: taker, transport: { kind: 'file' } }).catch(rethrowUnlessGit);
  if (fs.readdirSync(path.join(lacking, 'objects/pack')).length > 0) throw unguarded(door.program());
}

const commitBody = (tree: string): Buffer =>
  encodeCommit({ tree, parents: [], message: 'x\n', author: ourselves, committer: ourselves, atSeconds: 0 });

const partialClone = (from: string): string => `[core]
	repositoryformatversion = 1
	bare = true
[extensions]
	partialClone = origin
[remote "origin"]
	url = ${JSON.stringify(from)}
	promisor = true
`;

function rethrowUnlessGit(error: unknown): void {
  if (!(error instanceof Fault) || error.code !== 'GIT_FAILED') throw error;
}

const unguarded = (program: string): Fault =>
  new Fault(
    'GIT_TOO_OLD',
    `git at ${program} runs what the configuration of another repository on this machine names (CVE-2024-32004).`,
    {
      hints: [
        'install git 2.45.1 or newer (2.39.4, 2.40.2, 2.41.1, 2.42.2, 2.43.4 and 2.44.1 do, too)',
        'or write an https:// address as its source into components.lock, and commit that',
      ],
      state: 'Nothing was fetched.',
    },
  );
