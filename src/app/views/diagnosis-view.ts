import { z } from 'zod';

import type { Diagnosed } from '../../domain/diagnosis/diagnose.ts';
import { severities } from '../../domain/diagnosis/finding.ts';
import { type Impact, impactText } from '../../domain/diagnosis/impact.ts';
import type { Reading } from '../../domain/diagnosis/matcher.ts';
import type { TestedCause } from '../../domain/diagnosis/tested.ts';
import type { Digest } from '../../ports/index.ts';
import type { LogSource } from '../operations/_diagnosis-sources.ts';

const evidence = z.object({
  source: z.string().describe('The log file, or `server` for what a server tells of itself.'),
  line: z.number().describe('Line, counted from 1.'),
  text: z.string().describe('As it was written, without colours, cut at 400 characters.'),
});

/** What mends a failure. */
export const repairSchema = z.object({
  how: z
    .enum(['automatic', 'approval', 'never'])
    .describe('Who may: a program, a program after a yes, or a person only.'),
  sentence: z.string().describe('What mends it.'),
  command: z.string().nullable().describe('What to type for what a program may do about it, or null.'),
  preconditions: z.array(z.string()).describe('What has to hold before.'),
  check: z.string().describe('How it is known that it helped.'),
});

export const diagnosisSchema = z.object({
  logs: z.array(z.string()).describe('What was read.'),
  noText: z
    .array(z.string())
    .describe('Those of them that are no text, like a binary file or UTF-16: what they say was not understood.'),
  lines: z.number().describe('Lines that were read.'),
  prompts: z
    .object({
      begun: z.number().describe('Prompts that the server took.'),
      finished: z.number().describe('Prompts that ended, well or not.'),
      failed: z.number().describe('Prompts that ended with an error.'),
    })
    .describe('What the logs tell of its work.'),
  findings: z
    .array(
      z.object({
        signature: z.string().describe('Its signature; see `orchestrate diagnose show`.'),
        name: z.string().describe('The signature’s name.'),
        severity: z.enum(severities).describe('How bad it is.'),
        urgency: z.enum(['now', 'today', 'when it suits', 'none']).describe('When somebody should see to it.'),
        owner: z.string().describe('Tree whose agents mend it, or `person`.'),
        sentence: z.string().describe('What is wrong.'),
        cause: z.string().describe('Why that happens.'),
        culprit: z.string().nullable().describe('Who is to blame, like `pack:name`; null: not known.'),
        times: z.number().describe('How many errors say so; what one error says twice counts once.'),
        isOver: z
          .boolean()
          .describe(
            'Prompts ended well after it was last seen, and that shows it: not so of a model or a node that is missing.',
          ),
        because: z.string().nullable().describe('Signature that it follows from; null: it is a root.'),
        chain: z.array(z.string()).describe('From this signature to its root.'),
        notSeen: z.array(z.string()).describe('Other causes of it of which no line was seen.'),
        impact: z
          .object({
            scope: z
              .enum(['service', 'named', 'unknown'])
              .describe('`service`: everything is hit; `named`: what is listed; `unknown`: nobody can tell.'),
            workflows: z.array(z.string()).describe('Declared workflows that are hit, 20 at most.'),
            nHit: z.number().describe('How many are hit.'),
            nDeclared: z.number().describe('Workflows that are declared.'),
            models: z.array(z.string()).describe('Model files that are to blame.'),
            packs: z.array(z.string()).describe('Node packs that are to blame, or that a missing node comes from.'),
            unproven: z
              .array(z.string())
              .describe('Packs of which no proof tells the nodes: who needs them is not known.'),
            waiting: z
              .object({
                nPrompts: z
                  .number()
                  .describe('Prompts that are hit of those that production works on or has in its queue.'),
                nClients: z
                  .number()
                  .describe('Open pages and programs that they are of, by the id that each gave itself.'),
              })
              .nullable()
              .describe('Null: nobody could tell.'),
            sentence: z.string().nullable().describe('It in words; null: there is nothing to say.'),
          })
          .nullable()
          .describe('Who is hit, by the workflows of this installation; null: the log may be another one’s.'),
        evidence: z.array(evidence).describe('Lines that show it, at most ten.'),
        repair: repairSchema.describe('What is to be done.'),
      }),
    )
    .describe('Roots first, each followed by what comes of it.'),
  tests: z
    .array(
      z.object({
        signature: z.string().describe('Finding that was tested.'),
        test: z.string().describe('What was done.'),
        outcome: z.enum(['confirmed', 'ruled out', 'unclear']).describe('What came of it.'),
        sentence: z.string().describe('What was seen.'),
      }),
    )
    .describe('Causes that were tested. No test changes anything.'),
  unknown: z
    .array(
      z.object({
        id: z.string().describe('`U` and a digest of the shape.'),
        shape: z.string().describe('The words that all of them have.'),
        times: z.number().describe('How many lines.'),
        evidence: evidence.describe('The first one.'),
      }),
    )
    .describe('Lines that look like errors and that no signature knows, most frequent first, 20 at most.'),
});
export type DiagnosisView = z.infer<typeof diagnosisSchema>;

const maxUnknown = 20;

/** Returns a diagnosis as plain data. */
export function diagnosisView({
  sources,
  noText = [],
  reading,
  found,
  hit = [],
  tests,
  digest,
}: {
  readonly sources: readonly LogSource[];
  /** Paths of those that are no text. */
  readonly noText?: readonly string[];
  readonly reading: Reading;
  readonly found: readonly Diagnosed[];
  /** Who is hit by each of them; empty: not known of any. */
  readonly hit?: readonly Impact[];
  readonly tests: readonly TestedCause[];
  readonly digest: Digest;
}): DiagnosisView {
  return {
    logs: sources.map((source) => (source.kind === 'file' ? source.path : source.url)),
    noText: [...noText],
    lines: reading.nLines,
    prompts: { begun: reading.nPrompts, finished: reading.nFinished, failed: reading.nFailed },
    findings: found.map((one, at) => ({
      ...{ signature: one.finding.signature, name: one.finding.name, severity: one.finding.severity },
      ...{ urgency: one.urgency, owner: one.finding.owner, sentence: one.finding.sentence, cause: one.cause },
      ...{ culprit: one.finding.culprit, times: one.finding.times, isOver: one.isOver, because: one.finding.because },
      chain: [...one.chain],
      notSeen: [...one.notSeen],
      impact: impactView(hit[at]),
      evidence: [...one.finding.evidence],
      repair: {
        how: one.finding.repair.how,
        sentence: one.finding.repair.sentence,
        command: one.finding.repair.command,
        preconditions: [...one.preconditions],
        check: one.check,
      },
    })),
    tests: [...tests],
    unknown: reading.unknown
      .slice(0, maxUnknown)
      .map((one) => ({ id: `U${digest.sha256(one.shape).slice(0, 8)}`, ...one })),
  };
}

function impactView(impact: Impact | undefined): DiagnosisView['findings'][number]['impact'] {
  if (impact === undefined) return null;
  const { scope, nHit, nDeclared } = impact;
  return {
    ...{ scope, nHit, nDeclared, sentence: impactText(impact), workflows: [...impact.workflows] },
    waiting: impact.waiting ?? null,
    ...{ models: [...impact.models], packs: [...impact.packs], unproven: [...impact.unproven] },
  };
}
