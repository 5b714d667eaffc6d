import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { printConfig } from '../../domain/definitions/print-config.ts';
import { type Component, printComponents } from '../../domain/instances/components.ts';
import type { Files, TrustedStore } from '../../ports/index.ts';
import { claudeMd } from './claude-md.ts';
import type { InitPlan } from './plan-init.ts';

/** git's name for a tree without entries. */
export const emptyTree = asGitTreeId('4b825dc642cb6eb9a060e54bf8d69288fbee4904');

/** Writes the first tree of a home into the store: its declarations, and nothing of ComfyUI itself. */
export async function writeFirstTree(
  options: { files: Files; store: TrustedStore },
  plan: InitPlan,
  parts: { components: readonly Component[]; lockText: string },
): Promise<GitTreeId> {
  const texts = new Map<string, string>([
    ['orchestrate.yaml', printConfig(plan.config)],
    ['CLAUDE.md', claudeMd],
    ['requirements.in', plan.requirementsText],
    ['requirements.lock', parts.lockText],
    ['components.lock', printComponents(parts.components)],
    ['extra_model_paths.yaml', await modelPaths(options.files, plan.comfyui)],
    ['.gitignore', '/.orchestrate/\n/memory/\n/sessions/\n/logs/\n/trees/*/\n'],
    ...plan.workflows.map(({ name, text }) => [`workflows/${name}.json`, text] as const),
  ]);
  return options.store.editTree(emptyTree, texts);
}

/** The person's own file, with one section of ours behind it: an instance lies elsewhere and has no models/ of its own. */
async function modelPaths(files: Files, comfyui: string): Promise<string> {
  const own = (await files.readText(`${comfyui}/extra_model_paths.yaml`)) ?? '# Where models live.\n';
  const kinds: string[] = [];
  for (const name of await files.list(`${comfyui}/models`)) {
    if ((await files.info(`${comfyui}/models/${name}`))?.kind === 'directory' && /^[\w-]+$/.test(name))
      kinds.push(name);
  }
  if (kinds.length === 0 || /^orchestrate_adopted:/m.test(own)) return own;
  const lines = [
    'orchestrate_adopted:',
    `  base_path: ${JSON.stringify(`${comfyui}/models`)}`,
    ...kinds.map((name) => `  ${name}: ${name}`),
  ];
  return `${own.endsWith('\n') ? own : `${own}\n`}${lines.join('\n')}\n`;
}
