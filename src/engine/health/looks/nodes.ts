import { Fault } from '../../../base/fault.ts';
import { failedPacks } from '../../../domain/instances/failed-packs.ts';
import { dataOf } from '../../../domain/journal/kinds.ts';
import { logPieces } from '../../instances/log-pieces.ts';
import { nServerLines } from '../../instances/read-service-log.ts';
import { logPathOf } from '../../instances/start.ts';
import type { HealthContext, HealthFound, HealthLook } from '../look.ts';

/** The import table stands near the beginning of a log, after what the packs say themselves. */
const maxBytes = 1024 ** 2;
/** So long is waited for the server's word. */
const answerMs = 2_500;

/** Node packs that failed at the start of production, against those that failed at the start of the one before it. */
export const lookAtNodes: HealthLook = async (context) => {
  const { config, now, outside } = context;
  if (config.template !== 'comfyui') return unknown('this kind of service has no node packs');
  if (now.port === null) return unknown('production is stopped');
  const own = now.instance === null ? undefined : await logOf(context, now.instance);
  const log =
    own ??
    (await outside.service
      .logTail(`http://127.0.0.1:${now.port}`, nServerLines, { timeoutMs: answerMs })
      .catch(ignoreFault));
  if (log === undefined || log.length === 0) return unknown('production tells no log');
  const failing = failedPacks(log);
  if (failing.length === 0)
    return { state: 'good', sentence: 'every node pack was imported', evidence: [], hint: null };
  const before = await failedBefore(context);
  const fresh = before === undefined ? failing : failing.filter((pack) => !before.includes(pack));
  const evidence = failing.map((pack) => `${pack}: IMPORT FAILED${fresh.includes(pack) ? '' : ', as before'}`);
  const hint = 'orchestrate service logs';
  return fresh.length > 0
    ? { state: 'bad', sentence: `${count(fresh.length)} failed to import: ${fresh.join(', ')}`, evidence, hint }
    : { state: 'warning', sentence: `${count(failing.length)} failed to import, as before`, evidence, hint };
};

const count = (n: number): string => `${n} node ${n === 1 ? 'pack' : 'packs'}`;

async function failedBefore(context: HealthContext): Promise<readonly string[] | undefined> {
  const earlier = context.ledger
    .read({ kinds: ['instance.composed'], descending: true, limit: 50 })
    .map((entry) => dataOf('instance.composed', entry))
    .find((one) => one?.purpose === 'production' && one.instance !== context.now.instance);
  const log = earlier === undefined ? undefined : await logOf(context, earlier.instance);
  return log === undefined ? undefined : failedPacks(log);
}

async function logOf(context: HealthContext, instance: string): Promise<readonly string[] | undefined> {
  const { files } = context.outside;
  // The first piece is kept, whatever was put away since.
  const [first] = await logPieces(files, logPathOf(context, instance));
  const part = first?.fromByte === 0 ? await files.readPart(first.path, { offset: 0, maxBytes }) : undefined;
  return part === undefined ? undefined : new TextDecoder().decode(part.bytes).split(/[\r\n]+/);
}

function ignoreFault(error: unknown): undefined {
  if (!(error instanceof Fault)) throw error;
}

const unknown = (sentence: string): HealthFound => ({ state: 'unknown', sentence, evidence: [], hint: null });
