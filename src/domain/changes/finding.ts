import { z } from 'zod';

import type { DiffLines } from './diff-lines.ts';

/** `blocker`: it must not merge so. `major`: it will do harm. `minor`: it could be better. `note`: to know. */
export const severities = ['blocker', 'major', 'minor', 'note'] as const;
export type Severity = (typeof severities)[number];

/** What a reader found in a change. A claim of a model: nothing of it was tried. */
export interface Finding {
  readonly file: string;
  /** Line of the file as it would become; null: the file as a whole. */
  readonly line: number | null;
  readonly severity: Severity;
  readonly why: string;
  readonly suggestion: string | null;
  /** Whether the diff that it was given shows that place. */
  readonly isInDiff: boolean;
}

/** What a reader answers. */
export interface ReadAnswer {
  readonly verdict: 'approve' | 'object';
  readonly summary: string;
  readonly findings: readonly Finding[];
}

const maxFindings = 50;

const findingSchema = z.strictObject({
  file: z.string().min(1).max(500).describe('Path as in the diff.'),
  line: z.number().int().min(1).nullable().describe('Line of the file as it would become; null: the whole file.'),
  severity: z.enum(severities),
  why: z.string().min(1).max(1_000).describe('What is wrong, and what comes of it.'),
  suggestion: z.string().max(2_000).nullable().describe('What to write instead, or null.'),
});

/** The form of a reader's answer. Every field has to be written: providers that hold a model to a schema want it so. */
export const readAnswerSchema = z.strictObject({
  verdict: z.enum(['approve', 'object']),
  summary: z.string().min(1).max(1_000).describe('What the change does and whether it should, in two sentences.'),
  findings: z.array(findingSchema).max(maxFindings),
});

/** Reads an answer; what does not fit is told as sentences for the model. */
export function readAnswerOf(
  text: string,
  shown: DiffLines,
):
  | { readonly kind: 'fits'; readonly value: ReadAnswer }
  | { readonly kind: 'faults'; readonly faults: readonly string[] } {
  const parsed = readAnswerSchema.safeParse(jsonOf(text));
  if (!parsed.success)
    return {
      kind: 'faults',
      faults: parsed.error.issues.map(
        ({ path, message }) => `${path.map(String).join('.') || 'the answer'}: ${message}`,
      ),
    };
  const { findings, ...rest } = parsed.data;
  return {
    kind: 'fits',
    value: { ...rest, findings: findings.map((one) => ({ ...one, isInDiff: isShown(one, shown) })) },
  };
}

/** Whether a change may go on as far as this reader is concerned. Words do not outweigh what was found. */
export const standsAgainst = ({ verdict, findings }: ReadAnswer): boolean =>
  verdict === 'object' || findings.some(({ severity }) => severity === 'blocker' || severity === 'major');

function isShown({ file, line }: { file: string; line: number | null }, shown: DiffLines): boolean {
  const lines = shown.get(file);
  return lines !== undefined && (line === null || lines.has(line));
}

function jsonOf(text: string): unknown {
  const inner = /```(?:json)?\s*\n([\s\S]*?)\n```/.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(inner) as unknown;
  } catch {
    return undefined;
  }
}
