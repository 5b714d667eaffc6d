import { parseComponents } from '../instances/components.ts';
import type { PlanDraft } from '../plans/plan.ts';
import type { OutsideDifference } from './difference.ts';

/** Returns the open differences in what a plan changes, too: there a person has to say which of the two is meant. */
export function touchedByPlan(
  open: readonly OutsideDifference[],
  draft: Pick<PlanDraft, 'files' | 'lockText'>,
  componentsBefore: string,
): readonly OutsideDifference[] {
  const planned = new Map(draft.files?.map(({ path, text }) => [path, text]));
  const after = planned.get('components.lock');
  const moved = new Set(after === null || after === undefined ? [] : movedPaths(componentsBefore, after));
  return open.filter(({ kind, subject }) => {
    switch (kind) {
      case 'component':
      case 'instance':
        return moved.has(subject);
      case 'packages':
        return draft.lockText !== null;
      case 'model-paths':
        return planned.has('extra_model_paths.yaml');
      case 'environment':
      case 'instance-packages':
      case 'models':
      case 'home':
        return false;
    }
  });
}

function movedPaths(before: string, after: string): readonly string[] {
  const [old, now] = [before, after].map((text) => new Map(parseComponents(text).map((one) => [one.path, one.tree])));
  const paths = [...(old?.keys() ?? []), ...(now?.keys() ?? [])];
  return paths.filter((path) => old?.get(path) !== now?.get(path));
}
