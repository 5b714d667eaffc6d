import type { InstallationConfig } from '../definitions/types.ts';

/** Where SwarmUI answers when nothing else is set. */
const swarmAddress = 'http://127.0.0.1:7801';

/** Returns where SwarmUI answers that starts and stops production; undefined where it is not SwarmUI's. */
export function swarmUrlOf({ service, adopted }: Pick<InstallationConfig, 'service' | 'adopted'>): string | undefined {
  if (service.mode !== 'none') return undefined;
  if (service.swarmUrl !== undefined) return service.swarmUrl;
  return adopted?.layout === 'swarmui' ? swarmAddress : undefined;
}

/** Backends that are a ComfyUI which SwarmUI starts itself. One that only answers somewhere is not its to restart. */
export const isSelfStarted = ({ type }: { readonly type: string }): boolean => type === 'comfyui_selfstart';

/** Whether such a backend can draw: `idle` is started when it is needed. */
export const isReady = ({ status }: { readonly status: string }): boolean => status === 'running' || status === 'idle';
