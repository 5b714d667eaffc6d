import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { findSecrets, type FoundSecret } from '../../domain/secrets/find-secrets.ts';
import type { EngineContext } from '../context.ts';
import { isWayBack } from '../policy/ruled.ts';

/** A file is looked through as far as this, in bytes: nobody writes a key behind four million characters by accident. */
const maxReadBytes = 4 * 1024 * 1024;
/** Places that are told; how many there are is told as well. */
const maxTold = 5;

interface Place extends FoundSecret {
  readonly path: string;
}

/**
 * Looks for secrets in what a change would bring to the branch: values that this machine knows, and what nothing but a secret looks like.
 * What the branch holds already, and what a person said is none (`secret.allowed`), is not asked about again; a way back was live before.
 * Reads only. Fault: `SECRET_FOUND` with file, line and column, never with the value.
 */
export async function requireNoSecrets(
  engine: EngineContext,
  { change, run, base, exact }: { change: string; run: string; base: GitTreeId; exact: GitTreeId },
): Promise<void> {
  if (isWayBack(engine, run)) return;
  const allowed = dataOf('secret.allowed', engine.ledger.latest(`secret-allowed:${change}`))?.marks ?? [];
  const found: Place[] = [];
  for (const { path, before, after } of await engine.store.differences(base, exact)) {
    if (after === null) continue;
    const there = before === null ? [] : await secretsOf(engine, before.blob);
    const isKnown = ({ mark }: FoundSecret): boolean =>
      allowed.includes(mark) || there.some((one) => one.mark === mark);
    for (const one of await secretsOf(engine, after.blob)) if (!isKnown(one)) found.push({ path, ...one });
  }
  if (found.length > 0) throw foundFault(change, found);
}

async function secretsOf({ store, outside }: EngineContext, blob: string): Promise<readonly FoundSecret[]> {
  const bytes = (await store.readBlob(blob)).subarray(0, maxReadBytes);
  const values = outside.secrets.known();
  const sha256 = (text: string): string => outside.digest.sha256(text);
  return findSecrets(new TextDecoder().decode(bytes), { values, sha256 });
}

function foundFault(change: string, found: readonly Place[]): Fault {
  const told = found.slice(0, maxTold).map(({ path, line, column, what }) => `${path}:${line}:${column} holds ${what}`);
  const more = found.length > told.length ? `, and ${found.length - told.length} more` : '';
  return new Fault('SECRET_FOUND', `${change} would bring a secret to the branch: ${told.join('; ')}${more}.`, {
    hints: [
      `Take it out, then: orchestrate review resubmit ${change}`,
      `orchestrate secrets allow ${change} --comment "<why it is none>"`,
    ],
    state:
      'Nothing was merged: the branch and production are as they were. A secret that was in use should be replaced.',
    data: { change, marks: [...new Set(found.map(({ mark }) => mark))], places: told },
  });
}
