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
    const subject = /^waiting:([rc]\d+)/.exec(key)?.[1] ?? '';
    const row = engine.ledger.latest(`machine:${subject}`)?.seq;
    const evidence = row === undefined ? [`${raised.alert}: nobody waits any more`] : [`#${row}`];
    await resolveAlert(engine, key, evidence);
  }
}

function whoWaits(engine: Engine): readonly Waiting[] {
  return [
    ...engine.host.all('run').flatMap(({ subject, state }) => waitingRun(engine, subject, state) ?? []),
    ...engine.host.all('change').flatMap(({ subject, state }) => waitingChange(engine, subject, state) ?? []),
  ];
}

function waitingRun(engine: Engine, run: string, state: string): Waiting | undefined {
  const asked = state === 'executing' || state === 'paused' ? openStep(engine, run) : undefined;
  const answers = [`orchestrate runs show ${run}`, `orchestrate runs approve ${run}`, `orchestrate runs reject ${run}`];
  if (asked !== undefined) return { ...asked, key: `waiting:${run}`, hints: answers };
  if (state === 'awaitingApproval')
    return since(engine, run, {
      sentence: `The plan of ${run} (${goalOf(engine, run)}) waits for a yes`,
      hints: answers,
    });
  const created = dataOf('run.created', engine.ledger.latest(`run:${run}`));
  // A slot that somebody opened is theirs for as long as they want.
  if (state !== 'paused' || created?.kind === 'open') return undefined;
  const why = engine.host.find(run)?.fault?.message;
  const hints = [`orchestrate runs show ${run}`, `orchestrate runs resume ${run}`, `orchestrate runs cancel ${run}`];
  return since(engine, run, { sentence: `${run} is paused${why === undefined ? '' : ` (${why})`} and waits`, hints });
}

const changeWords: Readonly<Record<string, string>> = {
  'reviewing.deciding': 'waits for a review',
  changesRequested: 'waits for the changes that were asked for',
  conflicted: 'waits for somebody to solve its conflict',
  mergeHeld: 'is held before its merge',
  switchHeld: 'is merged, and held before production is switched',
};

function waitingChange(engine: Engine, change: string, state: string): Waiting | undefined {
  const words = changeWords[state];
  if (words === undefined) return undefined;
  const run = dataOf('change.drafted', engine.ledger.latest(`change:${change}`))?.run ?? '';
  const sentence = `${change} (${goalOf(engine, run)}) ${words}`;
  return since(engine, change, { sentence, hints: [`orchestrate review show ${change}`] });
}

function since(
  { ledger }: Engine,
  subject: string,
  told: { readonly sentence: string; readonly hints: readonly string[] },
): Waiting | undefined {
  const entry = ledger.latest(`machine:${subject}`);
  return entry && { ...told, key: `waiting:${subject}`, row: entry.seq, sinceMs: entry.atMs };
}

/** The oldest question of a step that nobody has answered. */
function openStep({ ledger }: Engine, run: string): Pick<Waiting, 'sentence' | 'row' | 'sinceMs'> | undefined {
  for (const entry of ledger.read({ run, kinds: ['step.asked'] })) {
    const asked = dataOf('step.asked', entry);
    if (asked === undefined || ledger.latest(`step-answer:${asked.task}`) !== undefined) continue;
    return { sentence: `${asked.task} waits for a yes: ${asked.text}`, row: entry.seq, sinceMs: entry.atMs };
  }
  return undefined;
}

const goalOf = ({ ledger }: Engine, run: string): string =>
  dataOf('run.created', ledger.latest(`run:${run}`))?.goal ?? run;
