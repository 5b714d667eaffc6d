import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { git } from '../../demo/world/git.ts';

/** Where the demonstration keeps the repository that a clone calls origin. */
export const upstreamOf = (demoFolder: string, name: 'ComfyUI' | 'demo-pack'): string =>
  join(demoFolder, 'upstream', `${name}.git`);

/** Tags what an author has published last. */
export function tagUpstream(repository: string, tag: string): void {
  git(repository, 'tag', tag, 'master');
}

/** Publishes a version as its author would: files changed (null removes), committed, tagged, pushed. Returns the commit. */
export function publish(
  repository: string,
  version: { readonly tag?: string; readonly files: Readonly<Record<string, string | null>> },
): string {
  const work = mkdtempSync(join(tmpdir(), 'orc-upstream-'));
  try {
    git(work, 'clone', '--quiet', repository, 'work');
    const clone = join(work, 'work');
    for (const [path, content] of Object.entries(version.files)) {
      const file = join(clone, path);
      if (content === null) rmSync(file);
      else {
        if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
    }
    git(clone, 'add', '--all', '--force');
    git(clone, 'commit', '--quiet', '--message', version.tag ?? 'more');
    if (version.tag !== undefined) git(clone, 'tag', version.tag);
    git(clone, 'push', '--quiet', '--tags', 'origin', 'HEAD:master');
    return git(clone, 'rev-parse', 'HEAD');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
