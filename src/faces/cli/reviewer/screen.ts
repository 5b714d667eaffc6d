import { spanText } from '../../../app/views/text.ts';
import { displayText } from '../display-text.ts';
import { accent, bad, dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { renderReviewDiff } from '../render/review-diff.ts';
import { reviewParagraphs } from '../render/review-screen.ts';
import { changeStateText } from '../render/words.ts';
import { clipLine, textWidth, wrapLine } from '../wrap-line.ts';
import type { Ask, Listed, Notice, ReviewerState } from './state.ts';

/** A terminal, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A notice that is longer is cut: what it is about has to stay in sight. */
const MOST_NOTICE_LINES = 4;

/** Returns exactly as many lines as the screen has rows, none wider than it. */
export function screenOf(state: ReviewerState, size: Size): readonly Line[] {
  const { columns } = size;
  const body = bodyOf(state, size);
  const height = bodyHeight(state, size);
  const top = Math.min(topOf(state), Math.max(0, body.length - height));
  const shown = body.slice(top, top + height);
  const fill = Array.from({ length: height - shown.length }, (): Line => '');
  const rule: Line = [dim('─'.repeat(columns))];
  const lines = [
    headerOf(state, { top, height, nLines: body.length, columns }),
    rule,
    ...shown,
    ...fill,
    rule,
    ...footerOf(state, columns),
  ];
  return lines.slice(0, size.rows).map((line) => clipLine(line, columns));
}

/** How many lines of the body are in sight. */
export const bodyHeight = (state: ReviewerState, { rows, columns }: Size): number =>
  Math.max(1, rows - 3 - footerOf(state, columns).length);

/** A change takes so many lines of the list. */
const linesOfListed = 2;

function topOf({ place, top, diffTop, changes, chosen }: ReviewerState): number {
  if (place === 'change') return top;
  if (place === 'diff') return diffTop;
  if (place === 'help') return 0;
  // The list scrolls so that the one that is chosen stays in sight.
  return Math.max(0, linesOfListed * (changes.findIndex(({ change }) => change === chosen) - 2));
}

/** Returns all lines of the body, wrapped to the width. */
export function bodyOf(state: ReviewerState, { columns }: Size): readonly Line[] {
  switch (state.place) {
    case 'list':
      return listLines(state, columns);
    case 'help':
      return helpLines;
    case 'change':
      return state.review === null ? [] : wrapped(state.review, columns, (review) => reviewParagraphs(review));
    case 'diff':
      return state.diff === null
        ? []
        : wrapped(state.diff, columns, (diff) => renderReviewDiff(diff).map((line) => ({ line, indent: 1 })));
  }
}

const kept = new WeakMap<object, { readonly columns: number; readonly lines: readonly Line[] }>();

/** A diff of a megabyte is wrapped once for a width, not once for each key. */
function wrapped<Shown extends object>(
  shown: Shown,
  columns: number,
  render: (shown: Shown) => readonly { readonly line: Line; readonly indent: number }[],
): readonly Line[] {
  const known = kept.get(shown);
  if (known?.columns === columns) return known.lines;
  const lines = render(shown).flatMap(({ line, indent }) =>
    wrapLine(line, columns - 1, indent).map((part): Line => [' ', ...(typeof part === 'string' ? [part] : part)]),
  );
  kept.set(shown, { columns, lines });
  return lines;
}

function headerOf(
  { place, review, diff, changes, isAll }: ReviewerState,
  { top, height, nLines, columns }: { top: number; height: number; nLines: number; columns: number },
): Line {
  const at = changes.findIndex(({ change }) => change === review?.change);
  const ofAll = at < 0 || changes.length < 2 ? '' : `  ${at + 1} of ${changes.length}`;
  const left: readonly Span[] = {
    list: [strong(' review'), dim(isAll ? '  every change' : '  what waits for you')],
    help: [strong(' review'), dim('  keys')],
    // Further down the change itself is out of sight.
    change: [
      strong(` review ${review?.change ?? ''}`),
      dim(`${ofAll}${top > 0 ? `  ${displayText(review?.title ?? '')}` : ''}`),
    ],
    diff: [
      strong(` diff of ${diff?.change ?? ''}`),
      dim(diff === null || (diff.page === 1 && diff.isEnd) ? '' : `  page ${diff.page}`),
    ],
  }[place];
  const isAllShown = nLines <= height;
  const right = isAllShown
    ? 'all in sight '
    : `${top + 1}–${Math.min(nLines, top + height)} of ${nLines}${top + height < nLines ? ', space: more' : ''} `;
  const used = left.reduce((sum, span) => sum + textWidth(typeof span === 'string' ? span : span.text), 0);
  const gap = columns - used - textWidth(right);
  if (gap < 1) return [...spansOf(clipLine(left, columns - textWidth(right) - 2)), '  ', dim(right)];
  return [...left, ' '.repeat(gap), isAllShown ? dim(right) : accent(right)];
}

const spansOf = (line: Line): readonly Span[] => (typeof line === 'string' ? [line] : line);

const tierSpans = { low: good('low   '), medium: warn('medium'), high: bad('high  ') } as const;

function listLines({ changes, chosen, isAll, nowMs }: ReviewerState, columns: number): readonly Line[] {
  if (changes.length === 0)
    return [
      '',
      [good('  Nothing waits for you.')],
      ...(isAll ? [] : [[dim('  A shows every change there was.')] satisfies Line]),
    ];
  const idWidth = Math.max(...changes.map(({ change }) => change.length));
  const treeWidth = Math.max(...changes.map(({ tree }) => textWidth(displayText(tree))));
  return changes.flatMap((one) =>
    listedLines(one, { isChosen: one.change === chosen, idWidth, treeWidth, nowMs, columns }),
  );
}

function listedLines(
  { change, title, tree, state, risk, sinceMs }: Listed,
  {
    isChosen,
    idWidth,
    treeWidth,
    nowMs,
    columns,
  }: { isChosen: boolean; idWidth: number; treeWidth: number; nowMs: number; columns: number },
): readonly Line[] {
  const age = sinceMs === null ? '' : spanText(Math.max(0, nowMs - sinceMs));
  const text = displayText(title);
  const head: Line = [
    isChosen ? accent(' ▸ ') : '   ',
    strong(change.padEnd(idWidth)),
    '  ',
    tierSpans[risk],
    '  ',
    isChosen ? strong(text) : text,
  ];
  const below: Line = [' '.repeat(idWidth + 13), changeStateText(state), dim(` · ${tree.padEnd(treeWidth)} · ${age}`)];
  return [clipLine(head, columns), clipLine(below, columns)];
}

function footerOf(state: ReviewerState, columns: number): readonly Line[] {
  const { ask, notice } = state;
  if (ask?.kind === 'gone')
    return [...noticeLines(notice, columns), [warn(' Your words were not sent. '), dim('Enter or Esc: go on')]];
  if (ask !== null) return askLines(state, ask, columns);
  return [...noticeLines(notice, columns), keysOf(state)];
}

function noticeLines(notice: Notice | null, columns: number): readonly Line[] {
  if (notice === null) return [];
  const line: Line =
    notice.kind === 'failed'
      ? [
          bad(` ${notice.fault.code}`),
          ` ${notice.fault.message}${notice.fault.state === undefined ? '' : ` ${notice.fault.state}`}`,
        ]
      : notice.kind === 'moved'
        ? [warn(` ! ${notice.text}`)]
        : [good(` ${notice.text}`)];
  const hints = notice.kind === 'failed' ? notice.fault.hints.map((hint): Line => [dim(' next: '), accent(hint)]) : [];
  return [...wrapLine(line, columns - 1, 3), ...hints].slice(0, MOST_NOTICE_LINES);
}

function askLines({ tonight }: ReviewerState, ask: Exclude<Ask, { kind: 'gone' }>, columns: number): readonly Line[] {
  if (ask.kind === 'again') {
    const question = `Take the files of ${ask.change} again, as they are now: it is proven and reviewed anew`;
    return [...wrapLine([strong(` ${question}.`)], columns - 1, 1), yesOrNo];
  }
  const tree = ask.tree.slice(0, 7);
  if (ask.kind === 'confirm') {
    const question = `${askWords(ask.what, ask.change, tree)}${ask.what === 'tonight' && tonight !== null ? `: ${tonight}` : ''}.`;
    return [...wrapLine([strong(` ${question}`)], columns - 1, 1), yesOrNo];
  }
  const question =
    ask.what === 'changes'
      ? `What has to change in ${ask.change}? Its run keeps the slot; whoever made it reads this.`
      : `Why is ${ask.change} rejected? Its run ends, nothing is merged. The reason may be left out.`;
  const room = columns - 6;
  const text = displayText(ask.text);
  const tail = textWidth(text) <= room ? text : `…${[...text].slice(-(room - 1)).join('')}`;
  return [
    ...wrapLine([strong(` ${question}`)], columns - 1, 1),
    [accent(' > '), tail, dim('█')],
    [dim(' Enter: answer · Esc: nothing')],
  ];
}

const yesOrNo: Line = [accent(' [y]'), 'es   ', dim('any other key: no')];

function askWords(what: 'approve' | 'tonight' | 'merge', change: string, tree: string): string {
  const does = 'it is merged and production switched';
  switch (what) {
    case 'approve':
      return `Approve ${change}, exact tree ${tree}: ${does}, now`;
    case 'tonight':
      return `Approve ${change}, exact tree ${tree}: ${does} when the next window opens`;
    case 'merge':
      return `Merge ${change}, exact tree ${tree}, which is approved, without waiting any longer: ${does}`;
  }
}

const key = (letter: string, rest: string): readonly Span[] => [accent(`[${letter}]`), `${rest}  `];
const plain = (name: string, rest: string): readonly Span[] => [accent(name), dim(` ${rest}   `)];

function keysOf({ place, review, diff, tonight }: ReviewerState): Line {
  switch (place) {
    case 'list':
      return [
        ' ',
        ...plain('↑↓', 'choose'),
        ...plain('Enter', 'open'),
        ...plain('A', 'all'),
        ...plain('q', 'leave'),
        ...plain('?', 'help'),
      ];
    case 'help':
      return [' ', dim('any key: back')];
    case 'diff':
      return [
        ' ',
        ...plain('↑↓ space', 'move'),
        ...(diff?.isEnd === false ? plain('n', 'next page') : []),
        ...(diff !== null && diff.page > 1 ? plain('p', 'page before') : []),
        ...plain('q', 'back'),
        ...plain('?', 'help'),
      ];
    case 'change':
      return [' ', ...changeKeys(review?.state ?? '', tonight), ...plain('?', 'help')];
  }
}

function changeKeys(state: string, tonight: string | null): readonly Span[] {
  if (state === 'reviewing.deciding')
    return [
      ...key('a', 'pprove'),
      ...key('t', `onight${tonight === null ? '' : ` ${tonight}`}`),
      ...key('d', 'iff'),
      ...key('c', 'hanges'),
      ...key('l', 'ater'),
      ...key('r', 'eject'),
    ];
  const mayTake = state === 'changesRequested' || state === 'conflicted';
  return [
    ...(mayTake ? key('s', 'ubmit again') : []),
    ...(state === 'queued.holding' ? key('m', 'erge now') : []),
    ...key('d', 'iff'),
    ...(mayTake || state === 'queued.holding' ? key('r', 'eject') : []),
    ...key('l', 'ist'),
  ];
}

const helpLine = (keys: string, does: string): Line => [accent(`   ${keys.padEnd(18)}`), does];

const helpLines: readonly Line[] = [
  '',
  [strong('  In the list')],
  helpLine('↑ ↓  j k', 'choose'),
  helpLine('Enter →', 'open the change'),
  helpLine('A', 'every change, or only what waits for you'),
  helpLine('q', 'leave'),
  '',
  [strong('  In a change')],
  helpLine('a', 'approve the tree on the screen: merged, switched now'),
  helpLine('t', 'the same, when the next window opens'),
  helpLine('d', 'what it does to the files'),
  helpLine('c', 'ask for changes: the slot is kept, the author reads'),
  helpLine('m', 'merge now what is approved and waits for its window'),
  helpLine('s', 'take its files again, after they were edited'),
  helpLine('r', 'reject it: its run ends'),
  helpLine('l q ←', 'later: back to the list'),
  helpLine('n p', 'next change, change before; in a diff: pages'),
  '',
  [dim('  #12 is a row of the journal: orchestrate journal tail --row 12')],
  [dim('  space b g G move in what is longer than the screen. Ctrl-C leaves.')],
];
