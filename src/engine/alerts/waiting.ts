import { alertKey } from '../../domain/alerts/match-key.ts';
import { spanWords } from '../../domain/alerts/span-words.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { bookOf } from './book.ts';
import { raiseAlert, resolveAlert } from './raise.ts';

interface Waiting {
  readonly key: string;
  readonly sentence: string;
  readonly hints: readonly string[];
  /** The row since which somebody is waited for. */
  readonly row: number;
  readonly sinceMs: number;
}

/**
 * Raises an alert for each question and approval that waits longer than `alerts.waiting-after`, and ends those that nobody waits for
 * any more. It names the command to type; sending something back decides nothing.
 */
export async function tellWaiting(engine: Engine): Promise<void> {
  const nowMs = engine.outside.clock.nowMs();
  const waiting = whoWaits(engine);
  for (const { key, sentence, hints, row, sinceMs } of waiting) {
    if (bookOf(engine).open.has(key) || nowMs - sinceMs < engine.config.alerts.waitingAfterMs) continue;
    const text = `${sentence}, for ${spanWords(nowMs - sinceMs)} now.`;
    await raiseAlert(engine, { key, severity: 'warning', sentence: text, evidence: [`#${row}`], because: null, hints });
  }
  const still = new Set(waiting.map(({ key }) => key));
  for (const [key, { raised }] of [...bookOf(engine).open]) {
    if (!key.startsWith('waiting:') || still.has(key)) continue;
    const [, subject = '', what = ''] = /^waiting:([rc]\d+)(?::(.+))?$/.exec(key) ?? [];
    const row = (engine.ledger.latest(`step-answer:${what}`) ?? engine.ledger.latest(`machine:${subject}`))?.seq;
    const evidence = row === undefined ? [`${raised.alert}: nobody waits any more`] : [`#${row}`];
    await resolveAlert(engine, key, evidence);
  }
}

function whoWaits(engine: Engine): readonly Waiting[] {
  return [
    ...engine.host.all('run').flatMap(({ subject, state }) => waitingRun(engine, subject, state)),
    ...engine.host.all('change').flatMap(({ subject, state }) => waitingChange(engine, subject, state)),
  ];
}

function waitingRun(engine: Engine, run: string, state: string): readonly Waiting[] {
  const asked = state === 'executing' || state === 'paused' ? openSteps(engine, run) : [];
  const answers = [`orchestrate runs show ${run}`, `orchestrate runs approve ${run}`, `orchestrate runs reject ${run}`];
  if (asked.length > 0) return asked.map((one) => ({ ...one, hints: answers }));
  if (state === 'awaitingApproval')
    return since(engine, run, {
      state,
      sentence: `The plan of ${run} (${goalOf(engine, run)}) waits for a yes`,
      hints: answers,
    });
  const created = dataOf('run.created', engine.ledger.latest(`run:${run}`));
  // A slot that somebody opened is theirs for as long as they want.
  if (state !== 'paused' || created?.kind === 'open') return [];
  const why = engine.host.find(run)?.fault?.message;
  const hints = [`orchestrate runs show ${run}`, `orchestrate runs resume ${run}`, `orchestrate runs cancel ${run}`];
  const sentence = `${run} is paused${why === undefined ? '' : ` (${why})`} and waits`;
  return since(engine, run, { state, sentence, hints });
}

const changeWords: Readonly<Record<string, string>> = {
  'reviewing.deciding': 'waits for a review',
  changesRequested: 'waits for the changes that were asked for',
  conflicted: 'waits for somebody to solve its conflict',
  mergeHeld: 'is held before its merge',
  switchHeld: 'is merged, and held before production is switched',
};

function waitingChange(engine: Engine, change: string, state: string): readonly Waiting[] {
  const words = changeWords[state];
  if (words === undefined) return [];
  const run = dataOf('change.drafted', engine.ledger.latest(`change:${change}`))?.run ?? '';
  const sentence = `${change} (${goalOf(engine, run)}) ${words}`;
  return since(engine, change, { state, sentence, hints: [`orchestrate review show ${change}`] });
}

function since(
  engine: Engine,
  subject: string,
  { state, ...told }: { readonly state: string; readonly sentence: string; readonly hints: readonly string[] },
): readonly Waiting[] {
  const entry = engine.ledger.latest(`machine:${subject}`);
  if (entry === undefined) return [];
  return [{ ...told, key: keyOf(engine, subject, state), row: entry.seq, sinceMs: entry.atMs }];
}

/** Questions of steps that nobody has answered, the oldest first. */
function openSteps(engine: Engine, run: string): readonly Omit<Waiting, 'hints'>[] {
  const { ledger } = engine;
  return ledger.read({ run, kinds: ['step.asked'] }).flatMap((entry) => {
    const asked = dataOf('step.asked', entry);
    if (asked === undefined || ledger.latest(`step-answer:${asked.task}`) !== undefined) return [];
    const sentence = `${asked.task} waits for a yes: ${asked.text}`;
    return [{ key: keyOf(engine, run, asked.task), sentence, row: entry.seq, sinceMs: entry.atMs }];
  });
}

/** Another question is another alert: it is told, and the one before is over. */
const keyOf = ({ outside }: Engine, subject: string, what: string): string =>
  alertKey(`waiting:${subject}:${what}`, outside.digest.sha256);

const goalOf = ({ ledger }: Engine, run: string): string =>
  dataOf('run.created', ledger.latest(`run:${run}`))?.goal ?? run;
