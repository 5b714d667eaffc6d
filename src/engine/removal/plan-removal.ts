import { canonicalJson } from '../../base/json.ts';
import {
  keepsInPlace,
  type RemovalDecision,
  type RemovalItem,
  type RemovalPlan,
  removalPlan,
  type RemovalTarget,
} from '../../domain/removal/plan.ts';
import { trashId, trashRef } from '../../domain/removal/trash.ts';
import type { EngineContext } from '../context.ts';
import { findReasons } from './reasons.ts';

/**
 * Finds out what taking these away would do: each target is refused with every reason, goes to the trash with a backup
 * ref, or is not there. Takes nothing. With `toTrash` what is dirty or unmerged goes to the trash instead of being
 * refused; what is live, leased, locked or somebody else's stays in any case.
 */
export async function planRemoval(
  context: EngineContext,
  targets: readonly RemovalTarget[],
  options: { toTrash?: boolean } = {},
): Promise<RemovalPlan> {
  const toTrash = options.toTrash ?? false;
  const items: RemovalItem[] = [];
  for (const target of targets) items.push(await planOne(context, target, toTrash));
  return removalPlan(items, { toTrash, sha256: (text) => context.outside.digest.sha256(text) });
}

/** Looks at one target now. `state` is another one after anything of it moved, and after it was taken away once. */
export async function planOne(context: EngineContext, target: RemovalTarget, toTrash: boolean): Promise<RemovalItem> {
  const { files, digest } = context.outside;
  const hash = (value: unknown): string => digest.sha256(canonicalJson(value));
  const since = context.ledger.latest(`trash-from:${target.dir}`)?.seq ?? 0;
  const isThere = (await files.info(target.dir)) !== undefined;
  const isListed = target.kind === 'slot' && (await context.home.listWorktrees()).some((one) => one.dir === target.dir);
  if (!isThere && !isListed)
    return { target, decision: { kind: 'absent' }, state: hash({ since, absent: true }), sizeBytes: 0 };
  const { reasons, seen } = await findReasons(context, target);
  const place = `${context.paths.trash}/removed-${hash({ dir: target.dir, since, seen }).slice(0, 12)}`;
  const decision: RemovalDecision = keepsInPlace(reasons, toTrash)
    ? { kind: 'refused', reasons }
    : { kind: 'trash', ref: trashRef(trashId(place, (text) => digest.sha256(text))), place, holds: reasons };
  const obstacles = reasons.map(({ obstacle }) => obstacle).sort();
  return {
    target,
    decision,
    state: hash({ since, seen, obstacles: [...new Set(obstacles)] }),
    sizeBytes: await files.sizeBytes(target.dir),
  };
}
