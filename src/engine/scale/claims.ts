import { Fault } from '../../base/fault.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import { type ClaimAct, isSameActor, judgeSteal, statusAfter, type StealGround } from '../../domain/scale/claims.ts';
import type { Entry, Ledger } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';

type Claim = JournalKinds['claim.moved'];
type Reader = Pick<Ledger, 'latest' | 'read'>;

/** Claims that are looked at: older ones are of runs that are closed. */
const maxClaims = 1_000;

/** Returns the run that a run, a task or a change belongs to, or undefined when there is no such thing. */
export function runOfClaimed(ledger: Reader, subject: string): string | undefined {
  const run = /^r\d+/.exec(subject)?.[0] ?? dataOf('change.drafted', ledger.latest(`change:${subject}`))?.run;
  if (run === undefined || !ledger.latest(`run:${run}`)) return undefined;
  return subject.includes('.') && !ledger.latest(`machine:${subject}`) ? undefined : run;
}

/** Returns the newest claim of each subject that somebody holds and whose run is open. */
export function openClaims(ledger: Reader): readonly { readonly entry: Entry; readonly claim: Claim }[] {
  const seen = new Set<string>();
  return ledger.read({ kinds: ['claim.moved'], descending: true, limit: maxClaims }).flatMap((entry) => {
    const claim = dataOf('claim.moved', entry);
    if (!claim || seen.has(claim.subject)) return [];
    seen.add(claim.subject);
    const run = runOfClaimed(ledger, claim.subject);
    const isOpen = run !== undefined && !ledger.latest(`close:${run}`);
    return claim.holder !== null && isOpen ? [{ entry, claim }] : [];
  });
}

/**
 * Fault `CLAIM_HELD` when somebody else holds the run, a step of it or its change: what a claim does is that nobody else
 * answers its plan, resumes it, has its change taken again, or hands it over. An answer in the review is no part of it.
 */
export function requireMine(engine: Engine, run: string, by: Actor): void {
  const held = openClaims(engine.ledger).find(
    ({ claim }) =>
      runOfClaimed(engine.ledger, claim.subject) === run && claim.holder !== null && !isSameActor(claim.holder, by),
  );
  if (held) throw heldFault(held.claim, held.entry);
}

function heldFault({ subject, holder, status, reason }: Claim, entry: Entry): Fault {
  return new Fault(
    'CLAIM_HELD',
    `${subject} is ${status === 'active' ? 'worked on' : status} by ${holder?.name ?? 'somebody'}${reason === null ? '' : `: ${reason}`} (#${entry.seq}).`,
    {
      hints: [
        'orchestrate claims list',
        `orchestrate claims steal ${subject} --because stale|blocked-timeout|overloaded|voluntary`,
      ],
      data: { subject, holder: holder?.name ?? null, status, row: entry.seq },
    },
  );
}

/**
 * Moves a claim, as one row. Faults: `RUN_NOT_FOUND`, `CHANGE_NOT_FOUND`, `RUN_FINISHED`, `CLAIM_HELD`, `CLAIM_GROUND_NOT_MET`
 * with what was found, `NOTHING_TO_DO`.
 */
export async function moveClaim(
  engine: Engine,
  asked: {
    readonly subject: string;
    readonly act: ClaimAct;
    readonly to: Actor | null;
    readonly ground: StealGround | null;
    readonly reason: string | null;
    readonly by: Actor;
  },
  answers: Parameters<Ledger['append']>[1],
): Promise<void> {
  const { subject, act, ground, reason, by } = asked;
  const run = requireOpen(engine, subject);
  const entry = engine.ledger.latest(`claim:${subject}`);
  const claim = dataOf('claim.moved', entry);
  const holder = claim?.holder ?? null;
  const facts: string[] = [];
  const rows: number[] = entry && holder !== null ? [entry.seq] : [];
  if (act === 'claim') {
    if (holder !== null && claim && entry && !isSameActor(holder, asked.to ?? by)) throw heldFault(claim, entry);
    if (holder !== null && claim?.status === 'active')
      throw new Fault('NOTHING_TO_DO', `${holder.name} works on ${subject} already.`);
  } else if (holder === null || !claim || !entry) {
    throw new Fault('NOTHING_TO_DO', `Nobody holds ${subject}.`, { hints: [`orchestrate claims claim ${subject}`] });
  } else if (act === 'steal') {
    if (isSameActor(holder, by)) throw new Fault('NOTHING_TO_DO', `${subject} is yours already.`);
    const found = stealFacts(engine, { run, entry, holder });
    const judged = judgeSteal(ground ?? 'voluntary', { ...found.facts, status: claim.status });
    facts.push(judged.fact);
    rows.push(...found.rows);
    if (!judged.holds)
      throw new Fault('CLAIM_GROUND_NOT_MET', `${subject} is not ${ground ?? 'free'}: ${judged.fact}.`, {
        hints: ['orchestrate claims list'],
        data: { subject, ground, ...found.facts, rows },
      });
  } else if (holder.kind === 'person' && !isSameActor(holder, by)) {
    // Agents type nothing: a person may speak for them, and not for another person.
    throw heldFault(claim, entry);
  }
  const next =
    act === 'release' ? null : act === 'claim' || act === 'handoff' ? (asked.to ?? by) : act === 'steal' ? by : holder;
  const data: Claim = {
    subject,
    act,
    status: statusAfter[act],
    holder: next,
    before: holder,
    ground,
    reason,
    facts,
    rows,
    by,
  };
  await engine.ledger.append([row('claim.moved', data, { run, keys: [`claim:${subject}`] })], answers);
}

function requireOpen(engine: Engine, subject: string): string {
  const run = runOfClaimed(engine.ledger, subject);
  if (run === undefined) {
    const isChange = subject.startsWith('c');
    throw new Fault(isChange ? 'CHANGE_NOT_FOUND' : 'RUN_NOT_FOUND', `There is nothing called ${subject}.`);
  }
  if (engine.ledger.latest(`close:${run}`))
    throw new Fault('RUN_FINISHED', `${run} has ended: there is no work left to claim.`, {
      hints: [`orchestrate runs show ${run}`],
    });
  return run;
}

function stealFacts(engine: Engine, { run, entry, holder }: { run: string; entry: Entry; holder: Actor }) {
  const nowMs = engine.outside.clock.nowMs();
  const newest = engine.ledger.read({ run, descending: true, limit: 1 })[0] ?? entry;
  const active = openClaims(engine.ledger).filter(
    ({ claim }) => claim.status === 'active' && claim.holder !== null && isSameActor(claim.holder, holder),
  );
  return {
    facts: {
      statusMs: Math.max(0, nowMs - entry.atMs),
      quietMs: Math.max(0, nowMs - newest.atMs),
      nActive: active.length,
    },
    rows: [...new Set([newest.seq, ...active.map((one) => one.entry.seq)])].filter((seq) => seq !== entry.seq),
  };
}
