import type { Drawn } from '../../actions/_service-care.ts';
import { Fault } from '../../base/fault.ts';
import type { Engine } from '../engine.ts';
import { askProduction } from '../health/answer.ts';
import { readDeclaration } from '../instances/compose.ts';
import { baseUrl } from '../instances/start.ts';
import { runWorkflow } from '../proofs/proofs.ts';
import { readBranch } from '../runs/preview.ts';

const none: Drawn = { workflow: null, durationMs: 0, nPictures: 0, failure: null };

/**
 * Runs the first of the person's workflows on production, once per key, as one prompt behind those that wait. Its pictures stay in the
 * output folder. Nothing is run where there is none, or where nobody here starts production. Fault: `SERVICE_NOT_RUNNING`.
 */
export async function drawOnce(
  engine: Engine,
  { key, run, signal }: { readonly key: string; readonly run: string; readonly signal: AbortSignal },
): Promise<Drawn> {
  if (engine.config.template !== 'comfyui') return none;
  const { base } = await readBranch(engine);
  const declaration = await readDeclaration(engine, await engine.store.treeOf(base));
  const [workflow] = declaration.workflows;
  const { port, latencyMs, instance } = await askProduction(engine);
  if (workflow === undefined || instance === null) return none;
  if (port === null || latencyMs === null)
    throw new Fault('SERVICE_NOT_RUNNING', 'Production does not answer, so it draws nothing.', {
      state: 'Nothing was changed.',
    });
  const classes = new Set(await engine.outside.service.nodeClasses(baseUrl(port)));
  return engine.perform<Drawn>(
    { key, name: 'run one workflow on production', input: { workflow: workflow.name }, run },
    {
      act: async () => {
        const asked = { workflow, declaration, instance, classes, port, nonce: `${run}-${instance}`, signal };
        const { durationMs, pictures, failure } = await runWorkflow(engine, { ...asked, onProgress: () => undefined });
        const isFlat = pictures.length > 0 && pictures.every((one) => one.isFlat);
        return {
          ...{ workflow: workflow.name, durationMs, nPictures: pictures.length },
          failure: failure ?? (isFlat ? 'every pixel of its pictures has the same value' : null),
        };
      },
    },
  );
}
