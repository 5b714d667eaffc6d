import { Fault } from '../../base/fault.ts';
import { type HealthPart, type HealthPartName, healthPartNames } from '../../domain/health/part.ts';
import type { EngineContext } from '../context.ts';
import { askProduction, type ServiceNow } from './answer.ts';
import { lookAtDrift } from './looks/drift.ts';
import { lookAtEnvironment } from './looks/environment.ts';
import { lookAtDisk, lookAtGpu, lookAtMemory } from './looks/machine.ts';
import { lookAtModels } from './looks/models.ts';
import { lookAtNodes } from './looks/nodes.ts';
import { lookAtPorts, lookAtService } from './looks/service.ts';

export interface HealthContext extends EngineContext {
  readonly now: ServiceNow;
  /** The environment is read byte for byte. */
  readonly isDeep: boolean;
}

export type HealthFound = Omit<HealthPart, 'part'>;
export type HealthLook = (context: HealthContext) => Promise<HealthFound>;

const looks: Readonly<Record<HealthPartName, HealthLook>> = {
  service: lookAtService,
  environment: lookAtEnvironment,
  nodes: lookAtNodes,
  models: lookAtModels,
  disk: lookAtDisk,
  memory: lookAtMemory,
  gpu: lookAtGpu,
  ports: lookAtPorts,
  drift: lookAtDrift,
};

/** Looks at every part of health, in the order of their weight. Writes nothing. A Fault on the way makes its part unknown, and keeps nobody from the rest. */
export async function lookAtHealth(
  context: EngineContext,
  { isDeep }: { readonly isDeep: boolean },
): Promise<readonly HealthPart[]> {
  const given: HealthContext = { ...context, now: await askProduction(context), isDeep };
  const parts: HealthPart[] = [];
  for (const part of healthPartNames) parts.push({ part, ...(await found(looks[part], given)) });
  return parts;
}

async function found(look: HealthLook, context: HealthContext): Promise<HealthFound> {
  try {
    const seen = await look(context);
    return { ...seen, evidence: seen.evidence.slice(0, 10) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { state: 'unknown', sentence: `${error.code}: ${error.message}`, evidence: [error.code], hint: null };
  }
}
