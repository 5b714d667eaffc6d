import { Fault } from '../../base/fault.ts';
import { findSignature } from '../../domain/diagnosis/catalogue.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { showsProgress } from '../../domain/services/progress-lines.ts';
import type { Seen } from '../../domain/services/stillness.ts';
import type { Engine } from '../engine.ts';
import { isCommanded } from '../instances/commanded.ts';
import { endOf, logPieces, readLogEnd } from '../instances/log-pieces.ts';
import { baseUrl, composedInstance, logPathOf } from '../instances/start.ts';

export interface WorkLook {
  look(): Promise<Seen>;
}

/** It answered a moment ago: a queue that takes longer is told as silent, and keeps the round waiting no longer. */
const answerMs = 2_500;
/** Of what was written since the look before. */
const maxReadBytes = 256 * 1024;
const nServerLines = 50;

/** Looks at what an instance works on, what it writes and what it takes of the machine. Writes nothing. */
export function createWorkLook(engine: Engine, instance: string): WorkLook {
  const { clock } = engine.outside;
  const isAsked = isCommanded(composedInstance(engine, instance));
  const readOn = isAsked ? readFromServer(engine, instance) : readFromFile(engine, logPathOf(engine, instance));
  const isDead = findSignature('S43')?.pattern;
  return {
    async look() {
      const isSilent = engine.host.find(instance)?.state !== 'healthy';
      const queue = isSilent ? undefined : await engine.template.work.doing(engine, instance, answerMs);
      // A server that is silent tells no log either; a file is read all the same.
      const text = isAsked && queue === undefined ? '' : await readOn();
      const process = await processOf(engine, instance);
      return {
        atMs: clock.monotonicMs(),
        queue: queue ?? null,
        wrote: showsProgress(text),
        cpuMs: process?.cpuMs ?? null,
        residentBytes: process?.residentBytes ?? null,
        isWorkerDead: isDead?.test(text) === true,
      };
    },
  };
}

/** What another program started has no process that is known here. */
async function processOf({ ledger, outside }: Engine, instance: string) {
  const proven = dataOf('instance.proven', ledger.latest(`instance-up:${instance}`));
  if (proven === undefined) return undefined;
  try {
    return await outside.machine.process(proven.pid);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
}

/** Begins with what stands there: a thread that died before anybody looked is dead. */
function readFromFile({ outside: { files } }: Engine, path: string): () => Promise<string> {
  let at: number | undefined;
  return async () => {
    const pieces = await logPieces(files, path);
    const end = endOf(pieces);
    // Cut by somebody else: from the beginning of the file.
    const from = at === undefined ? 0 : end < at ? (pieces.at(-1)?.fromByte ?? 0) : at;
    at = end;
    if (end <= from) return '';
    return (await readLogEnd(files, path, Math.min(maxReadBytes, end - from)))?.text ?? '';
  };
}

/** Of the server's own last lines, those that were not there before; all of them the first time. */
function readFromServer(engine: Engine, instance: string): () => Promise<string> {
  const url = baseUrl(composedInstance(engine, instance).port);
  let known: ReadonlySet<string> | undefined;
  return async () => {
    const lines = await engine.outside.service.logTail(url, nServerLines, { timeoutMs: answerMs });
    const fresh = lines.filter((line) => known?.has(line) !== true);
    if (lines.length > 0) known = new Set(lines);
    return fresh.join('\n');
  };
}
