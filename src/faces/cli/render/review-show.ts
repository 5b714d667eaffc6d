import type { ReviewView } from '../../../app/operations/_review-view.ts';
import type { ChangeView } from '../../../app/views/change-view.ts';
import { countText, listText, shortId, spanText } from '../../../app/views/text.ts';
import { nameText } from '../display-text.ts';
import { faultLines, nextLine } from '../failure.ts';
import { bad, dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { verdictMark } from './progress-lines.ts';
import { reviewParagraphs } from './review-screen.ts';
import { pathsText, rowsText, sendsToText, stateSpan } from './words.ts';

const MOST_PATHS = 12;

/** Renders `review show`: what the reviewer shows on its screen, and how to answer. */
export function renderReviewShow(review: ReviewView): readonly Line[] {
  return [...reviewParagraphs(review).map(({ line }) => line), '', ...commandsOf(review).map(nextLine)];
}

function commandsOf({ change, run, state, fault }: ReviewView): readonly string[] {
  if (state === 'reviewing.deciding')
    return ['diff', 'approve', 'reject'].map((verb) => `orchestrate review ${verb} ${change}`);
  if (state === 'changesRequested' || fault?.hints.some((hint) => hint.includes('review resubmit')) === true)
    return [`orchestrate review resubmit ${change}`, `orchestrate review reject ${change}`];
  return [`orchestrate runs show ${run}`];
}

/** Returns a change as lines, each fact with its journal row. */
export function changeLines(change: ChangeView): readonly Line[] {
  return [
    [strong(`${change.change} · ${change.title}`), ' · ', stateSpan(change.state), dim(` #${change.row}`)],
    `${change.run}, tree ${change.tree}, by ${listText(change.authors)}; risk ${change.risk}${change.why.length === 0 ? '' : ` (${change.why.join('; ')})`}`,
    `${countText(change.paths.length, 'file')}: ${pathsText(
      change.paths.map(({ path, kind }) => `${kindMark[kind]}${path}`),
      MOST_PATHS,
    )}`,
    ...(change.outsideScope.length === 0
      ? []
      : [
          [
            warn('! '),
            `outside the scope of ${change.tree}: ${pathsText(change.outsideScope, MOST_PATHS)}`,
          ] satisfies Line,
        ]),
    ...(change.sendsTo === null ? [] : [[dim('→ '), sendsToText(change.sendsTo)] satisfies Line]),
    ...gateLines(change),
    ...change.regenerated.map(({ sentence, row }): Line => [
      dim('  ↻ '),
      `the branch had moved: ${sentence}`,
      dim(rowsText([row])),
    ]),
    ...change.conflicts.map(({ sentence, row }): Line => [
      warn('! '),
      `stands in the way of ${sentence}`,
      dim(rowsText([row])),
    ]),
    ...change.evidence.map(({ part, grade, sentence, row }): Line => [
      good('  ✓ '),
      `${part.padEnd(9)}${sentence} `,
      dim(`[${grade}]${rowsText([row])}`),
    ]),
    ...change.notProven.map((sentence): Line => [
      warn('  ? '),
      sentence.startsWith('not proven') ? sentence : `not proven: ${sentence}`,
    ]),
    ...change.reviews.flatMap(reviewLines),
    ...missingLines(change),
    ...(change.reviews.length === 0 ? [[dim('  nobody has looked at it yet')] satisfies Line] : []),
    ...(change.held === null ? [] : faultLines(change.held)),
    ...(change.fault === null || change.held !== null ? [] : faultLines({ ...change.fault, hints: [] })),
  ];
}

const kindMark = { added: '+', changed: '', removed: '−' } as const;

function gateLines({ gate }: ChangeView): readonly Line[] {
  if (gate === null) return [];
  const words: Span = gate.verdict === 'proven' ? good('proven') : bad(gate.verdict);
  return [
    [
      'exact tree ',
      strong(shortId(gate.exact)),
      ` on ${shortId(gate.base)}, environment ${gate.environment.slice(0, 12)}: `,
      words,
      ` in ${spanText(gate.durationMs)}`,
      dim(rowsText([gate.row])),
    ],
  ];
}

/** What is still asked for, where more than the yes of one person is. */
function missingLines({ approvals }: ChangeView): readonly Line[] {
  return (approvals?.missing ?? []).map(({ sentence, who, at }): Line => [
    warn('  ! '),
    `missing: ${sentence}${who.length === 0 ? '' : ` (${who.join(' or ')})`} `,
    dim(at),
  ]);
}

function reviewLines({
  reviewer,
  by,
  verdict,
  isCurrent,
  questions,
  comment,
  said,
  findings,
  read,
  row,
}: ChangeView['reviews'][number]): readonly Line[] {
  const who = by.kind === 'person' ? `person ${by.name}` : `${by.kind} ${reviewer}`;
  const old = isCurrent ? '' : ' (about an older tree: it does not count)';
  return [
    [
      '  ',
      verdictMark(verdict),
      ` ${who}: ${verdictText(verdict, by.kind)}${old}${said.length === 0 ? '' : `, ${said.join(', ')}`}${comment === null ? '' : `: ${comment}`}`,
      dim(rowsText([row])),
    ],
    ...questions
      .filter((one) => one.verdict !== 'not-applicable')
      .map((one): Line => [
        '      ',
        one.verdict === 'yes' ? good('yes ') : bad('no  '),
        `${one.question} `,
        dim(`${one.facts.join('; ')}${one.rows.length === 0 ? ' not proven' : rowsText(one.rows)}`),
      ]),
    ...findings.flatMap(findingLines),
    ...(read === null
      ? []
      : [
          [
            `      `,
            dim(`read by ${read.provider}/${read.model}${read.isWhole ? '' : ', not the whole diff'}`),
          ] satisfies Line,
        ]),
  ];
}

/** What a model says is no answer of a person. */
function verdictText(verdict: ChangeView['reviews'][number]['verdict'], by: string): string {
  if (verdict === 'nothing-to-check') return 'nothing to check, which is no approval';
  if (by !== 'model') return verdict;
  return verdict === 'approved' ? 'found nothing against it, which is no approval' : 'speaks against it';
}

function findingLines({
  file,
  line,
  severity,
  why,
  suggestion,
  isInDiff,
}: ChangeView['reviews'][number]['findings'][number]): readonly Line[] {
  const place = `${nameText(file)}${line === null ? '' : `:${line}`}`;
  const mark = severity === 'blocker' || severity === 'major' ? bad(`${severity} `) : warn(`${severity} `);
  return [
    ['      ', mark, strong(place), isInDiff ? '' : dim(' (not in the diff)'), ` ${why}`],
    ...(suggestion === null ? [] : [['        ', dim(`instead: ${suggestion}`)] satisfies Line]),
  ];
}
