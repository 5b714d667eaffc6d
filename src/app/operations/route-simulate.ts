import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { parseConfig } from '../../domain/definitions/config.ts';
import { durationField } from '../../domain/definitions/units.ts';
import { type Replayed, replay } from '../../domain/routing/simulate.ts';
import { pastCalls } from '../../domain/spending/past-calls.ts';
import { spendingRows } from '../../engine/spending/spending-rows.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';

/** `orchestrate route simulate` */
export const routeSimulate = defineOperation({
  name: 'route simulate',
  summary: 'Replay the calls of the journal by another configuration, and tell what they would have cost.',
  description:
    'Takes the calls that were answered, in their order, and asks the rules of another orchestrate.yaml where each would have gone. A call that stays costs its own tokens at the prices written there; one that moves counts the same tokens, read from the cache only where its conversation was before. Nothing is sent; keys and overloads of then are not known.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    config: z.string().min(1).nullable().default(null).describe('Another orchestrate.yaml; left out: the present one.'),
    since: durationField({ least: '1m', most: '3650d' })
      .nullable()
      .default(null)
      .describe('How far back: `7d`; left out: all.'),
  }),
  output: z.object({
    nCalls: z.number(),
    nMoved: z.number().describe('Calls that would have gone to another model.'),
    nNowhere: z.number().describe('Calls for which nobody would have been asked.'),
    nUnpriced: z.number().describe('Calls whose price nobody knows, then or now; no sum counts them.'),
    wasMicroUsd: z.number().describe('What they cost, in micro-USD.'),
    microUsd: z.number().describe('What they would have cost, in micro-USD.'),
    moves: z
      .array(
        z.object({
          from: z.string(),
          to: z.string().nullable(),
          nCalls: z.number(),
          wasMicroUsd: z.number(),
          microUsd: z.number(),
        }),
      )
      .describe('By where they went and would have gone.'),
  }),
  examples: [
    { command: 'orchestrate route simulate --config cheaper.yaml', explains: 'What would these rules have saved?' },
    { command: 'orchestrate route simulate --since 30d --json', explains: 'The last month by the rules of now.' },
  ],
  async run(app, { config, since }) {
    const { ledger, config: own } = await app.installation();
    const { compute } = config === null ? own : await loadConfig(app, config);
    if (compute === undefined)
      throw new Fault('MODEL_NONE', `${config ?? 'orchestrate.yaml'} configures no language model.`);
    const sinceMs = since === null ? 0 : app.outside.clock.nowMs() - since;
    const calls = pastCalls(spendingRows(ledger)).filter(({ atMs }) => atMs >= sinceMs);
    return summed(replay(calls, compute));
  },
});

async function loadConfig(app: App, file: string): Promise<ReturnType<typeof parseConfig>> {
  const path = file.startsWith('/') ? file : `${app.cwd}/${file}`;
  const text = await app.outside.files.readText(path);
  if (text === undefined)
    throw new Fault('USAGE_BAD_ARGUMENT', `There is no file ${path}.`, {
      hints: ['orchestrate route simulate --help'],
    });
  return parseConfig({ file, text, origin: 'installation' });
}

function summed(replayed: readonly Replayed[]) {
  const moves = new Map<
    string,
    { from: string; to: string | null; nCalls: number; wasMicroUsd: number; microUsd: number }
  >();
  for (const { was, target, wasMicroUsd, microUsd } of replayed) {
    const key = `${was} ${target}`;
    const move = moves.get(key) ?? { from: was, to: target, nCalls: 0, wasMicroUsd: 0, microUsd: 0 };
    const isCounted = wasMicroUsd !== null && microUsd !== null;
    moves.set(key, {
      ...{ ...move, nCalls: move.nCalls + 1 },
      wasMicroUsd: move.wasMicroUsd + (isCounted ? wasMicroUsd : 0),
      microUsd: move.microUsd + (isCounted ? microUsd : 0),
    });
  }
  const all = [...moves.values()];
  return {
    nCalls: replayed.length,
    nMoved: replayed.filter(({ was, target }) => target !== null && target !== was).length,
    nNowhere: replayed.filter(({ target }) => target === null).length,
    nUnpriced: replayed.filter((one) => one.target !== null && (one.wasMicroUsd === null || one.microUsd === null))
      .length,
    wasMicroUsd: all.reduce((sum, one) => sum + one.wasMicroUsd, 0),
    microUsd: all.reduce((sum, one) => sum + one.microUsd, 0),
    moves: all,
  };
}
