import type { FollowUpView } from '../../../app/views/follow-up-view.ts';
import type { ExplainView } from '../../../app/views/policy-view.ts';
import { listText, timeText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, good, strong, warn, type Line } from '../line.ts';
import { rowsText, stateSpan } from './words.ts';

/** Renders `policy explain`. */
export function renderExplain(view: ExplainView): readonly Line[] {
  const { change, title, state, risk, tiers, asks, approvals, authors, merges, policy, next } = view;
  return [
    [strong(`${change} · ${title}`), ' · ', stateSpan(state), dim(` policy ${policy}`)],
    [
      `risk ${risk}`,
      ...(authors.length === 0 ? [] : [` · made by ${listText(authors)}, who cannot approve it where others can`]),
    ],
    ...tiers.map(({ tier, sentence, at }): Line => [`  ${tier.padEnd(7)}${sentence} `, dim(at)]),
    'before it merges',
    ...asks.map(({ what, why, at, isMet, missing, who }): Line => [
      isMet === null ? dim('  · ') : isMet ? good('  ✓ ') : bad('  ✗ '),
      `${what}: ${why}${missing === null ? '' : `; missing: ${missing}${who.length === 0 ? '' : ` (${who.join(' or ')})`}`} `,
      dim(at),
    ]),
    approvals.length === 0 ? 'approved by nobody yet' : 'approved by',
    ...approvals.map(({ by, kind, how, row }): Line => [
      `  ${kind} ${by}${how === '' ? '' : `, ${how}`}`,
      dim(rowsText([row])),
    ]),
    `merges: ${merges}`,
    ...(next === null ? [] : ['', nextLine(next)]),
  ];
}

interface Rule {
  readonly when: string;
  readonly says: string;
  readonly why: string;
  readonly at: string;
}

/** Renders `policy show`. */
export function renderPolicy(view: {
  readonly policy: string;
  readonly autoMerge: readonly string[];
  readonly carry: string;
  readonly tickets: string | null;
  readonly risk: readonly Rule[];
  readonly review: readonly Rule[];
  readonly gaps: readonly { readonly sentence: string; readonly at: string }[];
}): readonly Line[] {
  const lines = (rules: readonly Rule[]): readonly Line[] =>
    rules.map(({ when, says, why, at }): Line => [`  ${when} → ${says}${why === '' ? '' : `: ${why}`} `, dim(at)]);
  return [
    [strong(`policy ${view.policy}`)],
    'what raises the tier',
    ...lines(view.risk),
    'what has to be there before a change merges',
    ...lines(view.review),
    `a rule may approve alone: ${view.autoMerge.length === 0 ? 'nothing' : `risk ${view.autoMerge.join(', ')}`}`,
    view.carry === 'never'
      ? 'an approval is asked for again when the branch moved'
      : 'an approval goes along when the branch moved somewhere else (never for high risk)',
    ...(view.tickets === null ? [] : [`tickets look like ${view.tickets}`]),
    ...view.gaps.map(({ sentence, at }): Line => [bad('✗ '), sentence, dim(` ${at}`)]),
    '',
    nextLine('orchestrate windows list'),
  ];
}

/** Renders `principals list`. */
export function renderPrincipals(view: {
  readonly login: string;
  readonly you: string | null;
  readonly startedBy: string | null;
  readonly principals: readonly {
    readonly name: string;
    readonly osUsers: readonly string[];
    readonly sshKeys: readonly string[];
    readonly trees: readonly string[];
    readonly mayBreakGlass: boolean;
    readonly at: string;
  }[];
}): readonly Line[] {
  const { login, you, startedBy, principals } = view;
  const who =
    startedBy !== null
      ? warn(`${startedBy} typed this: it is no person.`)
      : you === null
        ? warn(`${login} is none of them, or several: sign with --sign.`)
        : `You are ${you}.`;
  if (principals.length === 0) return ['Everybody who can use this installation may approve, by login.', [who]];
  return [
    ...principals.map(({ name, osUsers, sshKeys, trees, mayBreakGlass, at }): Line => [
      name === you ? good('● ') : '  ',
      strong(name),
      ` · ${osUsers.length === 0 ? 'no login' : listText(osUsers)} · ${sshKeys.length === 0 ? 'no key' : sshKeys.map(keyText).join(', ')} · ${trees.length === 0 ? 'all trees' : listText(trees)}${mayBreakGlass ? ' · may break the glass' : ''} `,
      dim(at),
    ]),
    '',
    [who],
  ];
}

const keyText = (key: string): string => `${key.split(' ')[0] ?? ''} …${key.slice(-8)}`;

/** Renders `followups list`. */
export function renderFollowUps({ followUps }: { readonly followUps: readonly FollowUpView[] }): readonly Line[] {
  const open = followUps.find(({ closed }) => closed === null);
  if (followUps.length === 0) return ['Nothing was passed over that nobody has looked at.'];
  return [
    ...followUps.flatMap(renderFollowUp),
    ...(open === undefined
      ? []
      : ['', nextLine(`orchestrate followups close ${open.id} --comment "<what was found>"`)]),
  ];
}

/** Renders one follow-up. */
export function renderFollowUp({ id, change, by, reason, overrode, atMs, row, closed }: FollowUpView): readonly Line[] {
  return [
    [strong(id), ` · ${by} passed over the policy for ${change}, ${timeText(atMs)}: ${reason}`, dim(rowsText([row]))],
    ...overrode.map((one): Line => [dim('  '), one]),
    closed === null
      ? [warn('  open')]
      : [good('  closed '), `by ${closed.by}: ${closed.comment}`, dim(rowsText([closed.row]))],
  ];
}
