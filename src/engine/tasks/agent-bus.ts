import type { AgentBus } from '../../actions/_context.ts';
import { Fault } from '../../base/fault.ts';
import { taskId } from '../../base/ids.ts';
import { canonicalJson } from '../../base/json.ts';
import type { Address } from '../../domain/bus/address.ts';
import { foreignChannel } from '../../domain/bus/channels.ts';
import type { Delivery, Message, NewMessage } from '../../domain/bus/message.ts';
import { findRefusal } from '../../domain/bus/refusal.ts';
import { mailboxesOfAgent } from '../../domain/bus/route.ts';
import { refusedRow } from '../../domain/bus/rows.ts';
import { refused } from '../../domain/bus/undelivered.ts';
import { durationText } from '../../domain/definitions/units.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { awaitAnswer } from '../bus/await-answer.ts';
import { sendNoted } from '../bus/send.ts';
import { takeQuestions } from '../bus/take-questions.ts';
import type { Engine } from '../engine.ts';
import type { TaskParts } from './task-view.ts';

/**
 * The bus as the agent of an attempt has it. It speaks in the agent's name and in no other; each thing that it says has a key made of
 * the step and of what is said, so that an attempt that begins again says nothing twice.
 */
export function agentBus(engine: Engine, parts: TaskParts, signal: AbortSignal): AgentBus {
  const { run, step, attempt, plan } = parts;
  const { clock } = engine.outside;
  const tree = engine.definitions.agents.get(step.agent)?.tree ?? plan.tree;
  const address: Address = `agent:${step.agent}`;
  const mailboxes = mailboxesOfAgent({ agent: step.agent, tree, run });

  const draft = (given: Partial<NewMessage> & Pick<NewMessage, 'to' | 'kind' | 'subject'>): NewMessage => {
    const { to, kind, subject, body = {}, dedup = null, expiresAtMs = null, inReplyTo = null } = given;
    const said = engine.outside.digest.sha256(canonicalJson({ to, kind, subject, body, inReplyTo }));
    const key = `${taskId(run, step.id)}:${dedup ?? said.slice(0, 32)}`;
    return { from: address, to, kind, subject, body, dedup: key, expiresAtMs, inReplyTo, run };
  };

  /** What an agent may not say is refused, and the journal tells it. Faults: `BUS_TYPE_RESERVED`, `BUS_SENDER_FORGED`, `CHANNEL_NOT_YOURS`. */
  const requireAllowed = async (message: NewMessage): Promise<void> => {
    const { to, subject } = message;
    const refusal = findRefusal(message);
    if (refusal !== undefined) {
      const told = { id: 0, from: address, to, subject, times: 1, lastAtMs: clock.nowMs(), ...refusal };
      await engine.ledger.append([{ ...refusedRow(told), run }]);
      throw refused(refusal, address);
    }
    const foreign = foreignChannel(message, { id: tree, channels: engine.definitions.trees.get(tree)?.channels ?? [] });
    if (foreign !== undefined) throw foreign;
  };

  const send = async (message: NewMessage): Promise<number> => {
    await requireAllowed(message);
    return sendNoted(engine, message);
  };

  /** A question that a try before asked, and that may still be answered; else this one. */
  const askOnce = async (message: NewMessage): Promise<Message> => {
    for (let n = 1; ; n += 1) {
      const one = { ...message, dedup: n === 1 ? message.dedup : `${message.dedup}:${n}` };
      const known = engine.bus.findSent(address, one.dedup ?? '');
      const isOver = typeof known?.expiresAtMs === 'number' && known.expiresAtMs <= clock.nowMs();
      if (known !== undefined && isOver && engine.bus.answersTo(known.id).length === 0) continue;
      const sent = known ?? engine.bus.find(await send(one));
      if (sent === undefined) throw new Error('a question that was accepted is not there');
      return sent;
    }
  };

  const done = async ({ message, mailbox }: Delivery): Promise<void> => {
    await engine.ledger.append([], [], { acks: [{ id: message.id, mailbox, holder: attempt, run }] });
  };

  return {
    address,
    send: ({ to, subject, body = {}, dedup }) =>
      send(draft({ to, kind: 'note', subject, body, ...(dedup === undefined ? {} : { dedup }) })),

    async ask({ to, subject, body = {}, deadlineMs }) {
      const expiresAtMs = clock.nowMs() + deadlineMs;
      const [id, answer] = await engine.waits.during(engine, { asker: address, asked: to, run }, async () => {
        const { id, ...asked } = await askOnce(draft({ to, kind: 'ask', subject, body, expiresAtMs }));
        const leftMs = Math.max(0, (asked.expiresAtMs ?? expiresAtMs) - clock.nowMs());
        return [id, await awaitAnswer({ bus: engine.bus, clock }, { id, deadlineMs: leftMs, signal })] as const;
      });
      signal.throwIfAborted();
      if (answer === undefined) throw noAnswer({ id, to, run, deadlineMs });
      const place = { id: answer.id, mailbox: address };
      const delivery = await engine.bus.takeOne(place, { holder: attempt, leaseMs: step.timeoutMs });
      if (delivery !== undefined) await done(delivery);
      return { id, answer };
    },

    async answer(ask, { subject, body = {} }) {
      const asked = engine.bus.find(ask);
      const place = engine.bus.deliveriesOf(ask).find(({ mailbox }) => mailboxes.includes(mailbox));
      if (asked?.kind !== 'ask' || place === undefined)
        throw new Fault('BUS_MESSAGE_NOT_FOUND', `${step.agent} was not asked anything as m${ask}.`);
      const message = draft({ to: asked.from, kind: 'answer', subject, body, inReplyTo: ask });
      await requireAllowed(message);
      const isHeld = place.state === 'taken' && place.holder === attempt;
      const acks = isHeld ? [{ id: ask, mailbox: place.mailbox, holder: attempt, run }] : [];
      return sendNoted(engine, message, { acks });
    },

    async questions(limit) {
      const taken: Message[] = [];
      for (const mailbox of mailboxes) {
        const options = { holder: attempt, leaseMs: step.timeoutMs, limit: limit - taken.length };
        taken.push(...(await takeQuestions(engine.bus, mailbox, options)));
      }
      return taken;
    },

    answered: () =>
      engine.ledger.read({ run, kinds: ['bus.sent'] }).flatMap((entry) => {
        const answer = engine.bus.find(dataOf('bus.sent', entry)?.id ?? 0);
        const isOurs = answer?.kind === 'answer' && answer.dedup?.startsWith(`${taskId(run, step.id)}:`) === true;
        const ask = isOurs ? engine.bus.find(answer.inReplyTo ?? 0) : undefined;
        return isOurs && ask !== undefined ? [{ ask, answer }] : [];
      }),
  };
}

const noAnswer = (asked: { id: number; to: Address; run: string; deadlineMs: number }): Fault =>
  new Fault('BUS_NO_ANSWER', `${asked.to} did not answer m${asked.id} within ${durationText(asked.deadlineMs)}.`, {
    hints: [
      `orchestrate bus answer ${asked.id} "<answer>"`,
      `orchestrate runs resume ${asked.run}   (asks again)`,
      'orchestrate bus status',
    ],
    state: 'The branch and production are as they were.',
    data: { message: asked.id, to: asked.to },
  });
