import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { TranscriptLine } from '../../ports/index.ts';
import type { App } from '../app.ts';

const saidSchema = z.object({
  atMs: z.number().describe('When, in milliseconds since 1970.'),
  who: z
    .enum(['asked', 'model', 'tool', 'note'])
    .describe('asked: what the agent was told; tool: what a tool answered.'),
  text: z.string(),
  calls: z
    .array(z.object({ id: z.string(), tool: z.string(), arguments: z.string() }))
    .describe('Tools that it asked for.'),
  call: z.string().nullable().describe('The call that is answered, where a tool answers.'),
  isError: z.boolean(),
  model: z.string().nullable().describe('Who answered: `provider/model`.'),
  outputTokens: z.number().nullable(),
  costMicroUsd: z.number().nullable().describe('Millionths of a dollar; null where it is not known.'),
});

/** A conversation as outputs carry it: what others wrote, with secrets taken out. */
export const conversationSchema = z.object({
  conversation: z.string().describe('Its id: `r12.fix`, `plan:r12`.'),
  said: z.array(saidSchema).describe('Oldest first.'),
});
export type ConversationView = z.infer<typeof conversationSchema>;

/** Returns what was said in a run, with whomever. Faults: `CONVERSATION_NOT_FOUND`, `TRANSCRIPT_UNREADABLE`. */
export async function readConversations(app: App, run: string): Promise<readonly ConversationView[]> {
  const { ledger, transcripts } = await app.installation();
  const opened = ledger
    .read({ run, kinds: ['conversation.opened'], limit: 10_000 })
    .flatMap((entry) => dataOf('conversation.opened', entry)?.conversation ?? []);
  const names = [...new Set([...opened, ...(await transcripts.list(run))])];
  const all = await Promise.all(
    names.map(async (conversation) => ({ conversation, said: (await transcripts.read(conversation)).flatMap(saidIn) })),
  );
  const found = all.filter(({ said }) => said.length > 0);
  if (found.length === 0)
    throw new Fault('CONVERSATION_NOT_FOUND', `No model and no external agent said anything in ${run}.`, {
      hints: [`orchestrate runs show ${run}`, 'orchestrate runs list'],
    });
  return found;
}

function saidIn({ atMs, message, by }: TranscriptLine): ConversationView['said'] {
  const common = { atMs, calls: [], call: null, isError: false, model: null, outputTokens: null, costMicroUsd: null };
  switch (message.role) {
    case 'user':
      return [{ ...common, who: 'asked', text: message.text }];
    case 'note':
      return [{ ...common, who: 'note', text: message.text }];
    case 'tools':
      return message.results.map(({ id, isError, text }) => ({
        ...common,
        who: 'tool' as const,
        call: id,
        isError,
        text,
      }));
    case 'model': {
      const calls = message.calls.map(({ id, name, arguments: given }) => ({ id, tool: name, arguments: given }));
      const model = by === undefined ? null : `${by.provider}/${by.model}`;
      const outputTokens = by?.usage.output ?? null;
      const costMicroUsd = by?.costMicroUsd ?? null;
      return [{ ...common, who: 'model', text: message.text, calls, model, outputTokens, costMicroUsd }];
    }
  }
}
