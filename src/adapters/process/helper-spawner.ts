import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { connectHelper, type HelperLink } from './helper-link.ts';
import type { OpenSpec } from './helper-messages.ts';
import type { DetachedSpec, OpenProgram, RawResult, RawSpec, Spawner } from './spawner.ts';

/**
 * Starts programs through the spawn helper, which is started with the first request and again
 * after it was killed. When the helper dies, what was running through it rejects with an Error
 * of code `HELPER_LOST`; the programs themselves may live on and are found by their mark.
 */
export function createHelperSpawner(): Spawner & { helperPid(): number | undefined } {
  let link: HelperLink | undefined;
  let isClosed = false;
  const connected = (): HelperLink => {
    if (isClosed) throw new Error('the spawner is closed');
    if (link === undefined || link.isLost()) link = connectHelper(helperPath());
    return link;
  };

  return {
    helperPid: () => (link === undefined || link.isLost() ? undefined : link.pid),

    async run(spec: RawSpec, signal?: AbortSignal): Promise<RawResult> {
      const helper = connected();
      const id = helper.nextId();
      const onAbort = (): void => helper.send({ kind: 'abort', id });
      const answer = helper.request({ kind: 'run', id, spec: { ...spec, cwd: spec.cwd ?? process.cwd() } });
      if (signal?.aborted === true) onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        const message = await answer;
        if (message.kind !== 'result') throw new Error(`the spawn helper answered ${message.kind} to run`);
        return message.result;
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    },

    open(spec: OpenSpec): Promise<OpenProgram> {
      return connected().open({ ...spec, cwd: spec.cwd ?? process.cwd() });
    },

    async startDetached(spec: DetachedSpec): Promise<number> {
      const helper = connected();
      const message = await helper.request({ kind: 'detached', id: helper.nextId(), spec });
      if (message.kind !== 'pid') throw new Error(`the spawn helper answered ${message.kind} to detached`);
      return message.pid;
    },

    async close(): Promise<void> {
      isClosed = true;
      await link?.close();
    },
  };
}

/** The helper is a source file beside this one in development, and a file of the bundle otherwise. */
function helperPath(): string {
  const name = import.meta.url.endsWith('.ts') ? './spawn.helper.ts' : './spawn.helper.cjs';
  const path = fileURLToPath(new URL(name, import.meta.url));
  if (!existsSync(path)) throw new Error(`the spawn helper is not at ${path}`);
  return path;
}
