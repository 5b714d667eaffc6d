import { impactText } from '../../../domain/diagnosis/impact.ts';
import type { DiagnosisRows } from '../../../domain/journal/rows/diagnosis.ts';
import type { TellersOf } from './teller.ts';

/** What a journal row of this feature says, as one line. */
export const diagnosisTellers: TellersOf<DiagnosisRows> = {
  'diagnosis.found': ({ instance, signature, sentence, times, because, recurs, hits }) =>
    `${instance}: ${signature} ${sentence}${spaced(hits === undefined ? null : impactText(hits))}${times > 1 ? ` ${times} times.` : ''}${because === null ? '' : ` It follows from ${because}.`}${recurs === null ? '' : ` It was there before within a day (#${recurs}).`}`,
  'diagnosis.read': ({ instance, endLine }) => `The log of ${instance} was read up to line ${endLine}.`,
};

const spaced = (text: string | null): string => (text === null ? '' : ` ${text}`);
