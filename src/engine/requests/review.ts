import { Fault } from '../../base/fault.ts';
import { takesVerdict } from '../../domain/changes/verdict.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { Approval } from '../../domain/policy/standing.ts';
import { missingText } from '../../domain/policy/standing.ts';
import type { RequestKinds } from '../../domain/requests.ts';
import type { NewEntry } from '../../ports/index.ts';
import { answerRow } from '../changes/answer.ts';
import { isBeyondRecall } from '../changes/beyond-recall.ts';
import { type Drafted, draftOf } from '../changes/draft.ts';
import { type Gated, gatedOf } from '../changes/gate.ts';
import { redraftChange } from '../changes/redraft.ts';
import type { Engine } from '../engine.ts';
import type { Beside, MachineView } from '../machines/host.ts';
import { requireAcceptable, requireMayHurry, requireMayRefuse } from '../policy/accept.ts';
import { type Answerer, requireAnswerer, requirePerson } from '../policy/answerer.ts';
import { approvalsOf, countedRow, standingOfChange } from '../policy/approvals.ts';
import { glassRow, passedOver } from '../policy/break-glass.ts';
import { policyDigest } from '../policy/digest.ts';
import { findTimeHold, firstText, timeFault } from '../policy/hold.ts';
import { firstOf } from '../queue/turn.ts';
import { requireMine } from '../scale/claims.ts';
import { accepted, type Handlers, sendAnswered } from './handler.ts';

type Asked = RequestKinds['review.answer'];

export const reviewRequests: Handlers<'review.answer' | 'review.merge' | 'change.resubmit'> = {
  async 'change.resubmit'(engine, { change, by }, id) {
    const view = engine.host.find(change);
    if (!view || !engine.ledger.latest(`change:${change}`))
      throw new Fault('CHANGE_NOT_FOUND', `There is no open change ${change}.`);
    const { run } = draftOf(engine, change);
    requirePerson(by, change);
    requireMine(engine, run, by);
    const answers = accepted(id, run, `The files of ${change} were taken again.`);
    await redraftChange(engine, view, by, { answers });
  },

  async 'review.answer'(engine, asked, id) {
    const { change, verdict, by } = asked;
    const { view, drafted, gated } = requireChange(engine, change);
    requirePerson(by, change);
    if (verdict === 'approved') return approve(engine, { asked, id, view, drafted, gated });
    requireMayRefuse(engine, drafted, by.name);
    const mayRefuse = takesVerdict[verdict].includes(view.state) && !(await isBeyondRecall(engine, view));
    if (!mayRefuse) throw notReviewable(view);
    requireSame(change, { asked, gated });
    const answered = answerRow(engine, {
      drafted,
      gated,
      reviewer: 'final',
      by,
      verdict,
      questions: [],
      comment: asked.comment,
    });
    const beside: Beside = { rows: [answered], answers: accepted(id, drafted.run, `${change} is ${verdict}.`) };
    if (verdict === 'changes-requested') await sendAnswered(engine, change, { type: 'REQUEST_CHANGES' }, beside);
    else await sendAnswered(engine, change, { type: 'REJECT', fault: rejection(asked).toRecord() }, beside);
  },

  async 'review.merge'(engine, asked, id) {
    const { change, by } = asked;
    const { view, drafted, gated } = requireChange(engine, change);
    requirePerson(by, change);
    if (view.state === 'reviewing.deciding') throw notApproved(engine, gated);
    if (!['queued.holding', 'mergeHeld'].includes(view.state)) throw notReviewable(view);
    requireSame(change, { asked, gated });
    const rows = await hurriedRows(engine, { asked, drafted, gated, view });
    const answers = accepted(
      id,
      drafted.run,
      `${change} is looked at again, and merges when nothing stands in its way.`,
    );
    await sendAnswered(engine, change, { type: 'RETRY' }, { rows, answers });
  },
};

function requireChange(engine: Engine, change: string): { view: MachineView; drafted: Drafted; gated: Gated } {
  const view = engine.host.find(change);
  if (!view || !engine.ledger.latest(`change:${change}`))
    throw new Fault('CHANGE_NOT_FOUND', `There is no open change ${change}.`);
  const gated = gatedOf(engine, change);
  if (!gated) throw notReviewable(view);
  return { view, drafted: draftOf(engine, change), gated };
}

const notReviewable = ({ subject, state }: MachineView): Fault =>
  new Fault('CHANGE_NOT_REVIEWABLE', `${subject} is ${state} and takes no answer now.`, {
    hints: [`orchestrate review show ${subject}`],
  });

function requireSame(change: string, { asked, gated }: { asked: { tree: string; base: string }; gated: Gated }): void {
  if (gated.exact === asked.tree && gated.base === asked.base) return;
  throw new Fault('CHANGE_MOVED', `${change} now is another tree than the one you saw.`, {
    hints: [`orchestrate review show ${change}`],
    state: 'Nothing was approved.',
  });
}

const rejection = ({ change, by, comment }: Asked): Fault =>
  new Fault('CHANGE_NOT_REVIEWABLE', `${change} was rejected by ${by.name}${comment ? `: ${comment}` : '.'}`, {
    state: 'The branch and production are as they were.',
  });

interface Work {
  readonly asked: Asked;
  readonly id: number;
  readonly view: MachineView;
  readonly drafted: Drafted;
  readonly gated: Gated;
}

/** Takes a person's yes: alone it may be enough, or be kept until the others have answered. */
async function approve(engine: Engine, { asked, id, view, drafted, gated }: Work): Promise<void> {
  const { change, when = 'now', ticket = null, comment, breakGlass = false, by } = asked;
  if (!takesVerdict.approved.includes(view.state)) throw lateFault(engine, { asked, view, gated });
  requireSame(change, { asked, gated });
  const policy = policyDigest(engine);
  const statement = { change, base: gated.base, tree: gated.exact, policy, verdict: 'approved', when, ticket } as const;
  const answerer = await requireAnswerer(engine, { by, armored: asked.signature ?? null, statement });
  const given = { answerer, when, ticket, comment, breakGlass, command: 'approve' } as const;
  const { approval, note } = requireAcceptable(engine, { drafted, gated, given });
  const counted: Approval = { ...approval, row: 0 };
  const rows = answerRows(engine, { drafted, gated, counted, answerer, login: by.name, note });
  const { isEnough, missing } = standingOfChange(engine, gated, [counted]);
  if (isEnough) {
    // Said now, not at three in the morning.
    const first = when === 'window' ? firstText(engine, firstOf(engine, change)) : '';
    const answers = accepted(id, drafted.run, `${change} is approved.${first}`);
    await sendAnswered(engine, change, { type: 'APPROVE' }, { rows, answers });
    return;
  }
  const sentence = `${change} has the approval of ${approval.by.name}; still missing: ${missing.map(missingText).join('; ')}.`;
  await engine.ledger.append([...rows, countedRow(engine, gated, [counted])], accepted(id, drafted.run, sentence));
}

/** Somebody who approves what waits to be merged already has done so before, or is late. */
function lateFault(engine: Engine, { asked, view, gated }: { asked: Asked; view: MachineView; gated: Gated }): Fault {
  const before = approvalsOf(engine, gated).find(
    ({ by, login }) => by.name === asked.by.name || login === asked.by.name,
  );
  if (before === undefined || gated.exact !== asked.tree || gated.base !== asked.base) return notReviewable(view);
  return new Fault(
    'REVIEW_TWICE',
    `${before.by.name} has approved ${asked.change} already (#${before.row}): it is ${view.state}.`,
    {
      hints:
        view.state === 'queued.holding'
          ? [`orchestrate review merge ${asked.change}`]
          : [`orchestrate review show ${asked.change}`],
    },
  );
}

function answerRows(
  engine: Engine,
  options: {
    drafted: Drafted;
    gated: Gated;
    counted: Approval;
    answerer: Answerer;
    login: string;
    note: string | null;
  },
): NewEntry[] {
  const { drafted, gated, counted, answerer, login, note } = options;
  const overrode = counted.brokeGlass ? passedOver(engine, gated, counted) : [];
  const answered = answerRow(engine, {
    drafted,
    gated,
    reviewer: 'final',
    by: counted.by,
    verdict: 'approved',
    questions: [],
    comment: counted.comment,
    ...(counted.when === 'now' ? {} : { when: counted.when }),
    ...(counted.ticket === null ? {} : { ticket: counted.ticket }),
    ...(login === counted.by.name ? {} : { login }),
    ...(answerer.signature === null ? {} : { signature: answerer.signature }),
    ...(counted.brokeGlass ? { brokeGlass: overrode } : {}),
    ...(note === null ? {} : { note }),
  });
  return [answered, ...(counted.brokeGlass ? [glassRow(engine, { drafted, gated, approval: counted, overrode })] : [])];
}

function notApproved(engine: Engine, gated: Gated): Fault {
  const { missing } = standingOfChange(engine, gated);
  const { change } = gated;
  return new Fault(
    'CHANGE_NOT_APPROVED',
    `${change} is not approved yet; missing: ${missing.map(missingText).join('; ')}.`,
    {
      hints: [`orchestrate review approve ${change}`, `orchestrate policy explain ${change}`],
    },
  );
}

/** What a person who wants it merged now puts on record. Faults: `MERGE_FROZEN`, `WINDOW_SHUT`, and those of an approval. */
async function hurriedRows(
  engine: Engine,
  {
    asked,
    drafted,
    gated,
    view,
  }: { asked: RequestKinds['review.merge']; drafted: Drafted; gated: Gated; view: MachineView },
): Promise<NewEntry[]> {
  const { change, by, comment, breakGlass } = asked;
  const policy = policyDigest(engine);
  const exactly = { change, base: gated.base, tree: gated.exact, policy };
  const statement = { ...exactly, verdict: 'approved', when: 'now', ticket: null } as const;
  const answerer = await requireAnswerer(engine, { by, armored: asked.signature, statement });
  if (breakGlass) {
    const given = { answerer, when: 'now', ticket: null, comment, breakGlass, command: 'merge' } as const;
    const { approval, note } = requireAcceptable(engine, { drafted, gated, given });
    return answerRows(engine, { drafted, gated, counted: { ...approval, row: 0 }, answerer, login: by.name, note });
  }
  requireMayHurry(engine, { drafted, given: { answerer, when: 'now', ticket: null, comment, command: 'merge' } });
  const hold = (await isBeyondRecall(engine, view)) ? undefined : findTimeHold(engine, change, true);
  if (hold !== undefined) throw timeFault(engine, change, { hold, first: [] });
  const data = {
    ...{ change, base: gated.base, tree: gated.exact, comment },
    by: { kind: 'person', name: answerer.principal.name },
  } as const;
  return [row('change.hurried', data, { run: drafted.run, keys: [`hurried:${change}`] })];
}
