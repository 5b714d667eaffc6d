import { withoutGraphics } from '../../../domain/instances/command.ts';
import type { Engine } from '../../engine.ts';
import { ensureEnvironment } from '../../environments/ensure.ts';
import { readDeclaration } from '../../instances/compose.ts';
import { createInstance } from '../../instances/ensure.ts';
import type { ShowAsked } from '../template.ts';

/** On the CPU: whoever looks at a slot takes no memory of the graphics card from production or a proof. */
export async function showComfy(engine: Engine, { tree, port, beside }: ShowAsked): Promise<string> {
  const declared = await readDeclaration(engine, tree);
  const environment = await ensureEnvironment(engine, {
    lockText: declared.lockText,
    run: null,
    effectKey: `shown:${tree}`,
  });
  const { config } = declared;
  const declaration = {
    ...declared,
    config: { ...config, service: { ...config.service, args: withoutGraphics(config.service.args) } },
  };
  return createInstance(engine, { declaration, environment, purpose: 'proof', port, run: null, beside });
}
