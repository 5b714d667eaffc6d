import type { Trimmed } from '../../actions/_service-care.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { logPieces } from '../instances/log-pieces.ts';
import { findProduction } from '../instances/production.ts';

/** Logs of the newest ended instances stay, however old: somebody may ask why they ended. */
const keptLogs = 5;
/** Files that one trim removes; the next one goes on. */
const maxFiles = 500;

interface Old {
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * Removes logs of ended instances and temporary pictures of production that were not changed for so long; the server makes those anew and
 * clears them itself at each start. What goes is on record before it goes. Models, outputs, inputs, restore points, trash and evidence of
 * incidents are never touched, and no link is followed. A repeat removes what is still there.
 */
export async function trimSpace(
  engine: Engine,
  { key, run, olderMs }: { readonly key: string; readonly run: string; readonly olderMs: number },
): Promise<Trimmed> {
  const { files } = engine.outside;
  const beforeMs = engine.outside.clock.nowMs() - olderMs;
  const logs = await oldLogs(engine, beforeMs);
  const temporary = await oldTemporary(engine, beforeMs);
  const chosen = [...logs, ...temporary].slice(0, maxFiles);
  const bytes = chosen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const counts = { nLogs: Math.min(logs.length, chosen.length), nTemporary: Math.max(0, chosen.length - logs.length) };
  const done = await engine.perform<typeof counts & { bytes: number }>(
    {
      key,
      name: 'remove old logs and temporary pictures',
      input: { ...counts, bytes, paths: chosen.map(({ path }) => path) },
      run,
    },
    {
      act: async ({ paths, ...input }) => {
        for (const path of paths as string[]) await files.remove(path);
        return input as typeof counts & { bytes: number };
      },
    },
  );
  const trashBytes = await files.sizeBytes(engine.paths.trash);
  return { ...done, freeBytes: await files.freeBytes(engine.paths.home), trashBytes };
}

async function oldLogs(engine: Engine, beforeMs: number): Promise<readonly Old[]> {
  const dir = `${engine.paths.logs}/instances`;
  const last = dataOf('instance.composed', engine.ledger.latest('composed:production'))?.instance;
  const living = new Set([
    last,
    findProduction(engine),
    ...engine.host.all('instance').flatMap(({ subject, state }) => (state === 'stopped' ? [] : [subject])),
  ]);
  const ended = (await engine.outside.files.list(dir))
    .flatMap((name) => /^(i(\d+))\.log$/.exec(name) ?? [])
    .filter((name) => /^i\d+$/.test(name) && !living.has(name))
    .toSorted((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  // The live file of a log last: where not all can go at once, the rest is found by it.
  const pieces = await Promise.all(
    ended.slice(keptLogs).map((name) => logPieces(engine.outside.files, `${dir}/${name}.log`)),
  );
  return plainOlder(
    engine,
    pieces.flat().map(({ path }) => path),
    beforeMs,
  );
}

async function oldTemporary(engine: Engine, beforeMs: number): Promise<readonly Old[]> {
  const instance = findProduction(engine);
  const composed = dataOf(
    'instance.composed',
    instance === undefined ? undefined : engine.ledger.latest(`instance:${instance}`),
  );
  if (composed === undefined || engine.config.template !== 'comfyui') return [];
  const dir = `${composed.dir}/temp`;
  if ((await engine.outside.files.info(dir))?.kind !== 'directory') return [];
  const names = await engine.outside.files.list(dir);
  return plainOlder(
    engine,
    names.map((name) => `${dir}/${name}`),
    beforeMs,
  );
}

async function plainOlder({ outside }: Engine, paths: readonly string[], beforeMs: number): Promise<readonly Old[]> {
  const old: Old[] = [];
  for (const path of paths) {
    const info = await outside.files.info(path);
    if (info?.kind === 'file' && info.mtimeMs < beforeMs) old.push({ path, sizeBytes: info.sizeBytes });
  }
  return old;
}
