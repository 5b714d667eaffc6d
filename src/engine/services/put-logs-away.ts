import { Fault, faultRecord } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { isEnd } from '../effects/is-end.ts';
import type { Engine } from '../engine.ts';
import { isCommanded } from '../instances/commanded.ts';
import { cuttingPath, endOf, logPieces, piecePath } from '../instances/log-pieces.ts';
import { composedInstance, logDirOf, logPathOf } from '../instances/start.ts';

export interface LogKeeper {
  /** Puts the live log of each service away that has grown past `logs.size`. */
  look(): Promise<void>;
}

/** After a failure, such as a full disk, a log is left to grow for so long. */
const againMs = 600_000;
const compareBytes = 1024 * 1024;

/**
 * Keeps the logs of services small. A service holds its log open and goes on writing to that very file, so it is copied and emptied, not renamed.
 * The copy gets its name after the cut: whoever finds a piece knows that the live file begins behind it. Of the pieces the first
 * stays, with the start and the import table, and the newest.
 */
export function createLogKeeper(engine: Engine): LogKeeper {
  const { files, clock, log } = engine.outside;
  const notBefore = new Map<string, number>();
  let isFirst = true;

  const tryPutAway = async (instance: string): Promise<void> => {
    if (clock.monotonicMs() < (notBefore.get(instance) ?? 0)) return;
    try {
      await putAway(engine, instance);
      notBefore.delete(instance);
    } catch (error) {
      if (isEnd(error) || !(error instanceof Fault)) throw error;
      notBefore.set(instance, clock.monotonicMs() + againMs);
      log.warn('a log of a service could not be put away; it is tried again', { instance, ...faultRecord(error) });
    }
  };

  return {
    async look() {
      const names = isFirst ? await files.list(logDirOf(engine)) : [];
      isFirst = false;
      for (const name of names) {
        const instance = /^(i\d+)\.log\.cutting$/.exec(name)?.[1];
        if (instance !== undefined) await tryPutAway(instance);
      }
      for (const { subject, state } of engine.host.all('instance')) {
        if (state === 'stopped' || isCommanded(composedInstance(engine, subject))) continue;
        const path = logPathOf(engine, subject);
        const sizeBytes = (await files.info(path))?.sizeBytes ?? 0;
        const isDue = sizeBytes >= engine.config.logs.sizeBytes;
        if (isDue || (await files.info(cuttingPath(path))) !== undefined) await tryPutAway(subject);
      }
    },
  };
}

/** Puts the live log away, or ends what a kill or failure left between. */
async function putAway(engine: Engine, instance: string): Promise<void> {
  const { files } = engine.outside;
  const path = logPathOf(engine, instance);
  const pieces = await logPieces(files, path);
  const old = pieces.filter(({ isLive }) => !isLive);
  const fromByte = endOf(old);
  const surplus = old.slice(1, Math.max(1, old.length - engine.config.logs.keep + 2));
  const effect = {
    key: freeKey(engine, `log-away:${instance}:${fromByte}`),
    name: `put the log of ${instance} away`,
    input: { fromByte, removed: surplus.map((piece) => piece.path) },
    run: null,
  };
  const name = async (): Promise<object | undefined> => nameCut(engine, path, fromByte);
  const act = async ({ removed }: JsonObject): Promise<object> => {
    const cut = await name();
    if (cut !== undefined) return cut;
    // First, so that there is room for the copy.
    for (const one of Array.isArray(removed) ? removed : []) await files.remove(String(one));
    await requireRoom(engine, path);
    await files.cutOff(path, cuttingPath(path));
    return (await name()) ?? {};
  };
  await engine.perform(effect, { look: name, act });
}

/** Where all pieces were removed the log begins at 0 again: what was done there before is another effect. */
function freeKey({ ledger }: Engine, begun: string): string {
  for (let key = begun; ;) {
    const last = ledger.latest(`effect:${key}`);
    if (last === undefined || dataOf('effect.done', last) === undefined) return key;
    key = `${begun}:${last.seq}`;
  }
}

/** Gives the copy its name where the live file was cut since; undefined where it was not, and all is still in it. */
async function nameCut(engine: Engine, path: string, fromByte: number): Promise<object | undefined> {
  const { files } = engine.outside;
  const cutting = cuttingPath(path);
  const sizeBytes = (await files.info(cutting))?.sizeBytes;
  const to = piecePath(path, fromByte);
  if (sizeBytes === undefined) {
    const named = await files.info(to);
    return named === undefined ? undefined : { path: to, sizeBytes: named.sizeBytes };
  }
  if (await beginsWith(engine, path, cutting)) return undefined;
  await files.rename(cutting, to);
  return { path: to, sizeBytes };
}

/** Whether the file has all of the other at its beginning. */
async function beginsWith({ outside: { files } }: Engine, path: string, other: string): Promise<boolean> {
  for (let offset = 0; ; offset += compareBytes) {
    const [live, copy] = await Promise.all(
      [path, other].map((one) => files.readPart(one, { offset, maxBytes: compareBytes })),
    );
    if (live === undefined || copy === undefined || live.sizeBytes < copy.sizeBytes) return false;
    if (copy.bytes.length === 0) return true;
    if (!copy.bytes.every((byte, index) => byte === live.bytes[index])) return false;
  }
}

/** A copy that fills the disk would take the room that everything else needs. */
async function requireRoom({ outside: { files } }: Engine, path: string): Promise<void> {
  const sizeBytes = (await files.info(path))?.sizeBytes ?? 0;
  if ((await files.freeBytes(path)) > sizeBytes) return;
  throw new Fault('DISK_FULL', `There is no room to put ${path} away (${sizeBytes} bytes)`, {
    state: 'The log is as it was, and grows.',
    data: { path, sizeBytes },
  });
}
