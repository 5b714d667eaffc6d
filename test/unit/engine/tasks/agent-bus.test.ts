import { describe, expect, it } from 'vitest';

import type { AgentBus } from '../../../../src/actions/_context.ts';
import { busAnswer } from '../../../../src/actions/bus-answer.ts';
import type { RunId } from '../../../../src/base/ids.ts';
import type { Message } from '../../../../src/domain/bus/message.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import type { PlannedStep } from '../../../../src/domain/plans/plan.ts';
import { sendNoted } from '../../../../src/engine/bus/send.ts';
import { agentBus } from '../../../../src/engine/tasks/agent-bus.ts';
import { type Life, settled, startEngine } from '../../../fakes/fake-life.ts';
import { createWorld, type World } from '../../../fakes/fake-world.ts';
import { workPlan } from '../changes/change-scene.ts';

interface Scene {
  readonly world: World;
  life: Life;
  /** The bus as an agent has it in a try of its step. */
  as(agent: string, attempt?: number): AgentBus;
  rows(kind: string): readonly unknown[];
}

const agents = { 'systems-administrator': 'ops-maint', 'environment-specialist': 'env-setup' } as const;

async function scene(): Promise<Scene> {
  const made = await createWorld();
  const { trees } = made.context.definitions;
  const published = new Map(
    [...trees].map(([id, tree]) => [
      id,
      {
        ...tree,
        channels: id === 'ops-maint' ? ['service_restart_required'] : [],
        listens: id === 'env-setup' ? ['service_restart_required'] : [],
      },
    ]),
  );
  const known = new Map(
    Object.entries(agents).map(([id, tree]) => [
      id,
      { ...{ id, tree, title: id, tools: [], runner: 'program', maxMinutes: 10, instructions: '', file: id } } as never,
    ]),
  );
  const definitions = { ...made.context.definitions, trees: published, agents: known };
  const world = { ...made, context: { ...made.context, definitions } };
  const one: Scene = {
    world,
    life: await startEngine(world),
    as(agent, attempt = 1) {
      const step = {
        id: agent,
        title: agent,
        action: 'bus.ask',
        agent,
        needs: [],
        with: {},
        timeoutMs: 60_000,
        retries: 0,
      };
      const parts = {
        run: 'r1' as RunId,
        step: step as PlannedStep,
        plan: workPlan(world.first),
        attempt: `r1.${agent}#${attempt}`,
      };
      return agentBus(one.life.engine, parts, new AbortController().signal);
    },
    rows: (kind) => one.life.ledger.read({ kinds: [kind] }).map(({ data }) => data),
  };
  return one;
}

const question = { to: 'agent:environment-specialist', subject: 'What is pinned?', deadlineMs: 60_000 } as const;

async function pass<T>(world: World, work: Promise<T>): Promise<T> {
  let isOver = false;
  void work.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  for (let n = 0; n < 1_000 && !isOver; n += 1) {
    await world.clock.advance(100);
    await settled();
  }
  return work;
}

describe('an agent that asks', () => {
  it('is answered by the other, in whose name the answer comes, and each word has its row', async () => {
    const { world, as, rows } = await scene();
    const asked = as('systems-administrator').ask(question);
    await settled();
    const other = as('environment-specialist');
    const [ask] = await other.questions(5);
    expect(ask).toMatchObject({ kind: 'ask', from: 'agent:systems-administrator', run: 'r1' });
    await other.answer(ask?.id ?? 0, { subject: 'torch 2.8.0', body: { text: 'since r7' } });
    const { answer } = await pass(world, asked);
    expect(answer).toMatchObject({
      from: 'agent:environment-specialist',
      subject: 'torch 2.8.0',
    } satisfies Partial<Message>);
    expect(rows('bus.sent')).toMatchObject([{ kind: 'ask' }, { kind: 'answer', inReplyTo: ask?.id }]);
    expect(rows('bus.acked')).toMatchObject([
      { mailbox: 'agent:environment-specialist', holder: 'r1.environment-specialist#1' },
      { mailbox: 'agent:systems-administrator', holder: 'r1.systems-administrator#1' },
    ]);
  });

  it('asks nothing twice when its process was killed, nor in its next try while the question is open', async () => {
    const one = await scene();
    void one
      .as('systems-administrator')
      .ask(question)
      .catch(() => undefined);
    await settled();
    await one.life.kill();
    one.life = await startEngine(one.world);
    const again = one.as('systems-administrator', 2).ask(question);
    await settled();
    const other = one.as('environment-specialist');
    const taken = await other.questions(5);
    expect(taken).toHaveLength(1);
    await other.answer(taken[0]?.id ?? 0, { subject: 'nothing' });
    expect((await pass(one.world, again)).answer.subject).toBe('nothing');
    expect(one.rows('bus.sent')).toHaveLength(2);
  });

  it('hears nothing in the place of the supervisor: a bell is heard by one loop of a ledger', async () => {
    const { world, life, as } = await scene();
    void as('systems-administrator').ask(question);
    await settled();
    await life.ledger.waitForBell(0);
    await as('environment-specialist').send({ to: 'person:anna', subject: 'x' });
    await world.clock.advance(0);
    let isHeard = false;
    void life.ledger.waitForBell(60_000).then(() => (isHeard = true));
    await settled();
    expect(isHeard).toBe(true);
  });

  it('says who did not answer, and asks anew in a later try', async () => {
    const { world, as, rows } = await scene();
    const first = as('systems-administrator').ask(question);
    await expect(pass(world, first)).rejects.toMatchObject({ code: 'BUS_NO_ANSWER', kind: 'waiting' });
    void as('systems-administrator', 2)
      .ask(question)
      .catch(() => undefined);
    await settled();
    expect(rows('bus.sent')).toHaveLength(2);
  });

  it('waits by a clock that never jumps', async () => {
    const { world, as } = await scene();
    const asked = as('systems-administrator').ask(question);
    await settled();
    world.clock.setNowMs(world.clock.nowMs() + 24 * 60 * 60_000);
    await world.clock.advance(5_000);
    const other = as('environment-specialist');
    const [ask] = await other.questions(5);
    await other.answer(ask?.id ?? 0, { subject: 'here' });
    expect((await pass(world, asked)).answer.subject).toBe('here');
  });
});

/** What the action does with the agent's bus, of which memory has nothing to say. */
function answering(one: Scene, attempt = 1) {
  const bus = one.as('environment-specialist', attempt);
  const { clock } = one.world;
  const context = {
    run: 'r1',
    bus,
    clock,
    memory: { restored: [], search: () => [] },
    signal: new AbortController().signal,
  };
  return busAnswer.run(context as never, { wait: '1m', text: '' });
}

/** Another run asks the same agent. */
const askOfAnother = (one: Scene) =>
  sendNoted(one.life.engine, {
    ...{ from: 'agent:systems-administrator', to: question.to, kind: 'ask', subject: 'And models?', body: {} },
    ...{ dedup: 'r2.x:1', expiresAtMs: null, inReplyTo: null, run: 'r2' },
  });

describe('an agent that answers', () => {
  it('has the questions again that it took before a kill, those of its tree as well', async () => {
    const one = await scene();
    void one
      .as('systems-administrator')
      .ask({ ...question, to: 'tree:env-setup' })
      .catch(() => undefined);
    await settled();
    expect(await one.as('environment-specialist').questions(5)).toHaveLength(1);
    expect(await one.as('environment-specialist', 2).questions(5)).toEqual([]);
    await one.life.kill();
    one.life = await startEngine(one.world);
    const [ask] = await one.as('environment-specialist').questions(5);
    await one.as('environment-specialist').answer(ask?.id ?? 0, { subject: 'x' });
    expect(await one.as('environment-specialist').questions(5)).toEqual([]);
  });

  it('is asked by way of its run as well', async () => {
    const one = await scene();
    await one.life.ledger.append([row('run.created', { run: 'r1' } as never, { run: 'r1', keys: ['run:r1'] })]);
    const asked = one.as('systems-administrator').ask({ ...question, to: 'run:r1' });
    await settled();
    expect((await pass(one.world, answering(one))).answered).toHaveLength(1);
    expect((await pass(one.world, asked)).answer.from).toBe('agent:environment-specialist');
  });

  it('goes on after the question of somebody else, until its own run was answered', async () => {
    const one = await scene();
    const other = await askOfAnother(one);
    const over = answering(one);
    await one.world.clock.advance(5_000);
    await settled();
    expect(one.rows('bus.sent')).toMatchObject([{ id: other }, { kind: 'answer', inReplyTo: other }]);
    const asked = one.as('systems-administrator').ask(question);
    const { answered } = await pass(one.world, over);
    const { id } = await pass(one.world, asked);
    expect(answered.map(({ ask }) => ask)).toEqual([other, id]);
  });

  it('goes on from what it answered, when it was killed before it could say so', async () => {
    const one = await scene();
    const asked = one.as('systems-administrator').ask(question);
    await settled();
    const first = await pass(one.world, answering(one));
    await pass(one.world, asked);
    const beganMs = one.world.clock.monotonicMs();
    expect(await answering(one, 2)).toEqual(first);
    expect(one.world.clock.monotonicMs()).toBe(beganMs);
    expect(one.rows('bus.sent')).toHaveLength(2);
  });

  it('leaves what its tree was told to whoever reads it, also when nobody asks', async () => {
    const one = await scene();
    await one.as('systems-administrator').send({ to: 'topic:service_restart_required', subject: 'soon' });
    expect(await pass(one.world, answering(one))).toEqual({ answered: [] });
    const lies = one.life.engine.bus.deliveries({ mailbox: 'tree:env-setup', states: ['waiting'] });
    expect(lies.map(({ message }) => message.subject)).toEqual(['soon']);
  });
});

describe('what an agent may not say', () => {
  it.each([
    ['BUS_TYPE_RESERVED', { type: 'approval' }],
    ['BUS_TYPE_RESERVED', { type: 'merge' }],
    ['BUS_SENDER_FORGED', { from: 'supervisor:' }],
    ['BUS_SENDER_FORGED', { sender: 'person:anna' }],
  ])('A36: %s is refused and told, though it speaks from within the supervisor', async (code, body) => {
    const { as, rows } = await scene();
    const bus = as('systems-administrator');
    await expect(bus.send({ to: 'tree:env-setup', subject: 'yes', body })).rejects.toMatchObject({ code });
    expect(rows('bus.sent')).toEqual([]);
    expect(rows('bus.refused')).toMatchObject([{ from: 'agent:systems-administrator', code, times: 1 }]);
    // The control: the same words without the claim arrive.
    await bus.send({ to: 'tree:env-setup', subject: 'yes', body: { text: 'x' } });
    expect(rows('bus.sent')).toHaveLength(1);
  });

  it('is anything on a channel of another tree', async () => {
    const { as, rows } = await scene();
    const send = as('environment-specialist').send({ to: 'topic:service_restart_required', subject: 'x' });
    await expect(send).rejects.toMatchObject({ code: 'CHANNEL_NOT_YOURS' });
    expect(rows('bus.sent')).toEqual([]);
  });

  it('is an answer to what it was not asked', async () => {
    const { as } = await scene();
    void as('systems-administrator')
      .ask(question)
      .catch(() => undefined);
    await settled();
    await expect(as('systems-administrator').answer(1, { subject: 'x' })).rejects.toMatchObject({
      code: 'BUS_MESSAGE_NOT_FOUND',
    });
  });
});
