import * as fs from 'node:fs';
import * as path from 'node:path';

import { encodeIndex } from './index-file.ts';
import { syncFolder } from './object-writer.ts';

const config = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
	logallrefupdates = true
`;

/** Folders of an installation that are not part of its tree (DESIGN 4), in git's own words. */
const exclude = ['/.orchestrate/', '/memory/', '/sessions/', '/logs/', '/trees/*/', ''].join('\n');

/**
 * Makes an empty git repository in the folder, by hand: no template, no hook, nothing of the person's
 * configuration. HEAD names `refs/heads/<branch>`, which does not exist yet. A repeat is safe.
 */
export async function createHome(homeDir: string, branch: string): Promise<void> {
  const gitDir = path.join(homeDir, '.git');
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info']) {
    fs.mkdirSync(path.join(gitDir, folder), { recursive: true });
  }
  const write = (name: string, content: string | Uint8Array): void => {
    const file = path.join(gitDir, name);
    if (!fs.existsSync(file)) fs.writeFileSync(file, content, { flush: true });
  };
  write('config', config);
  write('info/exclude', exclude);
  write('index', encodeIndex({ version: 2, entries: [], resolveUndo: undefined }));
  write('HEAD', `ref: refs/heads/${branch}\n`);
  for (const folder of ['info', 'refs', '.', '..']) await syncFolder(path.join(gitDir, folder));
}
