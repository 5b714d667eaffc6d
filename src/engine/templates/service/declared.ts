import { Fault } from '../../../base/fault.ts';
import type { GitTreeId } from '../../../base/ids.ts';
import { parseConfig } from '../../../domain/definitions/config.ts';
import type { InstallationConfig, ServiceProgram } from '../../../domain/definitions/types.ts';
import type { EngineContext } from '../../context.ts';

/** What a tree says of its service. */
export interface DeclaredService {
  readonly config: InstallationConfig;
  readonly program: ServiceProgram;
}

/** Reads `orchestrate.yaml` out of a tree in the store. Fault: `CONFIG_INVALID` where it is not there, malformed, or of another template. */
export async function readService(context: EngineContext, tree: GitTreeId): Promise<DeclaredService> {
  const bytes = await context.store.readFile(tree, 'orchestrate.yaml');
  if (bytes === undefined)
    throw new Fault('CONFIG_INVALID', `The tree ${tree.slice(0, 7)} has no orchestrate.yaml.`, {
      hints: ['orchestrate restore list'],
      state: 'Nothing was started.',
    });
  const text = new TextDecoder().decode(bytes);
  const config = parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' });
  const { program } = config;
  if (program === null || config.id !== context.config.id)
    throw new Fault(
      'CONFIG_INVALID',
      `orchestrate.yaml of the tree ${tree.slice(0, 7)} is of another installation or template.`,
      {
        hints: ['Leave id and template of orchestrate.yaml as init wrote them.'],
        state: 'Nothing was started.',
      },
    );
  return { config, program };
}
