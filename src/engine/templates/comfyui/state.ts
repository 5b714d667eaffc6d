import type { GitTreeId } from '../../../base/ids.ts';
import type { EngineContext } from '../../context.ts';
import { findEnvironment } from '../../environments/named.ts';
import { readDeclaration } from '../../instances/compose.ts';
import type { RestoredState } from '../template.ts';

/** Returns what a tree needs to run again: its environment with the digest of its files, and its components. */
export async function stateOf(context: EngineContext, tree: GitTreeId): Promise<RestoredState> {
  const declaration = await readDeclaration(context, tree);
  const { id, condition } = await findEnvironment(context, declaration.lockText);
  return {
    environment: id,
    environmentDigest: condition.kind === 'intact' ? condition.manifestDigest : null,
    components: declaration.componentsDigest,
  };
}
