import type { ClaimView } from '../../../app/views/claim-view.ts';
import { timeText } from '../../../app/views/text.ts';
import { dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { table } from './table.ts';
import { rowsText } from './words.ts';

/** Renders `claims list`. */
export function renderClaims({ claims }: { readonly claims: readonly ClaimView[] }): readonly Line[] {
  if (claims.length === 0) return ['Nothing is claimed, and nothing waits for anybody.'];
  return table(
    ['work', 'who', 'how it goes', 'stands', 'since', 'what'],
    claims.map((one): Span[] => [
      strong(one.subject),
      one.holder?.name ?? dim('nobody'),
      statusSpan(one.status),
      one.state,
      one.sinceMs === null ? '' : timeText(one.sinceMs),
      one.reason === null ? one.what : `${one.what} · ${one.reason}`,
    ]),
  );
}

/** Renders what moved a claim. */
export const renderClaim = ({ subject, holder, status, row }: ClaimView): readonly Line[] => [
  [
    strong(subject),
    holder === null ? ' is free' : ` is with ${holder.name}, `,
    holder === null ? '' : statusSpan(status),
    dim(rowsText(row === null ? [] : [row])),
  ],
];

function statusSpan(status: ClaimView['status']): Span {
  if (status === 'active') return good(status);
  return status === 'free' ? dim(status) : warn(status);
}
