import type { Route } from '../../domain/routing/choose.ts';
import { questionOf, routeNow } from './find-route.ts';
import type { RouteScene } from './spending.ts';
import { createSpending } from './spending.ts';

/** Returns who would be asked now, and why not the others, from configuration and journal. Nothing is sent and nothing written. */
export async function explainRoute(
  scene: Omit<RouteScene, 'spending'>,
  asked: {
    readonly text: string;
    readonly taskType: string;
    readonly wanted: string | null;
    readonly run: string | null;
    readonly agent: string;
    readonly conversation: string;
  },
): Promise<Route> {
  const { compute } = scene.config;
  if (compute === undefined) return { kind: 'none', rejected: [] };
  const run = asked.run ?? '';
  const spending = createSpending(scene, {
    openRuns: () => (run === '' ? [] : [run]),
    parallel: () => compute.parallel,
  });
  const here: RouteScene = { ...scene, spending };
  const question = await questionOf(
    here,
    {
      ...{ run, task: null, agent: asked.agent, conversation: asked.conversation, taskType: asked.taskType },
      ...{ wanted: asked.wanted, system: '', tools: [], messages: [{ role: 'user', text: asked.text }] },
      maxOutputTokens: likelyOutputTokens,
    },
    compute,
  );
  return routeNow(here, { ...question, tried: new Map() });
}

/** What an agent's turn may be told to say at most. */
const likelyOutputTokens = 8_000;
