import type { ReviewView } from '../../../app/operations/_review-view.ts';
import { countText, listText, roomText, shortId, spanText } from '../../../app/views/text.ts';
import { nameText } from '../display-text.ts';
import { accent, bad, dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { verdictMark } from './progress-lines.ts';
import { changeStateText, pathsText, rowsText, sendsToText } from './words.ts';

/** A line that may be longer than a screen is wide, and where its continuation begins. */
export interface Paragraph {
  readonly line: Line;
  readonly indent: number;
}

/** Columns before what is said. */
const LABEL = 12;
const MOST_PATHS = 8;
const MOST_MOVES = 12;

/**
 * Returns all that a person has to know before saying yes, in the order in which it is asked: what it does, how risky it is, what was
 * not proven, who says what, the way back, before and after. Each sentence has its journal row.
 */
export function reviewParagraphs(review: ReviewView): readonly Paragraph[] {
  return [
    ...headOf(review),
    blank,
    ...section('does', [[review.sentence, row(review.row)]]),
    ...section('risk', riskLines(review)),
    ...section('not proven', notProvenLines(review)),
    ...section(
      'moved',
      review.regenerated.map(({ sentence, row: at }): Line => [sentence, row(at)]),
    ),
    ...section(
      'meets',
      review.conflicts.map(({ sentence, row: at }): Line => [warn('! '), sentence, row(at)]),
    ),
    ...section('held', troubleLines(review)),
    blank,
    ...section('who says', answerLines(review)),
    blank,
    ...section('undo', undoLines(review)),
    blank,
    ...beforeAndAfter(review),
    ...section('proof', proofLines(review)),
    ...section('files', fileLines(review)),
  ];
}

const blank: Paragraph = { line: '', indent: 0 };
const row = (...rows: readonly number[]): Span => dim(rowsText(rows));

/** The label stands at the first line only. Nothing to say: no section. */
function section(label: string, lines: readonly Line[]): readonly Paragraph[] {
  return lines.map((line, index) => ({
    line: [dim((index === 0 ? label : '').padEnd(LABEL)), ...spansOf(line)],
    indent: LABEL + indentOf(line),
  }));
}

const spansOf = (line: Line): readonly Span[] => (typeof line === 'string' ? [line] : line);

/** A mark in front of a sentence stays alone when the sentence goes on. */
function indentOf(line: Line): number {
  const [first] = spansOf(line);
  const text = first === undefined ? '' : typeof first === 'string' ? first : first.text;
  return /^\S $/.test(text) ? 2 : /^\s+$/.test(text) ? text.length : 0;
}

function headOf(review: ReviewView): readonly Paragraph[] {
  const { change, title, state, run, tree, draft, redraftedBy, authors, gate, proposed } = review;
  const what =
    gate === null ? `proposed tree ${shortId(proposed)}` : `exact tree ${shortId(gate.exact)} on ${shortId(gate.base)}`;
  const again = redraftedBy === null ? '' : `, taken again by ${redraftedBy.name}`;
  return [
    { line: [strong(`${change}  ${title}`), dim('  ·  '), changeStateText(state)], indent: 4 },
    {
      line: [what, dim(` · ${tree} · ${run}, draft ${draft}${again} · made by ${listText(authors)}`), row(review.row)],
      indent: 4,
    },
  ];
}

const tiers = { low: good('LOW'), medium: warn('MEDIUM'), high: bad('HIGH') } as const;

function riskLines({ risk, why, checkedRow, outsideScope, sendsTo, tree }: ReviewView): readonly Line[] {
  const [first = 'no rule says more', ...others] = why;
  return [
    [tiers[risk], `  ${first}`, checkedRow === null ? warn(' not proven') : row(checkedRow)],
    ...others.map((reason): Line => ['        ', reason]),
    ...(outsideScope.length === 0
      ? []
      : [[warn('! '), `outside the scope of ${tree}: ${pathsText(outsideScope, MOST_PATHS)}`] satisfies Line]),
    ...(sendsTo === null ? [] : [[dim('→ '), sendsToText(sendsTo)] satisfies Line]),
  ];
}

function notProvenLines({ notProven, gate, state }: ReviewView): readonly Line[] {
  if (notProven.length === 0)
    return [[good('nothing is left that we know of'), row(...(gate === null ? [] : [gate.row]))]];
  const isBusy = gate === null && ['drafted', 'checking', 'gating'].includes(state);
  return [
    ...notProven.map((sentence): Line => {
      const text = sentence.replace(/^not proven: /, '');
      // What the gate found it had not proven is in its row; of the others there is none.
      return text === sentence && gate !== null ? [warn(text), row(gate.row)] : [warn(text)];
    }),
    ...(isBusy ? [[dim('it is being proven now')] satisfies Line] : []),
  ];
}

function troubleLines({ held, fault }: ReviewView): readonly Line[] {
  const trouble = held ?? fault;
  if (trouble === null) return [];
  return [[bad(trouble.code), ` ${trouble.message}`], ...trouble.hints.map((hint): Line => [dim('→ '), accent(hint)])];
}

function answerLines({ reviews, state, approvals }: ReviewView): readonly Line[] {
  const isPersonDue =
    state === 'reviewing.deciding' && !reviews.some(({ by, isCurrent }) => by.kind === 'person' && isCurrent);
  return [
    ...reviews.flatMap(answerOf),
    ...(approvals?.missing ?? []).map(({ sentence, who, at }): Line => [
      warn('! '),
      `missing: ${sentence}${who.length === 0 ? '' : ` (${who.join(' or ')})`}`,
      dim(` ${at}`),
      row(...(approvals === null ? [] : [approvals.row])),
    ]),
    ...(isPersonDue
      ? [[dim('· '), dim('person   nobody has answered about this tree: it waits for you')] satisfies Line]
      : []),
    ...(reviews.length === 0 && !isPersonDue ? [[dim('· '), dim('nobody has looked at it yet')] satisfies Line] : []),
  ];
}

function answerOf({
  reviewer,
  by,
  verdict,
  isCurrent,
  questions,
  comment,
  said,
  row: answered,
}: ReviewView['reviews'][number]): readonly Line[] {
  const asked = questions.filter((one) => one.verdict !== 'not-applicable');
  const nYes = asked.filter((one) => one.verdict === 'yes').length;
  const name = reviewer === 'final' ? by.name : reviewer;
  const words = verdict === 'nothing-to-check' ? 'nothing to check, which is no approval' : verdict.replace('-', ' ');
  const count = asked.length === 0 ? '' : `, ${nYes} of ${countText(asked.length, 'question')} yes`;
  const older = isCurrent ? '' : ' (about an older tree: does not count)';
  return [
    [
      markBefore(verdictMark(verdict)),
      `${by.kind.padEnd(9)}${name}  ${words}${count}${older}${said.length === 0 ? '' : `, ${said.join(', ')}`}${comment === null ? '' : `: ${comment}`}`,
      row(answered),
    ],
    ...asked
      .filter((one) => one.verdict === 'no' || questions.length <= 1)
      .map((one): Line => [
        '    ',
        one.verdict === 'yes' ? good('yes ') : bad('no  '),
        `${one.question} `,
        dim(one.facts.join('; ')),
        one.rows.length === 0 ? warn(' not proven') : row(...one.rows),
      ]),
  ];
}

const markBefore = (mark: Span): Span =>
  typeof mark === 'string' ? `${mark} ` : { text: `${mark.text} `, style: mark.style };

function beforeAndAfter({ gate, base, comparison }: ReviewView): readonly Paragraph[] {
  const { packages, components, timing, pictures, nodes, unread } = comparison;
  const trees: Line = [
    dim(
      `before: branch ${shortId(gate?.base ?? base)}  →  after: ${gate === null ? 'proposed' : 'exact'} tree ${shortId(comparison.afterTree)}`,
    ),
    row(comparison.row),
  ];
  return [
    ...section('compared', [trees]),
    ...section('packages', moveLines(packages, comparison.row)),
    ...section('components', moveLines(components, comparison.row)),
    ...section(
      'timing',
      timing.length === 0
        ? [[warn('not proven')]]
        : timing.map((one) => timeLine(one, Math.max(...timing.map(({ what }) => what.length)))),
    ),
    ...section('pictures', pictures.length === 0 ? [[warn('not proven: none was drawn')]] : pictures.map(pictureLine)),
    ...section('nodes', nodeLines(nodes)),
    ...section(
      'unread',
      unread.map((why): Line => [bad(why)]),
    ),
  ];
}

function moveLines(moves: ReviewView['comparison']['packages'], at: number): readonly Line[] {
  if (moves === null) return [[warn('not proven: it cannot be read')]];
  if (moves.length === 0) return [[dim('none changes'), row(at)]];
  const width = Math.max(...moves.map(({ name }) => name.length));
  const shown = moves.slice(0, MOST_MOVES);
  return [
    ...shown.map(({ name, from, to }): Line => [
      `${name.padEnd(width)}  `,
      from === null ? good('new ') : dim(`${from} → `),
      to === null ? bad('goes') : to,
    ]),
    ...(moves.length > MOST_MOVES
      ? [[dim(`and ${moves.length - MOST_MOVES} more: orchestrate review diff`)] satisfies Line]
      : []),
  ];
}

/** A difference of less says nothing, and so do shorter times: the clock and the machine are noisier. */
const NOISE = 0.05;
const COMPARABLE_MS = 2_000;

function timeLine(
  { what, beforeMs, afterMs, isComparable, rows }: ReviewView['comparison']['timing'][number],
  width: number,
): Line {
  const time = (ms: number | null): Span => (ms === null ? warn('not proven') : spanText(ms));
  return [
    `${what.padEnd(width)}  `,
    time(beforeMs),
    dim(' → '),
    time(afterMs),
    ...ratioOf(beforeMs, afterMs, isComparable),
    row(...rows),
  ];
}

function ratioOf(beforeMs: number | null, afterMs: number | null, isComparable: boolean): readonly Span[] {
  if (beforeMs === null || afterMs === null || beforeMs === 0) return [];
  if (!isComparable) return [warn('  not comparable: other devices')];
  if (Math.max(beforeMs, afterMs) < COMPARABLE_MS) return [dim('  too short to compare')];
  const share = afterMs / beforeMs - 1;
  if (Math.abs(share) < NOISE) return [dim('  as before')];
  const text = `  ${Math.round(Math.abs(share) * 100)} % ${share > 0 ? 'slower' : 'faster'}`;
  return [share > 0 ? warn(text) : good(text)];
}

function pictureLine(picture: ReviewView['comparison']['pictures'][number]): Line {
  const { workflow, number, widthPx, heightPx, sizeBytes, isFlat, isSame, wasFlat, file, rows } = picture;
  const flat = isFlat ? bad('FLAT: nothing was drawn') : good('not flat');
  const compared =
    isSame === null
      ? warn('not proven how it was before')
      : isSame
        ? 'the same bytes as before'
        : `other bytes than before${wasFlat === true ? ', which was flat' : ''}`;
  return [
    `${workflow} ${number}  ${widthPx}×${heightPx}, ${roomText(sizeBytes)}, `,
    flat,
    ', ',
    compared,
    row(...rows),
    ...(file === null ? [] : [dim('  '), accent(nameText(file))]),
  ];
}

function nodeLines(nodes: ReviewView['comparison']['nodes']): readonly Line[] {
  if (nodes === null) return [];
  const { lost, gained, rows } = nodes;
  if (lost.length === 0 && gained.length === 0) return [[dim('the same node classes'), row(...rows)]];
  return [
    ...(lost.length === 0
      ? []
      : [[bad(`${lost.length} gone: `), pathsText(lost, MOST_PATHS), row(...rows)] satisfies Line]),
    ...(gained.length === 0
      ? []
      : [[good(`${gained.length} new: `), pathsText(gained, MOST_PATHS), row(...rows)] satisfies Line]),
  ];
}

function proofLines({ gate, evidence }: ReviewView): readonly Line[] {
  if (gate === null) return [[warn('not proven: the gate has not run on this draft')]];
  const verdict = gate.verdict === 'proven' ? good('proven') : bad(gate.verdict);
  return [
    [
      'exact tree ',
      strong(shortId(gate.exact)),
      ` on ${shortId(gate.base)}: `,
      verdict,
      ` in ${spanText(gate.durationMs)}`,
      row(gate.row),
    ],
    ...evidence.map(({ part, grade, sentence, row: at }): Line => [
      good('✓ '),
      `${part.padEnd(8)}${sentence} `,
      dim(`[${grade}]`),
      row(at),
    ]),
  ];
}

const kindMark = { added: '+', changed: '~', removed: '−' } as const;

function fileLines({ paths }: ReviewView): readonly Line[] {
  const names = paths.slice(0, MOST_PATHS).map(({ path, kind }) => `${kindMark[kind]}${nameText(path)}`);
  const more = paths.length - names.length;
  return [`${names.join('  ')}${more > 0 ? `  and ${more} more` : ''}`];
}

const undoLines = ({ undo }: ReviewView): readonly Line[] => [
  [accent(undo.command), dim(': '), undo.sentence, ...(undo.row === null ? [] : [row(undo.row)])],
];
