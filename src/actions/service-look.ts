import { z } from 'zod';

import { defineAction } from './_context.ts';
import { seenSchema, seenText } from './_seen-text.ts';
import type { ServiceFinding } from './_service-care.ts';

/** Longest watch, in seconds: a step has a time limit, and somebody waits. */
const longestWatch = 300;
/** Findings that the sentence of the step names; the report has them all. */
const nNamed = 3;

const findingSchema = z.object({
  signature: z.string(),
  name: z.string(),
  severity: z.enum(['critical', 'warning', 'informational']),
  sentence: z.string(),
  culprit: z.string().nullable(),
  times: z.number().int(),
  because: z.string().nullable(),
  isOver: z.boolean(),
  how: z.enum(['automatic', 'approval', 'never']),
  mend: z.string(),
  line: z.number().int().nullable(),
  text: z.string(),
  tested: z.array(z.string()),
});

const output = z.object({
  seen: seenSchema,
  source: z.enum(['file', 'server', 'none']),
  nLines: z.number().int(),
  findings: z.array(findingSchema),
  /** Ids of what was found and is not over. */
  live: z.array(z.string()),
  /** The prompt that runs and does not get on; empty: none. */
  stuck: z.string(),
  /** Whether a restart would help, and who may say so. */
  restart: z.object({ how: z.enum(['none', 'automatic', 'approval', 'never']), reason: z.string() }),
});

/**
 * Watches production for a while, reads its log for known failures, tests causes where that changes nothing, and says whether a restart
 * would help. Changes nothing, and obeys nothing that the log says.
 */
export const serviceLook = defineAction({
  id: 'service.look',
  summary: 'Say what is wrong with production, with the lines that show it',
  effect: 'read',
  input: z.object({
    /** Seconds between two looks: what has not moved in between is stuck. */
    watch: z.coerce.number().int().min(0).max(longestWatch).default(0),
  }),
  output,
  async run({ service }, { watch }) {
    const { seen, findings, ...rest } = await service.diagnose({ watchMs: watch * 1_000 });
    return {
      ...rest,
      seen: { ...seen, disks: [...seen.disks], devices: [...seen.devices], holders: [...seen.holders] },
      findings: findings.map((one) => ({ ...one, tested: [...one.tested] })),
      stuck: seen.hang?.cause === 'queue' && seen.moves === 'no' ? (seen.prompt ?? '') : '',
      live: findings.filter(({ isOver }) => !isOver).map(({ signature }) => signature),
    };
  },
  describe: ({ seen, source, nLines, findings, restart }) =>
    [
      `${seenText(seen)}${moves[seen.moves]}`,
      source === 'none' ? 'nobody here has its log' : `${findings.length} known failures in ${nLines} lines`,
      ...findings.slice(0, nNamed).map(findingText),
      `restart: ${restart.how}. ${restart.reason}`,
    ].join('; '),
});

const moves = { idle: '', yes: ', and gets on', no: ', and does not get on', unclear: '' } as const;

/** What nobody but a person mends is said with how. */
const findingText = ({ signature, sentence, because, isOver, how, mend }: ServiceFinding): string =>
  [
    `${signature}${isOver ? ' (over)' : ''} ${sentence}`,
    ...(because === null ? [] : [`from ${because}`]),
    ...(how === 'never' ? [`by a person: ${mend}`] : []),
  ].join(' ');
