import { z } from 'zod';

import { kindOfKey } from '../../domain/memory/draft-version.ts';
import { keyProblem } from '../../domain/memory/key.ts';
import type { Files } from '../../ports/index.ts';
import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate memory init` */
export const memoryInit = defineOperation({
  name: 'memory init',
  summary: 'Lay out the standard structure of memory.',
  description:
    'A folder for each of the three trees and for sessions, with entries that say what belongs there. What is there already stays as it is; a repeat writes nothing. Memory works without it: entries are made when there is something to say.',
  effect: 'write',
  needs: 'home',
  input: z.object({}),
  output: z.object({
    folder: z.string().describe('Absolute path of the memory folder.'),
    created: z.array(z.string()).describe('Keys of entries that were written.'),
    present: z.array(z.string()).describe('Keys that were there already.'),
  }),
  examples: [
    {
      command: 'orchestrate memory init',
      explains: 'Folders and entries that say what belongs where; then populate fills them.',
    },
  ],
  async run(app) {
    const { paths, memory } = await app.installation();
    const { files, host } = app.outside;
    const created: string[] = [];
    const present: string[] = [];
    for (const key of await keysBelow(files, `${host.builtInDir}/memory`, '')) {
      await memory.get(key);
      if (memory.history(key).length > 0) {
        present.push(key);
        continue;
      }
      const text = await files.readText(`${host.builtInDir}/memory/${key}`);
      if (text === undefined) continue;
      await memory.put({ key, kind: kindOfKey(key), text, by: personOf(app), ifVersion: 0 });
      created.push(key);
    }
    return { folder: paths.memory, created, present };
  },
});

/** Files whose paths are keys; `README.md` explains the folder of the program and is none. */
async function keysBelow(files: Files, root: string, below: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const name of await files.list(`${root}${below === '' ? '' : `/${below}`}`)) {
    const key = below === '' ? name : `${below}/${name}`;
    const info = await files.info(`${root}/${key}`);
    if (info?.kind === 'directory') keys.push(...(await keysBelow(files, root, key)));
    else if (info?.kind === 'file' && keyProblem(key) === undefined) keys.push(key);
  }
  return keys;
}
