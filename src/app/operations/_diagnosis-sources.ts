import { Fault } from '../../base/fault.ts';
import { logPieces } from '../../engine/instances/log-pieces.ts';
import { nServerLines } from '../../engine/instances/read-service-log.ts';
import { logDirOf } from '../../engine/instances/start.ts';
import type { App } from '../app.ts';
import { newest } from '../views/journal-reader.ts';
import { serviceView } from '../views/service-view.ts';

/** Where lines come from: a file, or what a server tells of itself where another program has its output. */
export type LogSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'server'; readonly url: string; readonly lines: readonly string[] };

/** Logs of ended instances that are read beside production's: of the newest. */
const maxEnded = 5;

/**
 * Returns the logs of an installation that say how its service does, oldest first: those of instances that wrote since the time (without
 * one production's alone), else what the server on its port tells. Fault: `SERVICE_NOT_RUNNING`.
 */
export async function diagnosisSources(app: App, sinceMs: number | null): Promise<readonly LogSource[]> {
  const context = await app.installation();
  const { ledger, config } = context;
  const { files, service } = app.outside;
  const dir = logDirOf(context);
  const { instance } = serviceView(ledger);
  const ours: { path: string; atMs: number }[] = [];
  for (const name of await files.list(dir)) {
    if (!name.endsWith('.log')) continue;
    const path = `${dir}/${name}`;
    const info = await files.info(path);
    if (info?.kind !== 'file') continue;
    if (name === `${instance}.log` || (sinceMs !== null && info.mtimeMs >= sinceMs))
      ours.push({ path, atMs: info.mtimeMs });
  }
  if (ours.length > 0) {
    const chosen = ours.toSorted((a, b) => a.atMs - b.atMs).slice(-maxEnded);
    const pieces = await Promise.all(chosen.map(({ path }) => logPieces(files, path)));
    return pieces.flat().map(({ path }) => ({ kind: 'file', path }));
  }
  const composed = instance === null ? undefined : newest(ledger, 'instance.composed', `instance:${instance}`)?.data;
  const url = `http://127.0.0.1:${composed?.port ?? config.service.port}`;
  if ((await service.facts(url)) !== undefined)
    return [{ kind: 'server', url, lines: await service.logTail(url, nServerLines) }];
  throw new Fault(
    'SERVICE_NOT_RUNNING',
    'No instance of this installation has a log, and nothing answers on its port.',
    { hints: ['orchestrate diagnose --log <file>', 'orchestrate service start'], state: 'Nothing was changed.' },
  );
}
