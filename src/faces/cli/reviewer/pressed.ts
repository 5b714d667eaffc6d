import { bodyHeight, bodyOf, type Size } from './screen.ts';
import type { Ask, ReviewerState, Wish } from './state.ts';

/** A key as it was pressed. */
export interface Key {
  /** `up`, `return`, `a`, `A`, `?`, `ctrl-c` … */
  readonly name: string;
  /** What it writes into a text; empty for keys that write nothing. */
  readonly text: string;
  /** It came with a paste: it writes, and does nothing else. */
  readonly isPasted: boolean;
}

/** Returns the state after a key. Pure: whatever has to be done is its `wish`. */
export function pressed(state: ReviewerState, key: Key, size: Size): ReviewerState {
  if (key.name === 'ctrl-c' || key.name === 'ctrl-d') return { ...state, isOver: true, wish: null };
  if (state.ask !== null) return answering(state, state.ask, key);
  if (key.isPasted) return state;
  const calm: ReviewerState = { ...state, notice: null };
  if (key.name === '?') return calm.place === 'help' ? calm : { ...calm, before: calm.place, place: 'help' };
  switch (calm.place) {
    case 'help':
      return { ...calm, place: calm.before };
    case 'list':
      return inList(calm, key);
    case 'change':
      return inChange(calm, key, size);
    case 'diff':
      return inDiff(calm, key, size);
  }
}

function inList(state: ReviewerState, { name }: Key): ReviewerState {
  const at = state.changes.findIndex(({ change }) => change === state.chosen);
  const choose = (index: number): ReviewerState => {
    const last = state.changes.length - 1;
    return { ...state, chosen: state.changes[Math.min(last, Math.max(0, index))]?.change ?? null };
  };
  switch (name) {
    case 'up':
    case 'k':
      return choose(at - 1);
    case 'down':
    case 'j':
      return choose(at + 1);
    case 'home':
    case 'g':
      return choose(0);
    case 'end':
    case 'G':
      return choose(state.changes.length - 1);
    case 'return':
    case 'right':
      return state.chosen === null ? state : wishing(state, { do: 'open', change: state.chosen });
    case 'A':
      return wishing({ ...state, isAll: !state.isAll }, { do: 'list' });
    case 'q':
    case 'escape':
      return { ...state, isOver: true };
    default:
      return state;
  }
}

const wishing = (state: ReviewerState, wish: Wish): ReviewerState => ({ ...state, wish });

const backToList = (state: ReviewerState): ReviewerState =>
  wishing({ ...state, place: 'list', review: null, diff: null, ask: null }, { do: 'list' });

function inChange(state: ReviewerState, { name }: Key, size: Size): ReviewerState {
  const { review } = state;
  if (review === null) return backToList(state);
  const top = scrolled(name, state.top, bodyOf(state, size).length, bodyHeight(state, size));
  if (top !== null) return { ...state, top };
  const { change, gate } = review;
  const seen = gate === null ? undefined : { change, tree: gate.exact, base: gate.base };
  switch (name) {
    case 'a':
    case 't':
      if (seen === undefined) return told(state, `${change} has not been proven yet: there is nothing to approve.`);
      return { ...state, ask: { kind: 'confirm', what: name === 'a' ? 'approve' : 'tonight', ...seen } };
    case 'm':
      if (seen === undefined || !['queued.holding', 'mergeHeld'].includes(review.state))
        return told(state, `${change} does not wait to be merged.`);
      return { ...state, ask: { kind: 'confirm', what: 'merge', ...seen } };
    case 'c':
    case 'r':
      if (seen === undefined) return told(state, `${change} has not been proven yet: there is nothing to answer.`);
      return { ...state, ask: { kind: 'text', what: name === 'c' ? 'changes' : 'reject', ...seen, text: '' } };
    case 's':
      return { ...state, ask: { kind: 'again', change } };
    case 'd':
      return wishing(state, { do: 'diff', change, page: 1 });
    case 'l':
      return told(backToList(state), `${change} goes on waiting.`);
    case 'n':
    case 'p':
      return neighbour(state, name === 'n' ? 1 : -1);
    case 'q':
    case 'escape':
    case 'left':
    case 'backspace':
      return backToList(state);
    default:
      return state;
  }
}

const told = (state: ReviewerState, text: string): ReviewerState => ({ ...state, notice: { kind: 'told', text } });

function neighbour(state: ReviewerState, step: number): ReviewerState {
  const at = state.changes.findIndex(({ change }) => change === state.review?.change);
  const next = state.changes[at + step];
  return next === undefined ? state : wishing(state, { do: 'open', change: next.change });
}

function inDiff(state: ReviewerState, { name }: Key, size: Size): ReviewerState {
  const { diff } = state;
  if (diff === null) return { ...state, place: 'change' };
  const body = bodyOf(state, size);
  const diffTop = scrolled(name, state.diffTop, body.length, bodyHeight(state, size));
  if (diffTop !== null) return { ...state, diffTop };
  switch (name) {
    case 'n':
      return diff.isEnd ? state : wishing(state, { do: 'diff', change: diff.change, page: diff.page + 1 });
    case 'p':
      return diff.page === 1 ? state : wishing(state, { do: 'diff', change: diff.change, page: diff.page - 1 });
    case 'q':
    case 'd':
    case 'escape':
    case 'left':
    case 'backspace':
      return { ...state, place: 'change' };
    default:
      return state;
  }
}

/** Returns the first line after a key that moves; null for any other key. */
function scrolled(name: string, top: number, nLines: number, height: number): number | null {
  const last = Math.max(0, nLines - height);
  const to: Readonly<Record<string, number>> = {
    up: top - 1,
    k: top - 1,
    down: top + 1,
    j: top + 1,
    pageup: top - height,
    b: top - height,
    pagedown: top + height,
    space: top + height,
    home: 0,
    g: 0,
    end: last,
    G: last,
  };
  const wanted = to[name];
  return wanted === undefined ? null : Math.min(last, Math.max(0, wanted));
}

/** The longest comment that the operations take. */
const MOST_CHARACTERS = 2_000;

function answering(state: ReviewerState, ask: Ask, key: Key): ReviewerState {
  const given: ReviewerState = { ...state, ask: null, notice: null };
  switch (ask.kind) {
    case 'gone':
      // What was typed so far went with the question. Why it went stays in sight.
      return !key.isPasted && ['escape', 'return'].includes(key.name) ? { ...state, ask: null } : state;
    case 'text':
      return typing(state, given, ask, key);
    case 'confirm':
    case 'again':
      if (key.isPasted) return state;
      if (key.name !== 'y') return told(given, 'Nothing was answered.');
      return wishing(given, ask.kind === 'again' ? againOf(ask.change) : confirmed(ask));
  }
}

function againOf(change: string): Wish {
  return {
    do: 'answer',
    operation: 'review-resubmit',
    input: { change, detach: true },
    told: `The files of ${change} were taken again: it is proven and reviewed anew.`,
  };
}

function confirmed({ what, change, tree, base }: Extract<Ask, { kind: 'confirm' }>): Wish {
  if (what === 'merge')
    return {
      do: 'answer',
      operation: 'review-merge',
      input: { change, tree, base, detach: true },
      told: `${change} merges as soon as nothing stands in its way.`,
    };
  const isNow = what === 'approve';
  return {
    do: 'answer',
    operation: 'review-approve',
    input: { change, tree, base, detach: true, ...(isNow ? {} : { tonight: true }) },
    told: isNow ? `${change} is approved.` : `${change} is approved: it merges when the window opens.`,
  };
}

function typing(
  state: ReviewerState,
  given: ReviewerState,
  ask: Extract<Ask, { kind: 'text' }>,
  key: Key,
): ReviewerState {
  if (key.name === 'escape') return told(given, 'Nothing was answered.');
  if (key.name === 'return' && !key.isPasted) {
    const { change, tree, base } = ask;
    const comment = ask.text.trim();
    const isChanges = ask.what === 'changes';
    if (isChanges && comment === '') return told(given, 'Nothing was answered: say what has to change.');
    return wishing(given, {
      do: 'answer',
      operation: isChanges ? 'review-request-changes' : 'review-reject',
      input: { change, tree, base, detach: true, ...(comment === '' ? {} : { comment }) },
      told: isChanges ? `${change} waits for the changes that you asked for.` : `${change} is rejected.`,
    });
  }
  if (key.name === 'backspace') return { ...state, ask: { ...ask, text: [...ask.text].slice(0, -1).join('') } };
  return { ...state, ask: { ...ask, text: `${ask.text}${key.text}`.slice(0, MOST_CHARACTERS) } };
}
