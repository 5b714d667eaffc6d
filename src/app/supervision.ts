import { type FaultCode, faultCodes } from '../base/fault-codes.ts';
import { Fault } from '../base/fault.ts';
import { dataOf } from '../domain/journal/kinds.ts';
import type { RequestAnswer, RequestKind, RequestKinds } from '../domain/requests.ts';
import type { Clock, Entry, Ledger } from '../ports/index.ts';

export interface Supervision {
  /** Starts a supervisor process of its own. Resolves when it was started, not when it answers, with who tells whether it lives. */
  readonly start: () => Promise<() => Promise<boolean>>;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Where a supervisor that does not come up wrote why. */
  readonly logPath: string;
  /** The last line that one started here wrote there, if any: what is there of an earlier one says nothing. */
  readonly lastWords: () => Promise<string | undefined>;
}

/** Supervisors that die on the way up are started again for this long. */
const comeUpMs = 15_000;
/** One that lives is given this long to hold the ledger: on a busy machine, or with much to read, it takes its time. */
const liveUpMs = 120_000;
/**
 * How often a started one is asked whether it lives, which may itself take a process. One that died is followed by another; beside one
 * that lives none is started: it would only be in its way.
 */
const startAgainMs = 3_000;
/** Supervisors that one command starts, one after the other. */
const maxStarts = 5;
/** Longest that a request may take until it is answered; starting production is the slowest. */
const answerMs = 10 * 60_000;

/** Makes sure that a supervisor looks after the installation. Fault: `SUPERVISOR_NOT_STARTED`. */
export async function ensureSupervisor(supervision: Supervision): Promise<'was there' | 'started'> {
  const { start, ledger, clock } = supervision;
  if (await ledger.isHeld()) return 'was there';
  const beganMs = clock.monotonicMs();
  let lookedMs = Number.NEGATIVE_INFINITY;
  let isAlive = async (): Promise<boolean> => false;
  while (!(await ledger.isHeld())) {
    const nowMs = clock.monotonicMs();
    if (nowMs - lookedMs < startAgainMs) {
      await clock.sleep(25);
      continue;
    }
    lookedMs = nowMs;
    const lives = await isAlive();
    if (nowMs - beganMs >= (lives ? liveUpMs : comeUpMs)) throw await notStarted(supervision);
    if (!lives) isAlive = await start();
  }
  return 'started';
}

async function notStarted({ logPath, lastWords }: Supervision): Promise<Fault> {
  const said = await lastWords();
  const [, code, message] = /^([A-Z_]+) (.+)$/.exec(said ?? '') ?? [];
  if (code !== undefined && message !== undefined && code in faultCodes) {
    return new Fault(code as FaultCode, message, {
      state: 'What was asked for is kept, and goes on as soon as a supervisor runs.',
    });
  }
  return new Fault(
    'SUPERVISOR_NOT_STARTED',
    `The supervisor does not stay up${said === undefined ? '.' : `: ${said}`}`,
    {
      hints: ['orchestrate doctor', `See ${logPath}`],
      state: 'What was asked for is kept, and goes on as soon as a supervisor runs.',
    },
  );
}

/** Starts a supervisor again when one dies on the way, but not for ever: what kills each one is told instead. */
function keepSupervisor(supervision: Supervision): () => Promise<void> {
  let nStarted = 0;
  return async () => {
    if ((await ensureSupervisor(supervision)) === 'started' && ++nStarted > maxStarts)
      throw await notStarted(supervision);
  };
}

/** Asks the supervisor and waits for its answer. A refusal is thrown as the Fault that it names. */
export async function askSupervisor<Kind extends RequestKind>(
  supervision: Supervision,
  kind: Kind,
  data: RequestKinds[Kind],
): Promise<Extract<RequestAnswer, { kind: 'accepted' }>> {
  const { ledger, clock } = supervision;
  const id = await ledger.request(kind, data as never);
  const keep = keepSupervisor(supervision);
  const startedMs = clock.monotonicMs();
  for (;;) {
    const answer = ledger.findRequest(id)?.answer as unknown as RequestAnswer | null | undefined;
    if (answer?.kind === 'accepted') return answer;
    if (answer?.kind === 'refused') throw Fault.fromRecord(answer.fault);
    if (clock.monotonicMs() - startedMs > answerMs) {
      throw new Fault('SUPERVISOR_BUSY', 'The supervisor has not answered yet.', {
        hints: ['orchestrate status'],
        state: 'The request is kept.',
      });
    }
    // It may also have died with the request unanswered: the next one takes it.
    await keep();
    await ledger.waitForBell(250);
  }
}

/** States in which a run or its change goes on only when a person does something. */
const waitsForPerson = new Set([
  'awaitingApproval',
  'paused',
  'reviewing.deciding',
  'queued.holding',
  'mergeHeld',
  'switchHeld',
  'conflicted',
  'changesRequested',
]);

/** Yields the run's rows from its first, until it is closed or waits for a person. Starts a supervisor again when one dies on the way. */
export async function* followRun(supervision: Supervision, run: string, signal: AbortSignal): AsyncGenerator<Entry> {
  const { ledger } = supervision;
  const keep = keepSupervisor(supervision);
  let afterSeq = 0;
  while (!signal.aborted) {
    const rows = ledger.read({ run, afterSeq });
    for (const entry of rows) {
      afterSeq = entry.seq;
      yield entry;
    }
    if (rows.length > 0) continue;
    if (ledger.latest(`close:${run}`) || isWaiting(ledger, run)) return;
    await keep();
    await ledger.waitForBell(500, signal);
  }
}

function isWaiting(ledger: Ledger, run: string): boolean {
  const change = dataOf('change.drafted', ledger.latest(`change-of:${run}`))?.change;
  return [run, ...(change === undefined ? [] : [change])].some((subject) => {
    const moved = dataOf('machine.moved', ledger.latest(`machine:${subject}`));
    return moved !== undefined && waitsForPerson.has(moved.to);
  });
}
