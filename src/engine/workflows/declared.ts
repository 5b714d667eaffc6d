import { maxWorkflowBytes } from '../../domain/instances/read-workflow.ts';
import { type WorkflowUse, workflowUse } from '../../domain/instances/workflow-use.ts';
import type { EngineContext } from '../context.ts';

export interface DeclaredWorkflow extends WorkflowUse {
  readonly name: string;
}

/** People keep dozens; more are not looked at. */
const maxWorkflows = 500;

/** Returns what the workflows that home declares use (`workflows/*.json`), by name. A file that holds none, or is a link, is left out. */
export async function declaredWorkflows({
  paths,
  outside,
}: Pick<EngineContext, 'paths' | 'outside'>): Promise<readonly DeclaredWorkflow[]> {
  const { files, digest } = outside;
  const dir = `${paths.home}/workflows`;
  const found: DeclaredWorkflow[] = [];
  for (const file of (await files.list(dir)).filter((name) => name.endsWith('.json')).slice(0, maxWorkflows)) {
    const info = await files.info(`${dir}/${file}`);
    if (info?.kind !== 'file' || info.sizeBytes > maxWorkflowBytes) continue;
    const use = workflowUse((await files.readText(`${dir}/${file}`)) ?? '', digest.sha256);
    if (use !== undefined) found.push({ name: file.slice(0, -'.json'.length), ...use });
  }
  return found;
}
