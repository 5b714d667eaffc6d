import { asGitTreeId, type GitTreeId } from '../../../base/ids.ts';
import type { JournalKinds } from '../../../domain/journal/kinds.ts';
import type { EngineContext } from '../../context.ts';
import type { Engine } from '../../engine.ts';
import { requirePort } from '../../instances/start.ts';
import { createServiceInstance } from './compose.ts';
import { readService } from './declared.ts';

/** Composes production of the tree; its set-up runs as it starts. Fault `PORT_TAKEN`. */
export async function createProduction(engine: Engine, tree: GitTreeId): Promise<string> {
  const { port } = (await readService(engine, tree)).config.service;
  await requirePort(engine, port);
  return createServiceInstance(engine, { tree, purpose: 'production', port, run: null });
}

/** Files of orchestrate itself, which no service reads. */
const own = /^(orchestrate\.yaml|(trees|agents|playbooks)\/[^/]+\.(yaml|md)|docs\/[^/]+\/decisions\.md)$/;

/** Everything in the repository may be part of the service, but for what orchestrate reads; the settings of a start count. */
export async function isUnaffected(
  context: EngineContext,
  composed: JournalKinds['instance.composed'],
  tree: GitTreeId,
): Promise<boolean> {
  const running = asGitTreeId(composed.tree);
  const differences = await context.store.differences(running, tree);
  if (differences.some(({ path }) => !own.test(path))) return false;
  const [now, next] = await Promise.all([readService(context, running), readService(context, tree)]);
  return startSettings(now) === startSettings(next);
}

const startSettings = ({ config, program }: Awaited<ReturnType<typeof readService>>): string =>
  JSON.stringify([config.service.mode, config.service.port, program.start, program.ready, program.setup]);
