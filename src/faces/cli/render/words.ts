import { listText } from '../../../app/views/text.ts';
import { bad, good, warn, type Span } from '../line.ts';

/** Returns ` #12 #13`: the evidence ids of a sentence. */
export const rowsText = (rows: readonly number[]): string => rows.map((row) => ` #${row}`).join('');

/** Returns the sentence with its first letter large; an id at its start (`c9`) stays as it is. */
export const sentenceCase = (text: string): string =>
  /^[a-z]\d/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);

/** Returns what a list of paths says in one line. */
export const pathsText = (paths: readonly string[], most: number): string =>
  paths.length <= most ? listText(paths) : `${paths.slice(0, most).join(', ')} and ${paths.length - most} more`;

/** Returns the state of a run or a change in the colour that it deserves. */
export function stateSpan(state: string): Span {
  if (state === 'done' || state === 'verified' || state === 'healthy') return good(state);
  if (['failed', 'rolledBack', 'rejected', 'reverted', 'unresponsive'].includes(state)) return bad(state);
  return [
    'awaitingApproval',
    'paused',
    'reviewing.deciding',
    'conflicted',
    'queued.holding',
    'mergeHeld',
    'switchHeld',
    'degraded',
  ].includes(state)
    ? warn(state)
    : { text: state, style: 'strong' };
}
