import { z } from 'zod';

import { type Evidence, type EvidencePart, gatedKey, type Grade, isGoodRun } from '../../domain/changes/evidence.ts';
import { checksText } from '../../domain/environments/torch-checks.ts';
import { commandText } from '../../domain/templates/command-line.ts';
import { newest, type JournalReader } from './journal-reader.ts';
import { countText, listText, spanText } from './text.ts';

const grades = ['static', 'api', 'kernel', 'generation'] as const satisfies readonly Grade[];
const parts = ['imports', 'checks', 'boot', 'smoke', 'commands', 'ready'] as const satisfies readonly EvidencePart[];
/** What a gate proves where its row does not say. */
const comfyParts: readonly EvidencePart[] = ['imports', 'checks', 'boot', 'smoke'];

/** One thing that was proven. */
export const evidenceSchema = z.object({
  part: z
    .enum(parts)
    .describe(
      'What was done: modules imported, torch and needs checked, service booted, workflows run; of template service: set-up and checks run, readiness answered.',
    ),
  grade: z.enum(grades).describe('How much that proves.'),
  sentence: z.string().describe('What was seen.'),
  row: z.number().describe('Journal row that holds it.'),
});
export type EvidenceView = z.infer<typeof evidenceSchema>;

/** What a gate proved of one (tree, environment, components), and which parts are not. */
export function evidenceViews(
  reader: JournalReader,
  gated: Parameters<typeof gatedKey>[0] & { readonly parts?: readonly EvidencePart[] | undefined },
): { readonly proven: EvidenceView[]; readonly missing: string[] } {
  const proven: EvidenceView[] = [];
  const missing: string[] = [];
  for (const part of gated.parts ?? comfyParts) {
    const found = newest(reader, 'evidence.recorded', `evidence:${gatedKey(gated, part)}:${part}`);
    if (found === undefined) missing.push(missingSentences[part]);
    else
      proven.push({
        part,
        grade: found.data.evidence.grade,
        sentence: evidenceSentence(found.data.evidence),
        row: found.seq,
      });
  }
  return { proven, missing };
}

const missingSentences: Readonly<Record<EvidencePart, string>> = {
  imports: 'not proven: that its modules import',
  checks: 'not proven: that torch computes, and that every package has what it needs',
  boot: 'not proven: that it boots',
  smoke: 'not proven: that a workflow draws a picture',
  commands: 'not proven: that set-up and checks end well',
  ready: 'not proven: that it starts and becomes ready',
};

/** Returns what the evidence says, as one line. */
export function evidenceSentence(evidence: Evidence): string {
  switch (evidence.part) {
    case 'imports':
      return `${countText(evidence.modules.length, 'module')} imported: ${listText(evidence.modules.map(({ module, version }) => (version === null ? module : `${module} ${version}`)))}`;
    case 'checks':
      return checksText(evidence.torch, evidence.unmet);
    case 'boot':
      return [
        `booted on :${evidence.port} in ${spanText(evidence.startMs)}, pid ${evidence.pid} proven`,
        `torch ${evidence.pytorchVersion} on ${evidence.device}`,
        countText(evidence.nodeClasses.length, 'node class', 'node classes'),
        evidence.failedImports.length === 0
          ? 'no failed imports'
          : `failed imports: ${listText(evidence.failedImports)}`,
      ].join('; ');
    case 'smoke': {
      const nGood = evidence.workflows.filter(({ failure }) => failure === null).length;
      const details = evidence.workflows.map(({ name, durationMs, failure, pictures }) =>
        failure === null
          ? `${name} ${spanText(durationMs)}, ${countText(pictures.length, 'picture')}${pictures.some(({ isFlat }) => isFlat) ? ', one is flat' : ''}`
          : `${name}: ${failure}`,
      );
      return [`${nGood}/${evidence.workflows.length} ran on ${evidence.device}`, ...details].join('; ');
    }
    case 'commands': {
      const { commands } = evidence;
      if (commands.length === 0) return 'no set-up and no check is configured';
      const nGood = commands.filter(isGoodRun).length;
      const details = commands.map(
        (one) =>
          `${commandText(one.argv)} ${isGoodRun(one) ? spanText(one.durationMs) : `ended with ${one.exitCode ?? 'a signal'}`}`,
      );
      return [`${nGood}/${commands.length} ended well`, ...details].join('; ');
    }
    case 'ready':
      return `started on :${evidence.port}, pid ${evidence.pid} proven; ${evidence.url} answered ${evidence.status} after ${spanText(evidence.startMs)}`;
  }
}
