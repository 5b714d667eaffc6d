import { Fault } from '../../base/fault.ts';
import type { App } from '../app.ts';
import { serviceView } from '../views/service-view.ts';

/**
 * Returns where production's ComfyUI answers, whoever started it. Faults: `SERVICE_WITHOUT_PROMPTS` for a service that is none,
 * `SERVICE_NOT_RUNNING`.
 */
export async function requireServiceUrl(app: App): Promise<string> {
  const { ledger, config } = await app.installation();
  if (config.template !== 'comfyui')
    throw new Fault(
      'SERVICE_WITHOUT_PROMPTS',
      'This installation looks after a service of yours, which has no prompts.',
    );
  const { instance, port } = serviceView(ledger);
  if (instance !== null && port !== null) return `http://127.0.0.1:${port}`;
  if (config.service.mode === 'none') return `http://127.0.0.1:${config.service.port}`;
  throw new Fault('SERVICE_NOT_RUNNING', 'Production is not running under orchestrate.');
}
