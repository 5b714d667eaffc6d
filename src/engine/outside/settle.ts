import type { GitTreeId } from '../../base/ids.ts';
import { isNotable } from '../../domain/outside/choose.ts';
import { summaryText } from '../../domain/outside/describe.ts';
import type { OutsideDifference } from '../../domain/outside/difference.ts';
import { touchedByPlan } from '../../domain/outside/touched.ts';
import type { PlanDraft } from '../../domain/plans/plan.ts';
import type { Engine } from '../engine.ts';
import { listRestorePoints } from '../restore/points.ts';

/** Says in the plan what moved behind our back and is neither kept nor discarded; nothing of it is taken over by a run. */
export async function openWarning(engine: Engine, open: readonly OutsideDifference[]): Promise<readonly string[]> {
  const notable = open.filter(isNotable);
  if (notable.length === 0) return [];
  const point = (await listRestorePoints(engine)).findLast(({ isVoid }) => !isVoid);
  const since = point === undefined ? '' : ` since restore/${String(point.manifest.number).padStart(4, '0')}`;
  return [`changed outside${since}: ${summaryText(notable)}; not part of this plan (orchestrate outside list)`];
}

/** Why a plan waits for a person, or null: it changes what somebody else changed, too. */
export async function touchedQuestion(
  engine: Engine,
  options: { readonly open: readonly OutsideDifference[]; readonly draft: PlanDraft; readonly baseTree: GitTreeId },
): Promise<string | null> {
  if (options.open.length === 0) return null;
  const bytes = await engine.store.readFile(options.baseTree, 'components.lock');
  if (bytes === undefined) return null;
  const touched = touchedByPlan(options.open, options.draft, new TextDecoder().decode(bytes));
  if (touched.length === 0) return null;
  const names = touched.map(({ id, name }) => `${name} (${id})`).join(', ');
  return `${names} moved outside, and this plan changes that, too`;
}
