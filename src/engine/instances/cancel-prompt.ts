import type { Actor } from '../../domain/journal/actor.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { Cancelled } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import type { Beside } from '../machines/host.ts';
import { cancelledKey } from './cancelled.ts';
import { findProduction } from './production.ts';
import { queueFile } from './prompts.ts';
import { baseUrl } from './start.ts';

interface Asked {
  /** Names this very cancelling for all time. */
  readonly key: string;
  readonly promptId: string;
  readonly port: number;
  readonly by: Actor;
  readonly run: string | null;
  readonly answers?: (was: Cancelled) => NonNullable<Beside['answers']>;
}

/**
 * Takes exactly one prompt back from production, and out of the copy that a death falls back on. It is on record as cancelled, so that it
 * is not queued again by a restart, also where it stayed. A repeat takes nothing else back.
 */
export async function cancelOnProduction(engine: Engine, asked: Asked): Promise<Cancelled> {
  const { key, promptId, port, by, run, answers } = asked;
  const { was } = await engine.perform<{ was: Cancelled }>(
    { key, name: 'cancel a prompt', input: { promptId, port }, run },
    { act: async () => ({ was: await engine.outside.service.cancel(baseUrl(port), promptId) }) },
  );
  await forgetInCopy(engine);
  const cancelled = row('prompt.cancelled', { promptId, port, was, by }, { run, keys: [cancelledKey(promptId)] });
  await engine.ledger.append([cancelled], answers?.(was));
  return was;
}

async function forgetInCopy(engine: Engine): Promise<void> {
  const instance = findProduction(engine);
  if (instance === undefined || (await engine.outside.files.info(queueFile(engine, instance))) === undefined) return;
  await engine.template.work.copy(engine, instance);
}
