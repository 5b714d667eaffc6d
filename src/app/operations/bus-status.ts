import { z } from 'zod';

import { type Address, kindOf } from '../../domain/bus/address.ts';
import type { DeliveryState } from '../../domain/bus/message.ts';
import { whyUndeliverable } from '../../domain/bus/undelivered.ts';
import { mailboxesNow } from '../../engine/bus/mailboxes-now.ts';
import type { Installation } from '../../engine/context.ts';
import { defineOperation } from '../operation.ts';

const mailboxSchema = z.object({
  mailbox: z.string(),
  waiting: z.number(),
  taken: z.number(),
  acked: z.number(),
  dead: z.number(),
  expired: z.number(),
  undeliverable: z.number(),
  isFull: z.boolean().describe('It takes no more.'),
  why: z.string().nullable().describe('Why nobody takes what lies there.'),
});

const topicSchema = z.object({
  topic: z.string(),
  publishers: z.array(z.string()).describe('Trees that publish it.'),
  readers: z.array(z.string()).describe('Mailboxes that a message on it goes to now.'),
  playbooks: z.array(z.string()).describe('Playbooks that it starts.'),
  nMessages: z.number().describe('Messages on it that are kept.'),
});

/** `orchestrate bus status` */
export const busStatus = defineOperation({
  name: 'bus status',
  summary: 'Count messages by mailbox and topic, and say what reaches nobody and why.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({
    mailboxes: z.array(mailboxSchema).describe('By name.'),
    topics: z
      .array(topicSchema)
      .describe('Topics of the trees’ and playbooks’ files, and those that somebody sent to.'),
    refusals: z
      .array(z.object({ from: z.string(), code: z.string(), claim: z.string(), times: z.number() }))
      .describe('Messages that were refused and that the journal does not tell yet.'),
    limit: z.number().describe('Messages that a mailbox takes.'),
  }),
  examples: [{ command: 'orchestrate bus status', explains: 'Where messages lie.' }],
  async run(app) {
    const installation = await app.installation();
    const { bus, config } = installation;
    return {
      mailboxes: mailboxRows(installation),
      topics: topicRows(installation),
      refusals: bus.untoldRefusals().map(({ from, code, claim, times }) => ({ from, code, claim, times })),
      limit: config.bus.mailbox,
    };
  },
});

function mailboxRows(installation: Installation): z.infer<typeof mailboxSchema>[] {
  const { bus, config } = installation;
  const counts = bus.counts();
  const names = [...new Set(counts.map(({ mailbox }) => mailbox))];
  return names.map((mailbox) => {
    const n = (state: DeliveryState): number =>
      counts.find((one) => one.mailbox === mailbox && one.state === state)?.n ?? 0;
    const [waiting, taken, undeliverable] = [n('waiting'), n('taken'), n('undeliverable')];
    return {
      ...{ mailbox, waiting, taken, undeliverable, acked: n('acked'), dead: n('dead'), expired: n('expired') },
      isFull: waiting + taken + undeliverable >= config.bus.mailbox,
      why: waiting + undeliverable === 0 ? null : findWhyThere(installation, { mailbox, undeliverable }),
    };
  });
}

/** What waits may have lost its reader; what is undeliverable may have one by now: then the supervisor delivers at its next round. */
function findWhyThere(
  installation: Installation,
  { mailbox, undeliverable }: { readonly mailbox: Address; readonly undeliverable: number },
): string | null {
  if (mailboxesNow(installation, mailbox).length === 0) return whyUndeliverable(mailbox);
  return undeliverable === 0 ? null : 'somebody has the mailbox by now: it is delivered at the supervisor’s next round';
}

function topicRows(installation: Installation): z.infer<typeof topicSchema>[] {
  const { definitions, bus } = installation;
  const trees = [...definitions.trees.values()];
  const playbooks = [...definitions.playbooks.values()];
  const sent = bus.sentTo().filter(({ to }) => kindOf(to) === 'topic');
  const topics = new Set([
    ...trees.flatMap(({ channels, listens }) => [...channels, ...listens]),
    ...playbooks.flatMap(({ on }) => on),
    ...sent.map(({ to }) => to.slice('topic:'.length)),
  ]);
  return [...topics].toSorted().map((topic) => ({
    topic,
    publishers: trees.filter(({ channels }) => channels.includes(topic)).map(({ id }) => id),
    readers: [...mailboxesNow(installation, `topic:${topic}`)],
    playbooks: playbooks.filter(({ on }) => on.includes(topic)).map(({ id }) => id),
    nMessages: sent.find(({ to }) => to === `topic:${topic}`)?.n ?? 0,
  }));
}
