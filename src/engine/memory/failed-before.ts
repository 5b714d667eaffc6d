import { dataOf } from '../../domain/journal/kinds.ts';
import {
  askedMove,
  type FailedBefore,
  failedVersionOf,
  readFailedVersion,
} from '../../domain/memory/failed-version.ts';
import type { EngineContext } from '../context.ts';

/**
 * Returns the versions of a package that failed a proof here before. Memory only points at rows: an entry whose row does not say so, that
 * was refuted or has expired, or whose version was proven since, counts for nothing. Reads only.
 */
export async function failedBefore(
  { memory, ledger, definitions }: Pick<EngineContext, 'memory' | 'ledger' | 'definitions'>,
  name: string,
): Promise<readonly FailedBefore[]> {
  const found: FailedBefore[] = [];
  for (const tree of definitions.trees.keys()) {
    for (const version of memory.list({ prefix: `swarm/${tree}/failed_versions` })) {
      if (!version.key.includes(`/failed_versions/${name}-`)) continue;
      const entry = await memory.get(version.key, version.version);
      const said = entry === undefined ? undefined : readFailedVersion(entry.text);
      if (said === undefined || said.package !== name) continue;
      const [row] = ledger.read({ afterSeq: said.row - 1, limit: 1 });
      const failed = row === undefined || row.seq !== said.row ? undefined : failedVersionOf(row, ledger);
      if (failed === undefined || failed.package !== name || failed.version !== said.version) continue;
      if (isProvenSince({ ledger }, failed)) continue;
      const { run, code, message } = failed;
      found.push({
        version: failed.version,
        run,
        row: failed.row,
        code,
        message,
        entry: `${version.key}@${version.version}`,
      });
    }
  }
  return found;
}

/** Gates that are looked through for one that proved it after all. */
const maxGates = 1_000;

function isProvenSince(
  { ledger }: Pick<EngineContext, 'ledger'>,
  failed: { readonly package: string; readonly version: string; readonly row: number },
): boolean {
  return ledger.read({ kinds: ['change.gated'], afterSeq: failed.row, limit: maxGates }).some((row) => {
    if (dataOf('change.gated', row)?.verdict !== 'proven') return false;
    const plan = dataOf('plan.made', ledger.latest(`plan:${row.run ?? ''}`))?.plan;
    const move = plan === undefined ? undefined : askedMove(plan);
    return move?.name === failed.package && move.to === failed.version;
  });
}
