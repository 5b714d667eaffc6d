import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { Address } from '../../domain/bus/address.ts';
import { whyUndeliverable } from '../../domain/bus/undelivered.ts';
import { mailboxesNow } from '../../engine/bus/mailboxes-now.ts';
import type { Installation } from '../../engine/context.ts';
import { defineOperation } from '../operation.ts';
import { deliverySchema, deliveryView } from '../views/message-view.ts';
import { mailboxField, messageIdField, messageNumber, requireMessage } from './_messages.ts';
import { loadSender, requireMailbox } from './_sender.ts';
import { wakeRecipients, wokenSchema } from './_wake.ts';

/** `orchestrate bus requeue` */
export const busRequeue = defineOperation({
  name: 'bus requeue',
  summary: 'Put a dead, expired or undeliverable message back.',
  description:
    'It waits again in each mailbox in which it was given up, with all its tries, and does not expire again. Whoever waits for it is woken.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    id: messageIdField,
    mailbox: mailboxField.describe('Only in this mailbox.'),
  }),
  output: z.object({ messages: z.array(deliverySchema).describe('As they are now.'), woken: wokenSchema }),
  positional: ['id'],
  examples: [{ command: 'orchestrate bus requeue m12', explains: 'Let it be tried again.' }],
  async run(app, { id: text, mailbox: named }) {
    const sender = await loadSender(app);
    const message = await requireMessage(app, messageNumber(text));
    const installation = await app.installation();
    const { bus } = installation;
    const wanted = named === null && sender.mailboxes === null ? null : requireMailbox(sender, named);
    const back: Address[] = [];
    const whys: string[] = [];
    for (const { mailbox, state } of bus.deliveriesOf(message.id)) {
      const why = state === 'undeliverable' ? whyNotYet(installation, mailbox) : undefined;
      if (why !== undefined) whys.push(why);
      else if ((wanted === null || wanted === mailbox) && (await bus.requeue({ id: message.id, mailbox })))
        back.push(mailbox);
    }
    if (back.length === 0)
      throw new Fault(
        'NOTHING_TO_DO',
        whys[0] ?? `m${message.id} is not given up${wanted === null ? '' : ` in ${wanted}`}.`,
        {
          hints: ['orchestrate bus dead'],
          state: 'Nothing was changed.',
        },
      );
    const now = bus.deliveriesOf(message.id).filter(({ mailbox }) => back.includes(mailbox));
    return { messages: now.map(deliveryView), woken: await wakeRecipients(app, { message, mailboxes: back }) };
  },
});

/** In a mailbox that nobody has it would wait unseen; where somebody has one by now, the supervisor brings it there. */
function whyNotYet(installation: Installation, mailbox: Address): string | undefined {
  const mailboxes = mailboxesNow(installation, mailbox);
  if (mailboxes.includes(mailbox)) return undefined;
  if (mailboxes.length === 0) return `It still reaches nobody: ${whyUndeliverable(mailbox)}.`;
  return `It goes to ${mailboxes.join(' and ')} at the supervisor’s next round.`;
}
