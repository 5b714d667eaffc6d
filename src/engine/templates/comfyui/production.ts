import { asGitTreeId, type GitTreeId } from '../../../base/ids.ts';
import type { InstallationConfig } from '../../../domain/definitions/types.ts';
import type { JournalKinds } from '../../../domain/journal/kinds.ts';
import type { EngineContext } from '../../context.ts';
import type { Engine } from '../../engine.ts';
import { ensureEnvironment } from '../../environments/ensure.ts';
import { declaredEnvironment } from '../../environments/named.ts';
import { readDeclaration } from '../../instances/compose.ts';
import { createInstance } from '../../instances/ensure.ts';
import { requirePort } from '../../instances/start.ts';
import { changeCore, coreOf, findKept } from '../../instances/user-folder.ts';

/** The environment is built, or found, and the person's user folder kept where ComfyUI itself changes, before anything starts. */
export async function createComfyProduction(engine: Engine, tree: GitTreeId): Promise<string> {
  const declaration = await readDeclaration(engine, tree);
  const { port } = declaration.config.service;
  await requirePort(engine, port);
  const environment = await ensureEnvironment(engine, {
    lockText: declaration.lockText,
    run: null,
    effectKey: 'production',
  });
  await changeCore(engine, declaration);
  return createInstance(engine, { declaration, environment, purpose: 'production', port, run: null });
}

/** The running instance already is composed of the same environment, components and service settings. */
export async function isComfyUnaffected(
  context: EngineContext,
  composed: JournalKinds['instance.composed'],
  exact: GitTreeId,
): Promise<boolean> {
  const [now, next] = await Promise.all([
    readDeclaration(context, asGitTreeId(composed.tree)),
    readDeclaration(context, exact),
  ]);
  const id = await declaredEnvironment(context, next.lockText);
  return (
    composed.environment === id &&
    composed.components === next.componentsDigest &&
    now.modelPaths === next.modelPaths &&
    startSettings(now.config.service) === startSettings(next.config.service)
  );
}

/** How long a stop may take, and how long it is watched, is no part of what runs. */
const startSettings = (service: InstallationConfig['service']): string =>
  JSON.stringify({ ...service, finishSeconds: null, watchSeconds: null });

/** What a way back across a change of ComfyUI itself does with the person's user folder. */
export async function userFolderNotes(
  engine: Engine,
  base: GitTreeId,
  proposed: GitTreeId,
): Promise<readonly string[]> {
  const [now, then] = await Promise.all([readDeclaration(engine, base), readDeclaration(engine, proposed)]);
  const [from, to] = [coreOf(now.components), coreOf(then.components)];
  if (from === undefined || to === undefined || from === to || now.config.service.mode === 'none') return [];
  const back = await findKept(engine, { from, to });
  const first = 'your user folder is kept before the other ComfyUI starts';
  if (back === undefined) return [first];
  return [`${first}; database and settings come back as it left them, workflows stay as they are`];
}
