import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { answerHook, hookFields, hookSchema } from './_hooks.ts';
import { post, postedSentence } from './_post.ts';
import { loadSender, requireAddress } from './_sender.ts';

/** Longest subject of a message, in characters. */
const maxSubject = 200;

/** `orchestrate hooks notify` */
export const hooksNotify = defineOperation({
  name: 'hooks notify',
  summary: 'Say something to the others, and be told where it lies.',
  description:
    'A message on the bus, as by `bus send`: to every agent when no target is named. Who says it is known from the channel. What nobody has a mailbox for is kept, and the answer says so: it is never called delivered.',
  effect: 'write',
  needs: 'home',
  fromInput: 'event',
  alsoTyped: { '--to': 'target' },
  input: z.object({
    message: z.string().min(1).max(10_000).nullable().default(null).describe('What is to be said.'),
    target: z
      .string()
      .min(1)
      .max(80)
      .nullable()
      .default(null)
      .describe('agent:…, tree:…, person:…, run:…, group:… or topic:…; group:all when left out.'),
    level: z.enum(['info', 'success', 'warning', 'error']).default('info').describe('How bad it is; goes along.'),
    priority: z
      .enum(['low', 'medium', 'normal', 'high', 'urgent', 'critical'])
      .default('normal')
      .describe('How pressing it is; goes along.'),
    swarmStatus: z.string().min(1).max(100).nullable().default(null).describe('What you say of the whole; goes along.'),
    ...hookFields,
  }),
  output: hookSchema.extend({
    message: z.string().describe('Id of the message, like m12.'),
    state: z
      .enum(['accepted', 'duplicate', 'undeliverable'])
      .describe('`undeliverable`: kept, nobody has that mailbox yet.'),
    mailboxes: z.array(z.string()).describe('Where it lies.'),
  }),
  examples: [
    { command: 'orchestrate hooks notify --message "lock is pinned" --priority high', explains: 'To every agent.' },
  ],
  run: (app, input) =>
    answerHook(
      app,
      { hook: 'notify', events: ['Notification', 'Stop', 'SubagentStop'], given: input },
      async ({ event, session }) => {
        const text = input.message ?? event?.text ?? null;
        if (text === null)
          throw new Fault('USAGE_BAD_ARGUMENT', 'hooks notify needs --message: what is to be said.', {
            hints: ['orchestrate hooks notify --help'],
          });
        const { level, priority, swarmStatus } = input;
        const [line = ''] = text.split('\n');
        const posted = await post(app, await loadSender(app), {
          to: requireAddress(input.target ?? 'group:all'),
          kind: 'note',
          subject: line.trim().slice(0, maxSubject) || 'a note',
          body: {
            text,
            level,
            priority,
            ...(swarmStatus === null ? {} : { status: swarmStatus }),
            ...(session === null ? {} : { session }),
          },
          ...{ dedup: null, expiresAtMs: null, inReplyTo: null, run: null, waitMs: 0 },
        });
        return {
          sentence: `${postedSentence(posted)}.`,
          message: posted.id,
          state: posted.state,
          mailboxes: posted.mailboxes,
          evidence: [posted.id],
        };
      },
    ),
});
