import { Fault } from '../base/fault.ts';
import { didYouMean } from '../domain/definitions/did-you-mean.ts';
import type { PlanDraft, PlannedFile } from '../domain/plans/plan.ts';
import type { PlanningContext } from './_context.ts';

/** Where a workflow lies in home. */
export const workflowFile = (name: string): string => `workflows/${name}.json`;

/** Returns the text of the branch's workflow, or undefined. */
export async function findWorkflow(
  { store, baseTree }: Pick<PlanningContext, 'store' | 'baseTree'>,
  name: string,
): Promise<string | undefined> {
  const bytes = await store.readFile(baseTree, workflowFile(name));
  return bytes && new TextDecoder().decode(bytes);
}

/** A plan that writes one workflow, or nothing at all. */
export const workflowDraft = (options: { readonly file: PlannedFile | null; readonly note: string }): PlanDraft => ({
  moves: [],
  rejected: [],
  lockText: null,
  requirementsText: null,
  files: options.file === null ? [] : [options.file],
  changesNothing: options.file === null,
  notes: [options.note],
  downloadBytes: 0,
  diskBytes: 0,
  warnings: [],
});

/** Fault `WORKFLOW_NOT_FOUND`, with the nearest name, unless the branch has the workflow. */
export async function requireWorkflow(
  context: Pick<PlanningContext, 'store' | 'baseTree'>,
  name: string,
): Promise<void> {
  if ((await findWorkflow(context, name)) !== undefined) return;
  const all = (await context.store.list(context.baseTree)).flatMap(
    ({ path }) => /^workflows\/([^/]+)\.json$/.exec(path)?.[1] ?? [],
  );
  throw new Fault(
    'WORKFLOW_NOT_FOUND',
    `There is no workflow ${JSON.stringify(name)} in workflows/.${didYouMean(name, all)}`,
    {
      hints: ['orchestrate smoke list'],
      state: 'Nothing was changed.',
    },
  );
}
