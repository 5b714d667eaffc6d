import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { messageSchema, messageView } from '../views/message-view.ts';

/** `orchestrate bus tail` */
export const busTail = defineOperation({
  name: 'bus tail',
  summary: 'Show the newest messages, and follow them.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    limit: z.number().int().min(1).max(1_000).default(20).describe('At most this many.'),
    follow: z.boolean().default(false).describe('Go on with those that come, until Ctrl-C.'),
  }),
  output: z.object({ messages: z.array(messageSchema).describe('Oldest first.') }),
  examples: [
    { command: 'orchestrate bus tail', explains: 'The newest 20 messages.' },
    { command: 'orchestrate bus tail --follow', explains: 'And those that come.' },
  ],
  async run(app, { limit }) {
    return { messages: (await app.installation()).bus.newest(limit).map(messageView) };
  },
  goesOn: ({ follow }) => follow,
  async *more(app, _input, signal) {
    const { bus } = await app.installation();
    const afterId = bus.newest(1)[0]?.id ?? 0;
    for await (const message of bus.tail({ afterId, signal })) yield { messages: [messageView(message)] };
  },
});
