// One of many that merge their own file into one branch. Told by lines on its input: `prepare` makes a commit on the branch as it is,
// `swap` tries to move the branch to it. Answers `ready`, `won` or `lost`.
// node race-child.ts <home> <folder of its own> <name> <safe|blind>
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { createInterface } from 'node:readline';

import { createHomeRepository } from '../../../src/adapters/git/home-repository.ts';
import { createTrustedStore } from '../../../src/adapters/git/trusted-store.ts';
import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import { asCommitId, type CommitId } from '../../../src/base/ids.ts';

const [, , homeDir = '', ownDir = '', name = '', how = 'safe'] = process.argv;
const ref = 'refs/heads/main';
const author = { name: 'orchestrate', email: 'orchestrate@localhost' };
const spawner = createInProcessSpawner();
const searchPath = process.env['PATH'] ?? '/usr/bin:/bin';
const store = createTrustedStore({
  gitDir: path.join(ownDir, 'store.git'),
  scratchDir: path.join(ownDir, 'scratch'),
  spawner,
  searchPath,
});
const home = createHomeRepository({ homeDir, store });
await store.create();

let from: CommitId | undefined;
let to: CommitId | undefined;

/** The change merged onto the branch as it is now. */
async function prepare(): Promise<void> {
  from = asCommitId((await home.findRef(ref)) ?? '');
  await store.importCommit({ gitDir: path.join(homeDir, '.git'), commit: from, name: 'branch' });
  const tree = await store.editTree(await store.treeOf(from), new Map([[`changes/${name}`, `${name}\n`]]));
  to = await store.commit({ tree, parents: [from], message: `${name}\n`, author, atSeconds: 1_700_000_000 });
  await home.deliverObjects({ commit: to, known: from });
}

async function swap(): Promise<'won' | 'lost'> {
  if (from === undefined || to === undefined) throw new Error('nothing was prepared');
  if (how === 'blind') {
    execFileSync('git', ['update-ref', ref, to], { cwd: homeDir });
    return 'won';
  }
  return (await home.updateRefs([{ ref, from, to }])).kind === 'moved' ? 'won' : 'lost';
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'prepare') await prepare().then(() => process.stdout.write('ready\n'));
  else if (line === 'swap') process.stdout.write(`${await swap()}\n`);
}
await store.close();
await spawner.close();
