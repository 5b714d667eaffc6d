import { describe, expect, it } from 'vitest';

import { askSupervisor, ensureSupervisor, followRun, type Supervision } from '../../../src/app/supervision.ts';
import { Fault } from '../../../src/base/fault.ts';
import { row } from '../../../src/domain/journal/kinds.ts';
import { createFakeClock, type FakeClock } from '../../fakes/fake-clock.ts';
import { settled } from '../../fakes/fake-life.ts';
import { anna } from '../../fakes/fake-world.ts';
import { createMemoryLedgers, type MemoryLedger, type MemoryLedgers } from '../../fakes/memory-ledger.ts';

interface Scene {
  readonly supervision: Supervision;
  readonly clock: FakeClock;
  readonly ledgers: MemoryLedgers;
  /** Supervisors that were started, in order. */
  readonly started: MemoryLedger[];
}

/** `comesUp`: a started supervisor holds the ledger at once, and else after `slowMs`, while it lives, or never, dead. */
function scene(options: { comesUp?: boolean; words?: string; slowMs?: number } = {}): Scene {
  const clock = createFakeClock();
  const ledgers = createMemoryLedgers({ clock });
  const started: MemoryLedger[] = [];
  const start = async (): Promise<() => Promise<boolean>> => {
    const ledger = ledgers.open();
    started.push(ledger);
    if (options.comesUp ?? true) await ledger.acquire();
    const { slowMs } = options;
    if (slowMs !== undefined) void clock.sleep(slowMs).then(() => ledger.acquire());
    return async () => slowMs !== undefined;
  };
  const supervision: Supervision = {
    start,
    ledger: ledgers.open(),
    clock,
    logPath: '/state/logs/supervisor.log',
    lastWords: async () => options.words,
  };
  return { supervision, clock, ledgers, started };
}

/** Lets time pass until the promise is settled. */
async function passing<T>(clock: FakeClock, work: Promise<T>, maxSteps = 2_000): Promise<T> {
  let isDone = false;
  const over = work.finally(() => {
    isDone = true;
  });
  over.catch(() => undefined);
  for (let n = 0; n < maxSteps && !isDone; n += 1) await clock.advance(1_000);
  return over;
}

const accepted = { kind: 'accepted', run: 'r1', sentence: 'r1 is on its way.' } as const;
const data = { run: 'r1', by: anna };
const moved = (subject: string, to: string, machine: 'run' | 'change' = 'run') =>
  row(
    'machine.moved',
    { machine, version: 1, subject, event: { type: 'X' }, from: 'a', to, isFinal: false },
    { run: 'r1', keys: [`machine:${subject}`] },
  );
const closed = row(
  'run.closed',
  { run: 'r1', state: 'done', freed: [], report: null },
  { run: 'r1', keys: ['close:r1'] },
);

describe('askSupervisor', () => {
  it('starts a supervisor when none looks after the installation, and returns its answer', async () => {
    const { supervision, started } = scene();
    const asked = askSupervisor(supervision, 'run.cancel', data);
    await settled();
    expect(started).toHaveLength(1);
    await started[0]?.append([], [{ id: 1, answer: accepted }]);
    expect(await asked).toEqual(accepted);
  });

  it('starts another when the first dies before it holds the ledger', async () => {
    const { supervision, clock, ledgers, started } = scene({ comesUp: false });
    const start = async (): Promise<() => Promise<boolean>> => {
      const isAlive = await supervision.start();
      if (started.length === 2) await started[1]?.acquire();
      return isAlive;
    };
    const up = passing(clock, ensureSupervisor({ ...supervision, start }));
    expect(await up).toBe('started');
    expect(started).toHaveLength(2);
    expect(await ledgers.open().isHeld()).toBe(true);
  });

  it('starts none beside one that is there', async () => {
    const { supervision, ledgers, started } = scene();
    const there = ledgers.open();
    await there.acquire();
    const asked = askSupervisor(supervision, 'run.cancel', data);
    await settled();
    await there.append([], [{ id: 1, answer: accepted }]);
    await asked;
    expect(started).toEqual([]);
  });

  it('throws the fault of a refusal', async () => {
    const { supervision, started } = scene();
    const asked = askSupervisor(supervision, 'run.cancel', data);
    asked.catch(() => undefined);
    await settled();
    const fault = new Fault('RUN_NOT_FOUND', 'There is no run r1.', { hints: ['orchestrate runs list'] }).toRecord();
    await started[0]?.append([], [{ id: 1, answer: { kind: 'refused', fault } as never }]);
    await expect(asked).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: 'There is no run r1.',
      hints: ['orchestrate runs list'],
    });
  });

  it('starts another one when the first dies with the request unanswered', async () => {
    const { supervision, started, clock } = scene();
    const asked = askSupervisor(supervision, 'run.cancel', data);
    await settled();
    await started[0]?.close();
    await clock.advance(1_000);
    expect(started).toHaveLength(2);
    await started[1]?.append([], [{ id: 1, answer: accepted }]);
    expect(await asked).toEqual(accepted);
  });

  it('says so when a supervisor does not come up, and keeps the request', async () => {
    const { supervision, clock, ledgers } = scene({ comesUp: false });
    await expect(passing(clock, askSupervisor(supervision, 'run.cancel', data))).rejects.toMatchObject({
      code: 'SUPERVISOR_NOT_STARTED',
      kind: 'outside',
    });
    expect(ledgers.open().openRequests()).toHaveLength(1);
  });

  it('waits for one that lives and takes its time, and starts none beside it', async () => {
    const { supervision, clock, started } = scene({ comesUp: false, slowMs: 60_000 });
    let nAsked = 0;
    const start: Supervision['start'] = async () => {
      const isAlive = await supervision.start();
      return () => {
        nAsked += 1;
        return isAlive();
      };
    };
    expect(await passing(clock, ensureSupervisor({ ...supervision, start }))).toBe('started');
    expect(started).toHaveLength(1);
    // Each answer may take a process of its own.
    expect(nAsked).toBeLessThanOrEqual(20);
    expect(nAsked).toBeGreaterThan(0);
  });

  it('does not wait for ever for one that lives and never holds the ledger', async () => {
    const { supervision, clock, started } = scene({ comesUp: false, slowMs: 10 * 60_000 });
    await expect(passing(clock, ensureSupervisor(supervision))).rejects.toMatchObject({
      code: 'SUPERVISOR_NOT_STARTED',
    });
    expect(started).toHaveLength(1);
  });

  it('tells the fault of which each supervisor died', async () => {
    const { supervision, clock } = scene({ comesUp: false, words: 'LEDGER_BROKEN row 7 was edited' });
    await expect(passing(clock, askSupervisor(supervision, 'run.cancel', data))).rejects.toMatchObject({
      code: 'LEDGER_BROKEN',
      message: 'row 7 was edited',
    });
  });

  it('does not start supervisors for ever', async () => {
    const { supervision, clock, started } = scene();
    const asked = askSupervisor(supervision, 'run.cancel', data);
    asked.catch(() => undefined);
    for (let n = 0; n < 20; n += 1) {
      await started.at(-1)?.close();
      await clock.advance(1_000);
    }
    await expect(asked).rejects.toMatchObject({ code: 'SUPERVISOR_NOT_STARTED' });
    expect(started.length).toBeLessThan(10);
  });

  it('does not wait for ever for an answer', async () => {
    const { supervision, clock } = scene();
    await expect(passing(clock, askSupervisor(supervision, 'run.cancel', data))).rejects.toMatchObject({
      code: 'SUPERVISOR_BUSY',
      kind: 'busy',
    });
  });
});

it('ensures a supervisor once', async () => {
  const { supervision, started } = scene();
  await ensureSupervisor(supervision);
  await ensureSupervisor(supervision);
  expect(started).toHaveLength(1);
});

describe('followRun', () => {
  /** Follows in the background and returns what was seen so far. */
  function following(
    { supervision }: Scene,
    signal = new AbortController().signal,
  ): { kinds: string[]; over: Promise<void> } {
    const kinds: string[] = [];
    const over = (async () => {
      for await (const entry of followRun(supervision, 'r1', signal))
        kinds.push([entry.kind, ...(typeof entry.data['to'] === 'string' ? [entry.data['to']] : [])].join(' '));
    })();
    over.catch(() => undefined);
    return { kinds, over };
  }

  it('yields the rows of the run from its first until it is closed', async () => {
    const one = scene();
    const ledger = one.ledgers.open();
    await ledger.acquire();
    await ledger.append([moved('r1', 'executing'), { kind: 'run.resumed', run: 'r2', data: {} }]);
    const { kinds, over } = following(one);
    await settled();
    expect(kinds).toEqual(['machine.moved executing']);
    await ledger.append([moved('r1', 'done'), closed]);
    await over;
    expect(kinds).toEqual(['machine.moved executing', 'machine.moved done', 'run.closed']);
  });

  it.each(['awaitingApproval', 'paused'])('ends where the run waits for a person (%s)', async (state) => {
    const one = scene();
    const ledger = one.ledgers.open();
    await ledger.acquire();
    await ledger.append([moved('r1', state)]);
    const { kinds, over } = following(one);
    await over;
    expect(kinds).toEqual([`machine.moved ${state}`]);
  });

  it.each(['reviewing.deciding', 'queued.holding', 'conflicted', 'changesRequested'])(
    'ends where its change waits for a person (%s)',
    async (state) => {
      const one = scene();
      const ledger = one.ledgers.open();
      await ledger.acquire();
      const drafted = {
        change: 'c1',
        run: 'r1',
        tree: 'env-setup',
        base: '',
        baseTree: '',
        proposed: '',
        title: '',
        risk: 'low',
        authors: [],
        paths: [],
      } as const;
      await ledger.append([
        row('change.drafted', drafted, { run: 'r1', keys: ['change:c1', 'change-of:r1'] }),
        moved('c1', state, 'change'),
      ]);
      const { over } = following(one);
      expect(await over).toBeUndefined();
    },
  );

  it('starts a supervisor again when it dies on the way', async () => {
    const one = scene();
    const { over } = following(one);
    await settled();
    expect(one.started).toHaveLength(1);
    await one.started[0]?.close();
    await one.clock.advance(1_000);
    expect(one.started).toHaveLength(2);
    await one.started[1]?.append([closed]);
    await over;
  });

  it('ends when its caller goes away', async () => {
    const one = scene();
    const abort = new AbortController();
    const { over } = following(one, abort.signal);
    await settled();
    abort.abort();
    await one.clock.advance(1_000);
    expect(await over).toBeUndefined();
  });
});
