import { beforeEach, describe, expect, it } from 'vitest';

import type { App } from '../../../src/app/app.ts';
import type { Operation } from '../../../src/app/operation.ts';
import { busAck } from '../../../src/app/operations/bus-ack.ts';
import { busAnswer } from '../../../src/app/operations/bus-answer.ts';
import { busAsk } from '../../../src/app/operations/bus-ask.ts';
import { busDead } from '../../../src/app/operations/bus-dead.ts';
import { busInbox } from '../../../src/app/operations/bus-inbox.ts';
import { busRequeue } from '../../../src/app/operations/bus-requeue.ts';
import { busSend } from '../../../src/app/operations/bus-send.ts';
import { busStatus } from '../../../src/app/operations/bus-status.ts';
import { row } from '../../../src/domain/journal/kinds.ts';
import { createWorld, definitions, upgrade, type World } from '../../fakes/fake-world.ts';

let world: World;
let woken: number;
beforeEach(async () => {
  world = await createWorld();
  woken = 0;
});

interface Given {
  readonly startedBy?: string;
  /** Topics on which the playbook starts. */
  readonly topics?: readonly string[];
  /** What the tree `env-setup` publishes. */
  readonly channels?: readonly string[];
}

function appOf({ startedBy, topics = [], channels = [] }: Given = {}): App {
  const { context } = world;
  const playbooks = new Map([[upgrade.id, { ...upgrade, on: topics }]]);
  const trees = new Map(definitions.trees);
  const published = trees.get('env-setup');
  if (published !== undefined) trees.set('env-setup', { ...published, channels });
  const opened = { ...context, ledger: world.ledgers.open(), definitions: { ...definitions, playbooks, trees } };
  return {
    outside: { ...context.outside, host: { ...context.outside.host, startedBy: startedBy ?? null } },
    installation: async () => opened,
    signal: new AbortController().signal,
    narrate: () => {},
    wake: async () => {
      woken += 1;
      return 'started';
    },
  } as unknown as App;
}

async function write(...rows: readonly ReturnType<typeof row>[]): Promise<void> {
  const ledger = world.ledgers.open();
  const held = await ledger.acquire();
  await ledger.append(rows);
  await held?.release();
}

/** Opens a run in the tree `env-setup`, of one step. */
async function openRun(id: string, action = 'bus.answer'): Promise<void> {
  const steps = [{ id: 'lock', agent: 'package-manager', action }];
  await write(
    row('run.created', { run: id } as never, { run: id, keys: [`run:${id}`] }),
    row('plan.made', { run: id, plan: { tree: 'env-setup', steps } } as never, { run: id, keys: [`plan:${id}`] }),
  );
}

const run = <Output>(operation: Operation<never, Output>, input: object, app = appOf()): Promise<Output> =>
  operation.run(app, operation.input.parse(input) as never);

describe('bus send', () => {
  it('says who sent it and where it lies, and lets a supervisor sleep that nobody needs', async () => {
    expect(await run(busSend as never, { to: 'tree:env-setup', subject: 'hello' })).toEqual({
      ...{ id: 'm1', from: 'person:anna', to: 'tree:env-setup', state: 'accepted', mailboxes: ['tree:env-setup'] },
      ...{ why: null, woken: { playbooks: [], runs: [], supervisor: 'asleep' } },
    });
    expect(woken).toBe(0);
  });

  it('wakes the supervisor for a playbook that starts on the topic', async () => {
    const app = appOf({ topics: ['new_models_available'] });
    expect(await run(busSend as never, { to: 'topic:new_models_available', subject: 'x' }, app)).toMatchObject({
      ...{ state: 'accepted', woken: { playbooks: ['upgrade-package'], supervisor: 'started' } },
    });
    expect(woken).toBe(1);
  });

  it('keeps what a run is told that is not there or is closed, and says so', async () => {
    await openRun('r1');
    await write(row('run.closed', { run: 'r1' } as never, { run: 'r1', keys: ['close:r1'] }));
    for (const to of ['run:r1', 'run:r999'])
      expect(await run(busSend as never, { to, subject: 'x' })).toMatchObject({
        ...{ state: 'undeliverable', mailboxes: [], why: `there is no open ${to.replace(':', ' ')}` },
        woken: { runs: [], supervisor: 'asleep' },
      });
    // The control: the same words to an open run lie in its mailbox, and are shown there when it closes with them.
    await openRun('r2');
    expect(await run(busSend as never, { to: 'run:r2', subject: 'x' })).toMatchObject({ mailboxes: ['run:r2'] });
    const whyInR2 = async () =>
      ((await run(busStatus as never, {})) as { mailboxes: { mailbox: string; why: string | null }[] }).mailboxes.find(
        ({ mailbox }) => mailbox === 'run:r2',
      )?.why;
    expect(await whyInR2()).toBeNull();
    await write(row('run.closed', { run: 'r2' } as never, { run: 'r2', keys: ['close:r2'] }));
    expect(await whyInR2()).toBe('there is no open run r2');
  });

  it('says to an agent’s program what its run was told', async () => {
    await openRun('r2');
    await run(busSend as never, { to: 'run:r2', subject: 'hurry' });
    expect(await run(busInbox as never, { mailbox: 'run:r2' }, appOf({ startedBy: 'demo/r2.lock#1' }))).toMatchObject({
      messages: [{ subject: 'hurry' }],
    });
  });

  it('wakes it for the open runs in which somebody answers what is asked, and for no others', async () => {
    for (const id of ['r1', 'r2']) await openRun(id);
    await openRun('r3', 'env.choose');
    await write(row('run.closed', { run: 'r1' } as never, { run: 'r1', keys: ['close:r1'] }));
    const asked = async (to: string) => {
      const asking = run(busAsk as never, { to, subject: 'x', deadline: '1s' }).catch(() => undefined);
      await world.clock.advance(1_000);
      await asking;
      const before = woken;
      woken = 0;
      return before;
    };
    expect([await asked('tree:env-setup'), await asked('run:r2'), await asked('run:r3')]).toEqual([1, 1, 0]);
    // No step of a run takes what wants no answer.
    expect(await run(busSend as never, { to: 'tree:env-setup', subject: 'x' })).toMatchObject({
      woken: { runs: [], supervisor: 'asleep' },
    });
    const program = appOf({ startedBy: 'demo/r2.lock#1' });
    expect(await run(busSend as never, { to: 'person:anna', subject: 'x' }, program)).toMatchObject({
      from: 'agent:package-manager',
    });
    await expect(run(busInbox as never, { mailbox: 'person:anna' }, program)).rejects.toMatchObject({
      code: 'BUS_MAILBOX_NOT_YOURS',
    });
  });

  it('lets no program speak that is no agent’s (A36)', async () => {
    for (const startedBy of ['demo/i3', 'demo/r9.lock#1', 'another/r2.lock#1'])
      await expect(
        run(busSend as never, { to: 'tree:env-setup', subject: 'x' }, appOf({ startedBy })),
      ).rejects.toMatchObject({ code: 'BUS_SENDER_UNKNOWN', state: 'Nothing was sent or taken.' });
  });

  it('lets an agent’s program start no playbook by a channel that its tree does not publish', async () => {
    await openRun('r2');
    const say = (channels: readonly string[]) =>
      run(
        busSend as never,
        { to: 'topic:new_models_available', subject: 'x', body: '{"package":"numpy"}' },
        appOf({ startedBy: 'demo/r2.lock#1', topics: ['new_models_available'], channels }),
      );
    await expect(say(['dependency_conflict_detected'])).rejects.toMatchObject({
      ...{ code: 'CHANNEL_NOT_YOURS', state: 'Nothing was sent.' },
      data: { tree: 'env-setup', topic: 'new_models_available' },
    });
    expect(world.context.bus.newest(10)).toEqual([]);
    // The control: on a channel of its tree the same words start it.
    expect(await say(['new_models_available'])).toMatchObject({ woken: { playbooks: ['upgrade-package'] } });
  });

  it.each([
    ['{"a":', 'BUS_MESSAGE_INVALID', { at: { file: '--body', line: 1 } }],
    ['[1]', 'BUS_MESSAGE_INVALID', {}],
    ['{"from":"supervisor"}', 'BUS_SENDER_FORGED', {}],
  ])('refuses the body %s', async (body, code, more) => {
    await expect(run(busSend as never, { to: 'tree:env-setup', subject: 'x', body })).rejects.toMatchObject({
      ...{ code, ...more },
    });
    await expect(run(busSend as never, { to: 'tree', subject: 'x' })).rejects.toMatchObject({
      code: 'USAGE_BAD_ARGUMENT',
    });
  });

  it('waits for room in a full mailbox', async () => {
    const { bus } = world.context;
    for (let n = 0; n < 10_000; n += 1) world.ledgers.mail.deliveries.push(fullOf(n));
    const sending = run(busSend as never, { to: 'tree:env-setup', subject: 'x', wait: '10s' });
    await world.clock.advance(1_000);
    world.ledgers.mail.deliveries = world.ledgers.mail.deliveries.slice(1);
    await world.clock.advance(1_000);
    expect(await sending).toMatchObject({ state: 'accepted' });
    const late = run(busSend as never, { to: 'tree:env-setup', subject: 'x', wait: '10s' }).catch(
      (error: unknown) => error,
    );
    await world.clock.advance(11_000);
    expect(await late).toMatchObject({ code: 'BUS_MAILBOX_FULL' });
    expect(bus.newest(10)).toHaveLength(1);
  });
});

const fullOf = (n: number) =>
  ({
    ...{ message: { id: -n, from: 'person:ben', to: 'tree:env-setup' }, mailbox: 'tree:env-setup', state: 'waiting' },
    ...{
      nAttempts: 0,
      holder: null,
      reason: null,
      lease: undefined,
      due: undefined,
      endedAtMs: undefined,
      isTold: false,
    },
  }) as never;

describe('bus ask', () => {
  it('waits for the answer, which acknowledges the question', async () => {
    const asking = run(busAsk as never, { to: 'tree:ops-maint', subject: 'may I?' });
    await world.clock.advance(1_000);
    expect(await run(busAnswer as never, { id: 'm1', subject: 'yes' })).toMatchObject({ done: ['tree:ops-maint'] });
    expect(await asking).toMatchObject({ id: 'm1', answer: { subject: 'yes', inReplyTo: 'm1', from: 'person:anna' } });
    expect(await run(busAnswer as never, { id: 'm1', subject: 'yes' })).toMatchObject({ state: 'duplicate', done: [] });
  });

  it('is over at once when the answer to its key is known, and done with it in the inbox', async () => {
    const ask = () => run(busAsk as never, { to: 'tree:ops-maint', subject: 'may I?', dedup: 'k', deadline: '1h' });
    const asking = ask();
    await world.clock.advance(1_000);
    await run(busAnswer as never, { id: 'm1', subject: 'yes' });
    for (const asked of [asking, ask()])
      expect(await asked).toMatchObject({ id: 'm1', answer: { id: 'm2', subject: 'yes' } });
    // What sleeps on would keep the process until the deadline.
    expect(world.clock.nSleepers).toBe(0);
    expect(world.context.bus.deliveriesOf(2)).toMatchObject([{ mailbox: 'person:anna', state: 'acked' }]);
  });

  it('gives up at its deadline, and asks once with a key', async () => {
    for (const _ of [1, 2]) {
      const asking = run(busAsk as never, { to: 'tree:ops-maint', subject: 'x', deadline: '5s', dedup: 'k' }).catch(
        (error: unknown) => error,
      );
      await world.clock.advance(5_000);
      expect(await asking).toMatchObject({
        code: 'BUS_NO_ANSWER',
        kind: 'waiting',
        hints: ['orchestrate bus inbox', 'orchestrate bus status'],
      });
    }
    expect(world.context.bus.newest(10)).toHaveLength(1);
  });

  it('cannot be answered when it is no question', async () => {
    await run(busSend as never, { to: 'person:ben', subject: 'x' });
    await expect(run(busAnswer as never, { id: 'm1', subject: 'yes' })).rejects.toMatchObject({
      code: 'USAGE_BAD_ARGUMENT',
    });
    await expect(run(busAnswer as never, { id: 'm7', subject: 'yes' })).rejects.toMatchObject({
      code: 'BUS_MESSAGE_NOT_FOUND',
    });
  });
});

describe('the mailbox of a person', () => {
  it('shows what waits, until it is done', async () => {
    for (const subject of ['one', 'two']) await run(busSend as never, { to: 'person:anna', subject });
    const inbox = async (): Promise<readonly string[]> =>
      ((await run(busInbox as never, {})) as { messages: { subject: string }[] }).messages.map(
        ({ subject }) => subject,
      );
    expect(await inbox()).toEqual(['one', 'two']);
    await run(busAck as never, { ids: ['m2'] });
    expect(await inbox()).toEqual(['one']);
    await expect(run(busAck as never, { ids: ['m1', 'm9'] })).rejects.toMatchObject({
      ...{ code: 'BUS_MESSAGE_NOT_FOUND', state: 'The first 1 are done.' },
    });
    await world.context.bus.take('tree:env-setup', { holder: 'x', leaseMs: 1, limit: 1 });
  });
});

describe('what was not delivered', () => {
  it('is shown with its reason, and put back', async () => {
    await run(busSend as never, { to: 'topic:unheard', subject: 'x' });
    await run(busSend as never, { to: 'tree:env-setup', subject: 'y' });
    const { bus } = world.context;
    await bus.take('tree:env-setup', { holder: 'h', leaseMs: 1, limit: 1 });
    await bus.fail({ id: 2, mailbox: 'tree:env-setup', holder: 'h', reason: 'no goal fits', hopeless: true });
    expect(await run(busDead as never, {})).toMatchObject({
      messages: [
        { id: 'm1', state: 'undeliverable' },
        { id: 'm2', state: 'dead', reason: 'no goal fits' },
      ],
    });
    expect(await run(busStatus as never, {})).toMatchObject({
      mailboxes: [
        { mailbox: 'topic:unheard', undeliverable: 1, why: 'no tree listens to unheard, and no playbook starts on it' },
        { mailbox: 'tree:env-setup', dead: 1, waiting: 0 },
      ],
    });
    await expect(run(busRequeue as never, { id: 'm1' })).rejects.toMatchObject({
      ...{ code: 'NOTHING_TO_DO', message: expect.stringContaining('still reaches nobody') },
    });
    expect(await run(busRequeue as never, { id: 'm2' })).toMatchObject({
      messages: [{ state: 'waiting', nAttempts: 0 }],
    });
  });
});
