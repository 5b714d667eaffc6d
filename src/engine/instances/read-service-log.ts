import type { ServiceLog } from '../../actions/_context.ts';
import { Fault } from '../../base/fault.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { isCommanded } from './commanded.ts';
import { readLogEnd } from './log-pieces.ts';
import { findProduction } from './production.ts';
import { baseUrl, logPathOf } from './start.ts';

/** Lines that a server is asked for; it keeps about as many itself. */
export const nServerLines = 300;

/**
 * Returns the end of what an instance wrote, also of one that has ended; of production when none is named, and where that does not run of
 * the one that ran last. What another program started is asked for its log. Fault `USAGE_BAD_ARGUMENT` for an instance that there is not.
 */
export async function readServiceLog(
  engine: Engine,
  options: { readonly instance: string | null; readonly maxBytes: number },
): Promise<ServiceLog> {
  const { ledger, config, outside } = engine;
  const last = dataOf('instance.composed', ledger.latest('composed:production'))?.instance ?? null;
  const instance = options.instance ?? findProduction(engine) ?? last;
  const composed = dataOf('instance.composed', instance === null ? undefined : ledger.latest(`instance:${instance}`));
  if (instance !== null && composed === undefined)
    throw new Fault('USAGE_BAD_ARGUMENT', `There is no instance ${JSON.stringify(instance.slice(0, 20))}.`, {
      hints: ['orchestrate service status'],
    });
  if (composed !== undefined && !isCommanded(composed)) return readFileEnd(engine, composed.instance, options.maxBytes);

  const url = baseUrl(composed?.port ?? config.service.port);
  const isThere = composed !== undefined || (await outside.service.facts(url)) !== undefined;
  const lines = isThere ? await outside.service.logTail(url, nServerLines) : [];
  if (lines.length === 0) return { instance, source: 'none', text: '', isCut: false };
  return { instance, source: 'server', text: lines.join('\n'), isCut: lines.length >= nServerLines };
}

async function readFileEnd(engine: Engine, instance: string, maxBytes: number): Promise<ServiceLog> {
  const end = await readLogEnd(engine.outside.files, logPathOf(engine, instance), maxBytes);
  if (end === undefined) return { instance, source: 'none', text: '', isCut: false };
  const { text, isCut } = end;
  // What begins in the middle of a line is no line.
  return { instance, source: 'file', text: isCut ? text.slice(text.indexOf('\n') + 1) : text, isCut };
}
