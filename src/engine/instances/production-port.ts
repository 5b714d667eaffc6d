import { Fault } from '../../base/fault.ts';
import type { Engine } from '../engine.ts';
import { findProduction } from './production.ts';
import { composedInstance } from './start.ts';

/**
 * Returns where production's ComfyUI answers, whoever started it. Faults: `SERVICE_WITHOUT_PROMPTS` for a service that is none,
 * `SERVICE_NOT_RUNNING`.
 */
export function requireProductionPort(engine: Engine): number {
  if (engine.template.id !== 'comfyui')
    throw new Fault(
      'SERVICE_WITHOUT_PROMPTS',
      'This installation looks after a service of yours, which has no prompts.',
    );
  const instance = findProduction(engine);
  if (instance !== undefined) return composedInstance(engine, instance).port;
  const { mode, port } = engine.config.service;
  if (mode === 'none') return port;
  throw new Fault('SERVICE_NOT_RUNNING', 'Production is not running under orchestrate.');
}
