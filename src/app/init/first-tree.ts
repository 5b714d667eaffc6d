import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { printConfig } from '../../domain/definitions/print-config.ts';
import { type Component, printComponents } from '../../domain/instances/components.ts';
import type { TrustedStore } from '../../ports/index.ts';
import { claudeMd } from './claude-md.ts';
import type { InitPlan } from './plan-init.ts';

/** git's name for a tree without entries. */
export const emptyTree = asGitTreeId('4b825dc642cb6eb9a060e54bf8d69288fbee4904');

/** Writes the first tree of a home into the store: its declarations, and nothing of ComfyUI itself. */
export async function writeFirstTree(
  store: TrustedStore,
  plan: InitPlan,
  components: readonly Component[],
): Promise<GitTreeId> {
  const texts = new Map<string, string>([
    ['orchestrate.yaml', printConfig(plan.config)],
    ['CLAUDE.md', claudeMd],
    ['requirements.in', plan.requirementsText],
    ['requirements.lock', plan.environment.lockText],
    ['components.lock', printComponents(components)],
    ['extra_model_paths.yaml', plan.modelPaths],
    ['.gitignore', '/.orchestrate/\n/memory/\n/sessions/\n/logs/\n/trees/*/\n'],
    ...plan.workflows.map(({ name, text }) => [`workflows/${name}.json`, text] as const),
  ]);
  return store.editTree(emptyTree, texts);
}
