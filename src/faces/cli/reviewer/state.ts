import type { DiffView } from '../../../app/operations/_change-diff.ts';
import type { ReviewView } from '../../../app/operations/_review-view.ts';
import type { FaultRecord } from '../../../base/fault.ts';

/** A line of the list; see `review list`. */
export interface Listed {
  readonly change: string;
  readonly title: string;
  readonly tree: string;
  readonly state: string;
  readonly isWaiting: boolean;
  readonly risk: 'low' | 'medium' | 'high';
  readonly sinceMs: number | null;
}

/** What the reviewer waits to be told by the person before it answers a change. */
export type Ask =
  | {
      readonly kind: 'confirm';
      readonly what: 'approve' | 'tonight' | 'merge';
      readonly change: string;
      readonly tree: string;
      readonly base: string;
    }
  | {
      readonly kind: 'text';
      readonly what: 'changes' | 'reject';
      readonly change: string;
      readonly tree: string;
      readonly base: string;
      readonly text: string;
    }
  | { readonly kind: 'again'; readonly change: string }
  /** A text was being typed when the question about it went: the rest of the sentence is no command. */
  | { readonly kind: 'gone' };

/** What has to be fetched or done next. The loop does it by an operation and tells what came of it. */
export type Wish =
  | { readonly do: 'list' }
  | { readonly do: 'open'; readonly change: string }
  | { readonly do: 'diff'; readonly change: string; readonly page: number }
  | {
      readonly do: 'answer';
      readonly operation:
        | 'review-merge'
        | 'review-approve'
        | 'review-reject'
        | 'review-request-changes'
        | 'review-resubmit';
      readonly input: Readonly<Record<string, string | boolean>>;
      /** What was done, once it is. */
      readonly told: string;
    };

export type Notice =
  | { readonly kind: 'told' | 'moved'; readonly text: string }
  | { readonly kind: 'failed'; readonly fault: FaultRecord };

export interface ReviewerState {
  readonly place: 'list' | 'change' | 'diff' | 'help';
  /** Where help was asked for. */
  readonly before: 'list' | 'change' | 'diff';
  readonly changes: readonly Listed[];
  /** Also those that wait for nobody. */
  readonly isAll: boolean;
  /** Id of the change that the list stands on; it stays there when others come and go. */
  readonly chosen: string | null;
  readonly review: ReviewView | null;
  readonly diff: DiffView | null;
  /** First line that is shown, of the change and of the diff. */
  readonly top: number;
  readonly diffTop: number;
  readonly ask: Ask | null;
  readonly notice: Notice | null;
  readonly wish: Wish | null;
  /** When changes that wait for a window merge, as `03:00`; null: nobody knows. */
  readonly tonight: string | null;
  readonly nowMs: number;
  readonly isOver: boolean;
}

export const firstState: ReviewerState = {
  place: 'list',
  before: 'list',
  changes: [],
  isAll: false,
  chosen: null,
  review: null,
  diff: null,
  top: 0,
  diffTop: 0,
  ask: null,
  notice: null,
  wish: { do: 'list' },
  tonight: null,
  nowMs: 0,
  isOver: false,
};

/** What came of a wish, or was noticed meanwhile. */
export type News =
  | { readonly kind: 'list'; readonly changes: readonly Listed[]; readonly nowMs: number }
  | { readonly kind: 'review'; readonly review: ReviewView }
  | { readonly kind: 'diff'; readonly diff: DiffView }
  | { readonly kind: 'answered'; readonly told: string }
  | { readonly kind: 'tonight'; readonly at: string | null }
  | { readonly kind: 'failed'; readonly fault: FaultRecord };

/** Returns the state with the news in it. What moved under the eyes of the person is said, and no question about it is left open. */
export function received(state: ReviewerState, news: News): ReviewerState {
  switch (news.kind) {
    case 'list': {
      const isThere = news.changes.some(({ change }) => change === state.chosen);
      const chosen = isThere ? state.chosen : (news.changes[0]?.change ?? null);
      return { ...state, changes: news.changes, chosen, nowMs: news.nowMs };
    }
    case 'review':
      return receivedReview(state, news.review);
    case 'diff':
      return { ...state, place: 'diff', diff: news.diff, diffTop: 0 };
    case 'answered':
      // What comes of it stands at the top.
      return { ...state, top: 0, notice: { kind: 'told', text: news.told } };
    case 'tonight':
      return { ...state, tonight: news.at };
    case 'failed':
      return { ...state, ask: takenAway(state.ask), notice: { kind: 'failed', fault: news.fault } };
  }
}

/** Returns what is left of a question that is not asked any more. Whoever is in the middle of a word goes on typing. */
const takenAway = (ask: Ask | null): Ask | null =>
  ask?.kind === 'text' || ask?.kind === 'gone' ? { kind: 'gone' } : null;

function receivedReview(state: ReviewerState, review: ReviewView): ReviewerState {
  const seen = state.review;
  if (seen?.change !== review.change) {
    return { ...state, place: 'change', review, chosen: review.change, top: 0, ask: null, diff: null };
  }
  const moved = movedText(seen, review);
  if (moved === null) return { ...state, review };
  const isDiffShown = state.diff !== null;
  return {
    ...state,
    review,
    ask: takenAway(state.ask),
    notice: { kind: 'moved', text: moved },
    // The old diff is of another tree: it goes, and where it is looked at the new one comes.
    diff: null,
    place: state.place === 'diff' ? 'change' : state.place,
    wish: isDiffShown && state.place === 'diff' ? { do: 'diff', change: review.change, page: 1 } : state.wish,
  };
}

/** What of a change is another now than what was seen, as a sentence; null: only where it is has changed. */
function movedText(seen: ReviewView, now: ReviewView): string | null {
  const { change } = now;
  if (seen.draft !== now.draft)
    return `${change} was taken again while you looked: this is draft ${now.draft}, proven and answered anew.`;
  if (seen.gate?.exact === now.gate?.exact && seen.gate?.base === now.gate?.base) return null;
  if (now.gate === null) return `${change} is being proven again: what you saw does not count any more.`;
  if (seen.gate === null) return null;
  return `${change} moved while you looked: it is tree ${short(now.gate.exact)} on ${short(now.gate.base)} now, and was ${short(seen.gate.exact)} on ${short(seen.gate.base)}. This is the new one.`;
}

const short = (id: string): string => id.slice(0, 7);
