import * as fs from 'node:fs';
import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import { syncFolder } from './object-writer.ts';

/** Switches every conversion off wherever git reads files or trees that an agent wrote. */
const attributes = '* -text !eol !ident -filter !working-tree-encoding !merge !diff\n';

const config = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
	logAllRefUpdates = always
[gc]
	auto = 0
[maintenance]
	auto = false
`;

/**
 * Writes an empty bare repository by hand: no template, no hooks. What is there already is kept, the
 * attributes are put right. An object folder that borrows from elsewhere is refused.
 */
export async function createStore(gitDir: string): Promise<void> {
  fs.mkdirSync(gitDir, { recursive: true, mode: 0o700 });
  fs.chmodSync(gitDir, 0o700);
  for (const folder of ['objects/pack', 'objects/info', 'refs/heads', 'refs/tags', 'refs/orchestrate', 'info']) {
    fs.mkdirSync(path.join(gitDir, folder), { recursive: true });
  }
  // All 256 at once: a folder made later costs a commit of the file system's journal in the midst of a change.
  for (let first = 0; first < 256; first++)
    fs.mkdirSync(path.join(gitDir, 'objects', first.toString(16).padStart(2, '0')), { recursive: true });
  if (fs.existsSync(path.join(gitDir, 'objects/info/alternates'))) {
    throw new Fault('GIT_FAILED', 'The trusted store borrows objects from another folder (objects/info/alternates).', {
      hints: ['orchestrate doctor'],
      state: 'Nothing was changed.',
      data: { gitDir },
    });
  }
  await ensureContent(path.join(gitDir, 'info/attributes'), attributes, 'replace');
  await ensureContent(path.join(gitDir, 'config'), config, 'replace');
  // HEAD comes last: it is what makes the folder a repository.
  await ensureContent(path.join(gitDir, 'HEAD'), 'ref: refs/heads/main\n', 'keep');
  for (const folder of ['info', 'objects', 'refs', '.', '..']) await syncFolder(path.join(gitDir, folder));
}

async function ensureContent(file: string, content: string, when: 'keep' | 'replace'): Promise<void> {
  const present = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
  if (present === content || (present !== undefined && present !== '' && when === 'keep')) return;
  const temporary = `${file}.new`;
  const handle = await fs.promises.open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  fs.renameSync(temporary, file);
}
