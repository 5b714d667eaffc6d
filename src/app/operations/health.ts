import { z } from 'zod';

import { healthPartNames, partStates, partWeights } from '../../domain/health/part.ts';
import { scoreOf } from '../../domain/health/score.ts';
import { lookAtHealth } from '../../engine/health/look.ts';
import { defineOperation } from '../operation.ts';

/** `orchestrate health` */
export const health = defineOperation({
  name: 'health',
  summary: 'Look at the health of the installation: a score, and the parts that it is made of.',
  description:
    'Looks at production, the environment against its lock, node packs, models, disks, memory, graphics card, ports, and what others changed. Each part says what was seen. The score is the points of the parts in percent of those that could be had; a part that could not be looked at counts neither way and is named. Changes nothing.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    deep: z.boolean().default(false).describe('Read the environment byte for byte; takes a while.'),
  }),
  output: z.object({
    score: z.number().nullable().describe('0 to 100; null where nothing could be looked at.'),
    state: z.enum(partStates).describe('That of the worst part.'),
    made: z.string().describe('How the score was made.'),
    parts: z
      .array(
        z.object({
          part: z.enum(healthPartNames),
          state: z.enum(partStates),
          points: z.number().nullable().describe('What it gives to the score; null: it was not looked at.'),
          of: z.number().describe('What it could give.'),
          sentence: z.string(),
          evidence: z.array(z.string()).describe('What shows it.'),
          hint: z.string().nullable().describe('What to type next, or null.'),
        }),
      )
      .describe('By weight.'),
  }),
  examples: [{ command: 'orchestrate health', explains: 'Is everything as it should be?' }],
  async run(app, { deep }) {
    const installation = await app.installation();
    const parts = await lookAtHealth({ ...installation, outside: app.outside }, { isDeep: deep });
    const { score, state, points, sentence } = scoreOf(parts);
    const pointsOf = (part: string): number | null => points.find((one) => one.part === part)?.points ?? null;
    return {
      ...{ score, state, made: sentence },
      parts: parts.map((one) => ({
        ...{ ...one, points: pointsOf(one.part), of: partWeights[one.part] },
        evidence: [...one.evidence],
      })),
    };
  },
});
