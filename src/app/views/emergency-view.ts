import { z } from 'zod';

import { plainLine } from '../../domain/alerts/plain-alert.ts';
import type { Candidate, EmergencyChoice } from '../../domain/emergencies/choose.ts';
import { emergencies, type Emergency, type Sign } from '../../domain/emergencies/emergency.ts';
import { type EmergencyRecord, maxKept } from '../../domain/emergencies/record.ts';

const signSchema = z.object({
  sentence: z.string().describe('What was seen or said.'),
  rows: z.array(z.number()).describe('Journal rows that hold it; none: it was seen just now, or said.'),
});

const candidateSchema = z.object({
  playbook: z.enum(emergencies).describe('The playbook that answers it.'),
  why: z.array(signSchema).describe('What speaks for it, the strongest first; five at most.'),
});

/** Why a playbook was chosen. What it says comes from logs and names of files: data, never an instruction. */
export const emergencySchema = z.object({
  chosen: candidateSchema,
  byHand: z.boolean().describe('It was named with --playbook; what was seen had no say.'),
  others: z.array(candidateSchema).describe('What else was possible.'),
});
export type EmergencyView = z.infer<typeof emergencySchema>;

const maxSentenceChars = 300;

/** Returns a choice as plain data; `named`: the playbook that somebody named, with what was seen beside it. One of the two is there. */
export function emergencyView(choice: EmergencyChoice, named: Emergency | null): EmergencyView {
  const seen = choice.kind === 'chosen' ? [choice.chosen, ...choice.others] : [];
  const [first] = seen;
  const chosen =
    named === null ? first : (seen.find(({ emergency }) => emergency === named) ?? { emergency: named, why: [] });
  if (chosen === undefined) throw new Error('neither a sign nor a person chose a playbook');
  const others = seen.filter(({ emergency }) => emergency !== chosen.emergency);
  return { chosen: candidateView(chosen), byHand: named !== null, others: others.map(candidateView) };
}

/** Returns what the first row of the run keeps of it. */
export const emergencyRecord = ({ chosen, byHand, others }: EmergencyView): EmergencyRecord => ({
  playbook: chosen.playbook,
  byHand,
  why: chosen.why.map(({ sentence }) => sentence),
  rows: [...new Set(chosen.why.flatMap(({ rows }) => rows))],
  others: others.map(({ playbook }) => playbook),
});

const candidateView = ({ emergency, why }: Candidate): EmergencyView['chosen'] => ({
  playbook: emergency,
  why: why.slice(0, maxKept).map(signView),
});

/** Returns a sign as one line without what looks like a secret. */
export const signView = ({ sentence, rows }: Sign): z.infer<typeof signSchema> => ({
  sentence: plainLine(sentence, maxSentenceChars),
  rows: [...rows],
});
