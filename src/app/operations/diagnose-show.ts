import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { catalogue, findSignature } from '../../domain/diagnosis/catalogue.ts';
import { severities } from '../../domain/diagnosis/finding.ts';
import { answerCommand } from '../../domain/diagnosis/repair-playbooks.ts';
import { shownBy } from '../../domain/diagnosis/signature.ts';
import { defineOperation } from '../operation.ts';
import { suggestion } from '../suggest.ts';
import { repairSchema } from '../views/diagnosis-view.ts';

/** `orchestrate diagnose show <signature>` */
export const diagnoseShow = defineOperation({
  name: 'diagnose show',
  summary: 'Show a known failure: how it is seen, why it happens, what mends it.',
  effect: 'read',
  needs: 'none',
  input: z.object({ signature: z.string().min(1).max(80).describe('Id or name, `S01` or `cuda-oom`.') }),
  output: z.object({
    id: z.string().describe('Its id; permanent.'),
    name: z.string().describe('Its name; permanent.'),
    severity: z.enum(severities).describe('How bad it is.'),
    owner: z.string().describe('Tree whose agents mend it, or `person`.'),
    stage: z.string().describe('What it concerns; causes are looked for in the order of these.'),
    sentence: z.string().describe('What is said of it; `{1}` is what the pattern caught.'),
    cause: z.string().describe('Why it happens.'),
    pattern: z.string().nullable().describe('Regular expression for a line; null: it shows in no line.'),
    explains: z.array(z.string()).describe('Failures that follow from it.'),
    followsFrom: z.array(z.string()).describe('Failures that it may follow from.'),
    repair: repairSchema
      .extend({
        shownBy: z
          .enum(shownBy)
          .nullable()
          .describe('What a program sees of that check, which ends its alert; null: only a person sees it.'),
      })
      .describe('What is to be done.'),
  }),
  positional: ['signature'],
  examples: [{ command: 'orchestrate diagnose show S08', explains: 'The lost CUDA context.' }],
  async run(_app, { signature: wanted }) {
    const found = findSignature(wanted);
    if (found === undefined) throw notFound(wanted);
    const { id, name, severity, owner, stage, sentence, cause, pattern, explains, repair } = found;
    return {
      ...{ id, name, severity, owner, stage, sentence, cause },
      pattern: pattern?.source ?? null,
      explains: [...explains],
      followsFrom: catalogue.filter((one) => one.explains.includes(id)).map((one) => one.id),
      repair: {
        how: repair.how,
        sentence: repair.sentence,
        command: repair.playbook ? answerCommand(repair.playbook) : null,
        preconditions: [...repair.preconditions],
        check: repair.check,
        shownBy: repair.shownBy ?? null,
      },
    };
  },
});

function notFound(wanted: string): Fault {
  const near = suggestion(
    wanted,
    catalogue.flatMap(({ id, name }) => [id, name]),
  );
  return new Fault('SIGNATURE_NOT_FOUND', `No failure signature is called ${JSON.stringify(wanted)}.`, {
    hints: near === undefined ? ['orchestrate diagnose list'] : [`orchestrate diagnose show ${near}`],
    state: 'Nothing was changed.',
  });
}
