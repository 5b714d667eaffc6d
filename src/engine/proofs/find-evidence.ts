import type { CommitId, GitTreeId } from '../../base/ids.ts';
import type {
  BootEvidence,
  ChecksEvidence,
  Evidence,
  EvidencePart,
  SmokeEvidence,
} from '../../domain/changes/evidence.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';

/** A row of evidence that is on record for exactly this tree, environment and components. */
export function findEvidence<Part extends EvidencePart>(
  engine: Engine,
  key: string,
  part: Part,
): (Extract<Evidence, { part: Part }> & { row: number }) | undefined {
  const entry = engine.ledger.latest(`evidence:${key}:${part}`);
  const evidence = dataOf('evidence.recorded', entry)?.evidence;
  return entry && evidence ? { ...(evidence as Extract<Evidence, { part: Part }>), row: entry.seq } : undefined;
}

/** The newest evidence of a tree, whatever environment it was made in. */
export function findOfTree<Part extends EvidencePart>(
  engine: Engine,
  tree: GitTreeId,
  part: Part,
): (Extract<Evidence, { part: Part }> & { row: number }) | undefined {
  const entry = engine.ledger.latest(`evidence-of:${tree}:${part}`);
  const evidence = dataOf('evidence.recorded', entry)?.evidence;
  return entry && evidence ? { ...(evidence as Extract<Evidence, { part: Part }>), row: entry.seq } : undefined;
}

/** Evidence on record for the branch's tree, whatever environment it ran in. */
export async function baselineOf(
  engine: Engine,
  base: CommitId,
): Promise<{
  checks: ChecksEvidence | undefined;
  boot: BootEvidence | undefined;
  smoke: SmokeEvidence | undefined;
}> {
  const tree = await engine.store.treeOf(base);
  return {
    checks: findOfTree(engine, tree, 'checks'),
    boot: findOfTree(engine, tree, 'boot'),
    smoke: findOfTree(engine, tree, 'smoke'),
  };
}
