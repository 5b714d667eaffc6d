import { z } from 'zod';

import { addressOf } from './_address.ts';
import { defineAction } from './_context.ts';

/**
 * Publishes on a channel of the agent's tree. The message names the rows of the steps that this one needs. A repeat sends nothing twice.
 * Faults: `CHANNEL_NOT_YOURS`, `USAGE_BAD_ARGUMENT`, those of a bus.
 */
export const busPublish = defineAction({
  id: 'bus.publish',
  summary: 'Tell everybody who listens to a channel',
  effect: 'write',
  input: z.object({ topic: z.string(), subject: z.string(), text: z.string().default('') }),
  output: z.object({ message: z.number().int(), topic: z.string(), subject: z.string() }),
  async run({ bus, before }, { topic, subject, text }) {
    const rows = before.map(({ row }) => `#${row}`);
    const message = await bus.send({ to: addressOf(`topic:${topic}`), subject, body: { text, rows } });
    return { message, topic, subject };
  },
  describe: ({ message, topic, subject }) => `published m${message} on ${topic}: ${subject}`,
});
