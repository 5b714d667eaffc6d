import { z } from 'zod';

import { durationField } from '../../domain/definitions/units.ts';
import { defineOperation } from '../operation.ts';
import { addressField, bodyField, dedupField, parseBody, subjectField, waitField } from './_messages.ts';
import { post, postedSchema } from './_post.ts';
import { loadSender, requireAddress } from './_sender.ts';

/** `orchestrate bus send` */
export const busSend = defineOperation({
  name: 'bus send',
  summary: 'Send a message to an agent, a tree, a person, a run, a group or a topic.',
  description:
    'The message is durable when the command ends, and is delivered at least once, in the order of each sender. Who sends is known from the channel: your login, or the agent whose program typed it; nothing in the text can say otherwise, and messages of the types approval, policy and merge are the supervisor’s alone. A mailbox that is full refuses; --wait waits for room. A playbook that starts on the topic, or an open run that reads the mailbox, is woken. What nobody has a mailbox for is kept and shown by bus status.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    to: addressField.describe('agent:…, tree:…, person:…, run:…, group:… or topic:….'),
    subject: subjectField,
    body: bodyField,
    dedup: dedupField,
    expires: durationField({ least: '1s', most: '365d' })
      .nullable()
      .default(null)
      .describe('Given up when nobody took it for so long, e.g. 2h.'),
    wait: waitField,
  }),
  output: postedSchema,
  positional: ['to', 'subject'],
  examples: [
    {
      command: 'orchestrate bus send tree:ops-maint "disk is at 90 %"',
      explains: 'A note to whoever works there first.',
    },
    {
      command: `orchestrate bus send topic:new_models_available "flux-dev is there" --body '{"model": "flux-dev"}'`,
      explains: 'To everybody who listens to the topic.',
    },
  ],
  async run(app, { to, subject, body, dedup, expires, wait }) {
    const sender = await loadSender(app);
    const expiresAtMs = expires === null ? null : app.outside.clock.nowMs() + expires;
    return post(app, sender, {
      ...{ to: requireAddress(to), kind: 'note', subject, body: parseBody(body), dedup, expiresAtMs },
      ...{ inReplyTo: null, run: null, waitMs: wait },
    });
  },
});
