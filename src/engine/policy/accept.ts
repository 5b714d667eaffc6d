import { Fault } from '../../base/fault.ts';
import { matchesCharacters } from '../../domain/definitions/match-path.ts';
import { type Approvers, isNamed } from '../../domain/policy/principals.ts';
import { type MergeTime, noRules, type Principal } from '../../domain/policy/rules.ts';
import type { Approval } from '../../domain/policy/standing.ts';
import type { Drafted } from '../changes/draft.ts';
import type { Gated } from '../changes/gate.ts';
import type { EngineContext } from '../context.ts';
import { type Answerer, unknownLogin } from './answerer.ts';
import { approvalsOf } from './approvals.ts';
import { mayAnswer, type Ruled, ruledOf } from './ruled.ts';

/** What stands with the yes of an author whom nobody else could, or had to, answer for. */
export const selfApprovedNote = ({ others }: Approvers): string =>
  others === undefined ? 'self-approved: no principals are named' : 'self-approved: only principal';

/** What a person says with a yes. */
export interface Given {
  readonly answerer: Answerer;
  readonly when: MergeTime;
  readonly ticket: string | null;
  readonly comment: string | null;
  readonly breakGlass: boolean;
  /** What was typed, for hints. */
  readonly command: 'approve' | 'merge';
}

/** An approval that counts, and what has to be said beside it. */
export interface Accepted {
  readonly approval: Omit<Approval, 'row'>;
  /** Why an author may approve. */
  readonly note: string | null;
}

/**
 * Returns the approval when this person may give it now. Faults: `PRINCIPAL_NOT_ALLOWED`, `REVIEW_SELF`, `REVIEW_TWICE`,
 * `TICKET_INVALID`, `TICKET_MISSING`, `REASON_MISSING`, `SIGNATURE_MISSING`.
 */
export function requireAcceptable(
  context: EngineContext,
  { drafted, gated, given }: { drafted: Drafted; gated: Gated; given: Given },
): Accepted {
  const { principal, signature } = given.answerer;
  const ruled = ruledOf(context, drafted.change);
  requireAllowed(principal, { context, drafted, given });
  const note = requireOther(principal, { drafted, ruled });
  requireOnce(context, { principal, drafted, gated, given });
  if (!given.breakGlass) requireTicket(context, { drafted, gated, given, ruled });
  requireWords({ drafted, given, ruled });
  const approval = {
    by: { kind: 'person', name: principal.name },
    when: given.when,
    ticket: given.ticket,
    comment: given.comment,
    isSigned: signature !== null,
    brokeGlass: given.breakGlass,
  } as const;
  return { approval, note };
}

/**
 * Refuses whoever may not say when an approved change merges: nobody takes the time from those who approve it.
 * Faults: `PRINCIPAL_NOT_ALLOWED`, `REVIEW_SELF`, `SIGNATURE_MISSING`.
 */
export function requireMayHurry(
  context: EngineContext,
  { drafted, given }: { drafted: Drafted; given: Omit<Given, 'breakGlass'> },
): void {
  const ruled = ruledOf(context, drafted.change);
  requireAllowed(given.answerer.principal, { context, drafted, given: { ...given, breakGlass: false } });
  requireOther(given.answerer.principal, { drafted, ruled });
  requireSigned({ drafted, given, ruled });
}

/**
 * Refuses whoever may not approve the change either. Who made it may say no: that is to take one's own work back. A login that
 * several share will do: each of them is known. Faults: `PRINCIPAL_UNKNOWN`, `PRINCIPAL_NOT_ALLOWED`.
 */
export function requireMayRefuse(context: EngineContext, drafted: Drafted, login: string): void {
  const { principals } = context.config;
  const able = (principals ?? []).filter((one) => mayAnswer(context, one, drafted));
  // A no is not signed: where all of them are known by keys alone, anybody's keeps what nobody wants from merging.
  if (able.length > 0 && able.every(({ osUsers }) => osUsers.length === 0)) return;
  const found = (principals ?? []).filter(({ osUsers }) => osUsers.includes(login));
  const [first] = found;
  if (principals === undefined || found.some((one) => able.includes(one))) return;
  if (first === undefined) throw unknownLogin(login);
  throw notAllowed(first, drafted);
}

const again = ({ change }: Drafted, { command }: Pick<Given, 'command'>, option: string): string =>
  `orchestrate review ${command} ${change} ${option}`;

function requireAllowed(
  principal: Principal,
  { context, drafted, given }: { context: EngineContext; drafted: Drafted; given: Given },
): void {
  const { change } = drafted;
  if (!mayAnswer(context, principal, drafted)) throw notAllowed(principal, drafted);
  if (given.breakGlass && !principal.mayBreakGlass)
    throw new Fault('PRINCIPAL_NOT_ALLOWED', `${principal.name} may not break the glass (${principal.at}).`, {
      hints: [`orchestrate policy explain ${change}`],
    });
}

const notAllowed = ({ name, trees, at }: Principal, { change, tree }: Drafted): Fault =>
  new Fault(
    'PRINCIPAL_NOT_ALLOWED',
    `${name} may approve changes of ${trees.join(', ')}, and ${change} is of ${tree} (${at}).`,
    {
      hints: [`orchestrate policy explain ${change}`],
    },
  );

/** Returns the note of an author who is alone, null for anybody else. */
function requireOther(principal: Principal, { drafted, ruled }: { drafted: Drafted; ruled: Ruled }): string | null {
  if (!isNamed(principal, ruled.authors)) return null;
  const { others, authorMay } = ruled.approvers;
  if (authorMay) return selfApprovedNote(ruled.approvers);
  throw new Fault(
    'REVIEW_SELF',
    `${principal.name} made ${drafted.change} and cannot approve it: ${(others ?? []).join(' or ')} can.`,
    {
      hints: [`orchestrate policy explain ${drafted.change}`],
    },
  );
}

function requireOnce(
  context: EngineContext,
  { principal, drafted, gated, given }: { principal: Principal; drafted: Drafted; gated: Gated; given: Given },
): void {
  const before = approvalsOf(context, gated).find(({ by }) => by.kind === 'person' && by.name === principal.name);
  // To break the glass is to say more than was said before.
  if (before === undefined || (given.breakGlass && before.brokeGlass === undefined)) return;
  throw new Fault(
    'REVIEW_TWICE',
    `${principal.name} has approved exactly this of ${drafted.change} already (#${before.row}); one person counts once.`,
    {
      hints: [`orchestrate policy explain ${drafted.change}`],
    },
  );
}

function requireTicket(
  context: EngineContext,
  { drafted, gated, given, ruled }: { drafted: Drafted; gated: Gated; given: Given; ruled: Ruled },
): void {
  const { ticketPattern } = context.config.policy.rules ?? noRules;
  const { change } = drafted;
  if (given.ticket !== null && ticketPattern !== null && !matchesCharacters(ticketPattern, given.ticket))
    throw new Fault('TICKET_INVALID', `${given.ticket} is no ticket like ${ticketPattern}.`, {
      hints: [again(drafted, given, `--ticket ${ticketPattern}`)],
    });
  const rule = ruled.asks.find(({ what }) => what === 'ticket');
  if (
    rule === undefined ||
    given.ticket !== null ||
    approvalsOf(context, gated).some(({ ticket }) => typeof ticket === 'string')
  )
    return;
  throw new Fault('TICKET_MISSING', `${change} needs a ticket: ${rule.why} (${rule.at}).`, {
    hints: [again(drafted, given, `--ticket ${ticketPattern ?? '<ticket>'}`)],
  });
}

function requireWords({ drafted, given, ruled }: { drafted: Drafted; given: Given; ruled: Ruled }): void {
  const { change } = drafted;
  const says = given.comment !== null && given.comment.trim() !== '';
  if (given.breakGlass && !says)
    throw new Fault('REASON_MISSING', 'Whoever breaks the glass says why.', {
      hints: [again(drafted, given, '--break-glass --comment "<why>"')],
    });
  const reason = ruled.asks.find(({ what }) => what === 'comment');
  if (reason !== undefined && !says)
    throw new Fault('REASON_MISSING', `${change} needs a reason: ${reason.why} (${reason.at}).`, {
      hints: [again(drafted, given, '--comment "<why>"')],
    });
  requireSigned({ drafted, given, ruled });
}

function requireSigned({
  drafted,
  given,
  ruled,
}: {
  drafted: Drafted;
  given: Pick<Given, 'answerer' | 'command'>;
  ruled: Ruled;
}): void {
  const { change } = drafted;
  const signed = ruled.asks.find(({ what }) => what === 'signature');
  if (signed !== undefined && given.answerer.signature === null)
    throw new Fault('SIGNATURE_MISSING', `${change} needs a signed approval: ${signed.why} (${signed.at}).`, {
      hints: [again(drafted, given, '--sign <key file>')],
    });
}
