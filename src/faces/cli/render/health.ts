import type { health } from '../../../app/operations/health.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, good, type Line, type Span, strong, warn } from '../line.ts';
import { table } from './table.ts';
import { sentenceCase } from './words.ts';

type Found = Awaited<ReturnType<(typeof health)['run']>>;
type Part = Found['parts'][number];

/** Renders `health`: the score, its parts, and what shows those that are not good. */
export function renderHealth({ score, made, state, parts }: Found): readonly Line[] {
  const hints = new Set(parts.filter(({ state: one }) => one !== 'good').flatMap(({ hint }) => hint ?? []));
  return [
    ['health ', strong(score === null ? 'is not known' : `${score} of 100`), ' ', stateSpan(state)],
    [dim(made)],
    '',
    ...table(
      ['', 'part', 'points', ''],
      parts.map((part) => [mark(part.state), strong(part.part), pointsText(part), sentenceCase(part.sentence)]),
    ),
    ...parts.filter((part) => part.state === 'bad' || part.state === 'warning').flatMap(evidenceLines),
    ...[...hints].map((hint) => nextLine(hint)),
  ];
}

const pointsText = ({ points, of }: Part): string => (points === null ? `- of ${of}` : `${points} of ${of}`);

function mark(state: Part['state']): Span {
  if (state === 'good') return good('✓');
  if (state === 'unknown') return dim('?');
  return state === 'bad' ? bad('✗') : warn('!');
}

function stateSpan(state: Part['state']): Span {
  if (state === 'good') return good(state);
  if (state === 'unknown') return dim(state);
  return state === 'bad' ? bad(state) : warn(state);
}

const evidenceLines = ({ part, evidence }: Part): readonly Line[] =>
  evidence.length === 0 ? [] : ['', [dim(`${part}:`)], ...evidence.map((line) => `  ${line}`)];
