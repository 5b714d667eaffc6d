import type { ChangeView } from '../../../app/views/change-view.ts';
import { listText } from '../../../app/views/text.ts';
import { nameText } from '../display-text.ts';
import { bad, good, warn, type Span } from '../line.ts';

/** Returns ` #12 #13`: the evidence ids of a sentence. */
export const rowsText = (rows: readonly number[]): string => rows.map((row) => ` #${row}`).join('');

/** Returns the sentence with its first letter large; an id at its start (`c9`) stays as it is. */
export const sentenceCase = (text: string): string =>
  /^[a-z]\d/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);

/** Returns what a list of paths says in one line. Names that look alike are told apart. */
export function pathsText(paths: readonly string[], most: number): string {
  const names = paths.slice(0, most).map(nameText);
  return paths.length <= most ? listText(names) : `${names.join(', ')} and ${paths.length - most} more`;
}

/** Returns the state of a run or a change in the colour that it deserves. */
export function stateSpan(state: string): Span {
  if (state === 'done' || state === 'verified' || state === 'healthy') return good(state);
  if (['failed', 'rolledBack', 'rejected', 'reverted', 'unresponsive'].includes(state)) return bad(state);
  return [
    'awaitingApproval',
    'paused',
    'reviewing.deciding',
    'conflicted',
    'changesRequested',
    'queued.holding',
    'mergeHeld',
    'switchHeld',
    'degraded',
  ].includes(state)
    ? warn(state)
    : { text: state, style: 'strong' };
}

const changeStates: Readonly<Record<string, string>> = {
  drafted: 'was proposed just now',
  checking: 'is being checked',
  gating: 'is being proven',
  regating: 'is being proven again: the branch moved',
  'reviewing.asking': 'is being looked at by rules',
  'reviewing.deciding': 'waits for your review',
  changesRequested: 'waits for the changes that were asked for',
  conflicted: 'conflicts with the branch',
  approved: 'is approved',
  'queued.asking': 'is approved, next in the queue',
  'queued.holding': 'is approved and held',
  merging: 'is being merged',
  mergeHeld: 'merge is held',
  merged: 'is merged, production is being switched',
  switchHeld: 'is merged, but production does not run it',
  verified: 'is merged and live',
  reverted: 'was taken back',
  rejected: 'was rejected',
  superseded: 'was replaced by a newer one',
  abandoned: 'was called off',
};

/** Returns the state of a change as people say it, in the colour that it deserves. */
export function changeStateText(state: string): Span {
  const text = changeStates[state] ?? state;
  const span = stateSpan(state);
  return typeof span === 'string' ? text : { text, style: span.style };
}

/** Returns where a merge goes beside home, as a clause. */
export function sendsToText({ address, branch, how }: NonNullable<ChangeView['sendsTo']>): string {
  const where = `${branch} of ${address ?? 'a remote that is not used'}`;
  switch (how) {
    case 'before':
      return `sent to ${where}, before home moves`;
    case 'proposal':
      return `proposed to ${where}; home follows when it is merged there`;
    case 'after':
      return `sent to ${where}, after home moved`;
  }
}
