import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { git } from '../../contract/git/support.ts';

/** Commits in a work tree what no strict import takes in, a tree with an entry `.GIT`, and detaches HEAD at it. */
export function commitRefused(dir: string, text: string): string {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'orchestrate-refused-'));
  try {
    const file = path.join(scratch, 'file');
    fs.writeFileSync(file, text);
    const blob = git(dir, 'hash-object', '-w', file).trim();
    fs.writeFileSync(file, Buffer.concat([Buffer.from('100644 .GIT\0'), Buffer.from(blob, 'hex')]));
    const tree = git(dir, 'hash-object', '-t', 'tree', '--literally', '-w', file).trim();
    const commit = git(dir, 'commit-tree', tree, '-p', 'HEAD', '-m', text).trim();
    git(dir, 'update-ref', '--no-deref', 'HEAD', commit);
    return commit;
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}
