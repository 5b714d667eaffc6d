import type { InstallationConfig } from '../../domain/definitions/types.ts';
import type { MemoryLimit } from '../../domain/journal/rows/instances.ts';
import type { ServiceSpec } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';

/** Returns what is recorded of the cap that `service.memory-max` asks for: whether it can hold on this machine. Nothing where none is set. */
export async function memoryLimitOf(
  engine: Engine,
  { memoryMaxBytes }: InstallationConfig['service'],
  isCommanded: boolean,
): Promise<{ readonly memory?: MemoryLimit }> {
  if (memoryMaxBytes === undefined) return {};
  const cap = isCommanded
    ? ({ kind: 'none', why: 'another program starts it' } as const)
    : await engine.outside.processes.canCapMemory();
  return { memory: { maxBytes: memoryMaxBytes, why: cap.kind === 'possible' ? null : cap.why } };
}

/** Returns the part of a start that caps the memory, where it can hold. */
export const capOf = ({ memory }: { readonly memory?: MemoryLimit }): Pick<ServiceSpec, 'memoryMaxBytes'> =>
  memory === undefined || memory.why !== null ? {} : { memoryMaxBytes: memory.maxBytes };
