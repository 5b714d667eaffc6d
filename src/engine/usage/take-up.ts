import { Fault } from '../../base/fault.ts';
import { graphModels } from '../../domain/usage/graph-models.ts';
import { graphClasses, graphShape } from '../../domain/usage/graph-shape.ts';
import type { RanGraph, UsedPrompt } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';
import { productionOnRecord } from '../health/answer.ts';

/** As many are asked for first, as an entry may have hundreds of kilobytes; where all of them are new, more may be. */
const asked = [8, 100, 2_000] as const;
const dayMs = 86_400_000;

export type TakenUp =
  | { readonly kind: 'taken'; readonly nNew: number }
  /** `reason`: a clause, like `production is stopped`. */
  | { readonly kind: 'silent'; readonly reason: string };

/** Counts what production's history has and was not counted before. A repeat counts nothing twice. Faults: those of `Usage.add`. */
export async function takeUpUsage(context: EngineContext): Promise<TakenUp> {
  const { config, outside, usage } = context;
  if (config.program !== null) return { kind: 'silent', reason: 'this kind of service tells no history' };
  const { port } = productionOnRecord(context);
  if (port === null) return { kind: 'silent', reason: 'production is stopped' };
  let nNew = 0;
  for (const most of asked) {
    let ended: readonly RanGraph[];
    try {
      ended = await outside.service.ranGraphs(`http://127.0.0.1:${port}`, { most });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'INSTANCE_UNHEALTHY') throw error;
      // So many at once may be too long an answer: those that came are counted.
      if (nNew > 0) break;
      return { kind: 'silent', reason: `production on port ${port} does not tell its history` };
    }
    const nowMs = outside.clock.nowMs();
    nNew += await usage.add(
      ended.map((one) => countedOf(one, { nowMs, sha256: outside.digest.sha256 })),
      nowMs,
    );
    if (nNew < most) break;
  }
  return { kind: 'taken', nNew };
}

/** What a graph says beside classes and model files goes no farther. */
function countedOf(
  { promptId, graph, endedAtMs, durationMs, isSuccess }: RanGraph,
  { nowMs, sha256 }: { nowMs: number; sha256: (text: string) => string },
): UsedPrompt {
  // A server whose clock is wrong, or that tells nonsense: then it ended about now.
  const isPlausible = endedAtMs > 0 && endedAtMs <= nowMs + dayMs;
  return {
    promptId: promptId.slice(0, 200),
    endedAtMs: isPlausible ? endedAtMs : nowMs,
    durationMs: durationMs !== null && durationMs <= 30 * dayMs ? durationMs : null,
    hasFailed: !isSuccess,
    shape: graphShape(graph, sha256),
    classes: graphClasses(graph).slice(0, 200),
    models: graphModels(graph),
  };
}
