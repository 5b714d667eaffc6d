import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { deliverySchema, deliveryView } from '../views/message-view.ts';
import { finish } from './_finish.ts';
import { mailboxField, messageIdField, messageNumber } from './_messages.ts';
import { loadSender, requireMailbox } from './_sender.ts';

/** `orchestrate bus ack` */
export const busAck = defineOperation({
  name: 'bus ack',
  summary: 'Say that you are done with messages.',
  description:
    'An acknowledged message is handed out to nobody any more. Without --mailbox it is the one in your own mailbox. One that somebody has taken and not finished is left with them.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    ids: z.array(messageIdField).min(1).max(100).describe('Messages, like m12.'),
    mailbox: mailboxField.describe('The mailbox that they lie in; yours when left out.'),
  }),
  output: z.object({ messages: z.array(deliverySchema).describe('As they are now.') }),
  positional: ['ids'],
  examples: [
    { command: 'orchestrate bus ack m12 m13', explains: 'Done with two messages of yours.' },
    { command: 'orchestrate bus ack m14 --mailbox tree:env-setup', explains: 'Done with one of a tree.' },
  ],
  async run(app, { ids, mailbox: named }) {
    const sender = await loadSender(app);
    const mailbox = requireMailbox(sender, named);
    const { bus } = await app.installation();
    const done = [];
    for (const id of ids.map(messageNumber)) {
      await finish(bus, { id, mailbox, holder: sender.address });
      const now = bus.deliveriesOf(id).find((one) => one.mailbox === mailbox);
      if (now === undefined)
        throw new Fault('BUS_MESSAGE_NOT_FOUND', `There is no m${id} in ${mailbox}.`, {
          hints: bus.deliveriesOf(id).map((one) => `orchestrate bus ack m${id} --mailbox ${one.mailbox}`),
          state: doneText(done.length),
        });
      if (now.state !== 'acked')
        throw new Fault(
          'BUS_DELIVERY_LATE',
          `m${id} in ${mailbox} is ${now.state}${now.holder === null ? '' : ` by ${now.holder}`}.`,
          { hints: [`orchestrate bus requeue m${id}`], state: doneText(done.length) },
        );
      done.push(deliveryView(now));
    }
    return { messages: done };
  },
});

const doneText = (n: number): string => (n === 0 ? 'Nothing was changed.' : `The first ${n} are done.`);
