import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { nearestWord } from '../../domain/definitions/did-you-mean.ts';
import { defineOperation } from '../operation.ts';
import { nextActionSchema } from '../views/next-action.ts';
import { installationActions } from '../views/next-actions-view.ts';
import { requireSaved } from './_hook-sessions.ts';
import { answerHook, hookFields, hookSchema, refText } from './_hooks.ts';
import { post } from './_post.ts';
import { loadSender, requireAddress } from './_sender.ts';

/** Open things that go into a message to an agent. */
const maxSent = 50;

/** `orchestrate hooks next-actions` */
export const hooksNextActions = defineOperation({
  name: 'hooks next-actions',
  summary: 'What is open, from the journal and from sessions, and for whom.',
  description:
    'With --generate-for the list goes to the mailboxes of those agents as well. With --session-id what that session left open is part of it.',
  effect: 'write',
  needs: 'home',
  fromInput: 'event',
  input: z.object({
    generateFor: z
      .string()
      .min(1)
      .max(1000)
      .nullable()
      .default(null)
      .describe('Agents that are to be told, with commas.'),
    ...hookFields,
  }),
  output: hookSchema.extend({ actions: z.array(nextActionSchema).describe('Most pressing first.') }),
  examples: [
    {
      command: 'orchestrate hooks next-actions --generate-for validation-engineer',
      explains: 'List them, and send them to that agent.',
    },
  ],
  run: (app, input) =>
    answerHook(app, { hook: 'next-actions', events: ['Stop', 'SessionStart'], given: input }, async () => {
      const { ledger, definitions } = await app.installation();
      const actions = [...installationActions(ledger)];
      const saved = input.sessionId === null ? null : await requireSaved(app, input.sessionId);
      const left = saved?.session.tasks.filter(({ state }) => state === 'begun') ?? [];
      const agents = (input.generateFor ?? '').split(/[\s,[\]"']+/).filter((one) => one !== '');
      for (const agent of agents) {
        if (definitions.agents.has(agent)) continue;
        const near = nearestWord(agent, definitions.agents.keys());
        throw new Fault(
          'AGENT_NOT_FOUND',
          `There is no agent ${JSON.stringify(agent)}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
          {
            state: 'Nobody was told.',
          },
        );
      }
      const evidence = [
        ...actions.slice(0, maxSent).map(({ row }) => `#${row}`),
        ...(saved === null ? [] : [refText(saved.ref)]),
      ];
      const sender = agents.length === 0 ? null : await loadSender(app);
      for (const agent of sender === null ? [] : agents) {
        const body = {
          actions: actions.slice(0, maxSent).map((one) => ({ ...one })),
          left: left.map(({ task, description }) => ({ task, description })),
        };
        const message = { to: requireAddress(`agent:${agent}`), kind: 'note', subject: 'what is open', body } as const;
        const posted = await post(app, sender as NonNullable<typeof sender>, {
          ...message,
          ...{ dedup: null, expiresAtMs: null, inReplyTo: null, run: null, waitMs: 0 },
        });
        evidence.push(posted.id);
      }
      return {
        sentence:
          actions.length + left.length === 0
            ? 'Nothing is open.'
            : `${actions.length + left.length} things are open${agents.length === 0 ? '' : `; ${agents.join(', ')} can read them`}.`,
        found: [
          ...left.map(({ task, description }) => `${task} was left: ${description}`),
          ...actions.map(({ sentence, command }) => `${sentence}: ${command}`),
        ],
        evidence,
        actions,
      };
    }),
});
