import { faultRecord } from '../../base/fault.ts';
import { type Address, kindOf, nameOf } from '../../domain/bus/address.ts';
import type { Delivery } from '../../domain/bus/message.ts';
import { startInputs } from '../../domain/bus/start-inputs.ts';
import type { Playbook } from '../../domain/definitions/types.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { isEnd } from '../effects/is-end.ts';
import type { Engine } from '../engine.ts';
import { createRun } from '../runs/create-run.ts';
import { takeMine } from './take-mine.ts';

/** The supervisor takes mail of playbooks: one of them at a time lives, so that what one took the next one goes on with. */
const holder = 'supervisor';
const leaseMs = 60_000;
/** Messages of a channel that start something in one round. */
const perRound = 10;

/**
 * Starts the playbooks whose channels were told something, once for each message: the run, its first row and the acknowledgement are
 * one commit. A message that fits no playbook is dead at once, with the reason.
 */
export async function startByMail(engine: Engine): Promise<void> {
  const topics = new Set([...engine.definitions.playbooks.values()].flatMap(({ on }) => on));
  for (const topic of topics) {
    const taken = await takeMine(engine.bus, `topic:${topic}`, { holder, leaseMs, limit: perRound });
    for (const delivery of taken) await startOrGiveBack(engine, delivery, topic);
  }
}

/** A message that cannot be acted on now waits for another try, of which it has as many as any; the next ones do not wait for it. */
async function startOrGiveBack(engine: Engine, delivery: Delivery, topic: string): Promise<void> {
  try {
    await startFor(engine, delivery, topic);
  } catch (error) {
    if (isEnd(error)) throw error;
    const { code, message: sentence } = faultRecord(error);
    const { message, mailbox } = delivery;
    await engine.bus.fail({ id: message.id, mailbox, holder, reason: `${code} ${sentence}` });
  }
}

async function startFor(engine: Engine, { message, mailbox }: Delivery, topic: string): Promise<void> {
  const place = { id: message.id, mailbox, holder };
  const found = [...engine.definitions.playbooks.values()]
    .filter(({ on }) => on.includes(topic))
    .map((playbook) => ({ playbook, given: startInputs(playbook, message) }));
  const fitting = found.flatMap(({ playbook, given }) =>
    given.kind === 'fits' ? [{ playbook, inputs: given.inputs }] : [],
  );
  if (fitting.length === 0) {
    const reason = found.flatMap(({ given }) => (given.kind === 'unfit' ? [given.why] : [])).join('; ');
    await engine.bus.fail({
      ...place,
      reason: reason === '' ? `no playbook starts on ${topic}` : reason,
      hopeless: true,
    });
    return;
  }
  const open = fitting.filter(({ playbook }) => engine.ledger.latest(startKey(message.id, playbook)) === undefined);
  const ack = { acks: [{ ...place, run: null }] };
  if (open.length === 0) return void (await engine.ledger.append([], [], ack));
  for (const [index, { playbook, inputs }] of open.entries())
    await createRun(
      engine,
      {
        goal: `${playbook.title} (m${message.id} on ${topic})`,
        kind: 'work',
        options: { previewOnly: false, yes: false, until: null, playbook: playbook.id, inputs },
        by: actorOf(message.from),
        request: null,
        restore: null,
        message: message.id,
      },
      { keys: [startKey(message.id, playbook)], ...(index === open.length - 1 ? { mail: ack } : {}) },
    );
}

const startKey = (message: number, { id }: Playbook): string => `started-by:m${message}:${id}`;

/** Who asked for the run, by the channel through which the message came. */
function actorOf(from: Address): Actor {
  if (kindOf(from) === 'person') return { kind: 'person', name: nameOf(from) };
  return kindOf(from) === 'supervisor' ? { kind: 'rule', name: 'news' } : { kind: 'program', name: nameOf(from) };
}
