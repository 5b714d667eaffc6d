import { standingOf, type Standing } from '../../../domain/conversations/standing.ts';
import { row } from '../../../domain/journal/kinds.ts';
import { noUsage } from '../../../domain/spending/cost.ts';
import { plusUsage } from '../../../domain/spending/plus-usage.ts';
import type { TokenUsage } from '../../../domain/spending/token-usage.ts';
import type { TranscriptLine } from '../../../ports/index.ts';
import type { Engine } from '../../engine.ts';
import type { WorkOrder } from '../order.ts';

/** A conversation as it stands, each line of it on the disk before anybody acts on it. */
export interface Talk {
  standing(): Standing;
  say(message: TranscriptLine['message'], by?: TranscriptLine['by']): Promise<void>;
  /** Of all its turns, also those before a kill. Null: nobody knows the price of one of them. */
  spent(): { readonly usage: TokenUsage; readonly costMicroUsd: number | null };
  last(): TranscriptLine['by'];
}

/** Opens the conversation of an order where it stood; one that stood somewhere is told in the journal. */
export async function openTalk(engine: Engine, { conversation, parts }: WorkOrder): Promise<Talk> {
  const lines: TranscriptLine[] = [...(await engine.transcripts.read(conversation))];
  const { nTurns, open } = standingOf(lines);
  if (lines.length > 0) {
    const resumed = { conversation, attempt: parts.attempt, nTurns, nOpen: open.length };
    await engine.ledger.append([
      row('conversation.resumed', resumed, { run: parts.run, keys: [`resumed:${conversation}`] }),
    ]);
  }
  return {
    standing: () => standingOf(lines),
    async say(message, by) {
      await engine.transcripts.append(conversation, message, by);
      lines.push({ atMs: engine.outside.clock.nowMs(), message, ...(by === undefined ? {} : { by }) });
    },
    spent() {
      const answers = lines.flatMap(({ by }) => by ?? []);
      const usage = answers.reduce((sum, by) => plusUsage(sum, by.usage), noUsage);
      const costs = answers.map(({ costMicroUsd }) => costMicroUsd);
      const costMicroUsd = costs.includes(null) ? null : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
      return { usage, costMicroUsd };
    },
    last: () => lines.findLast(({ by }) => by !== undefined)?.by,
  };
}
