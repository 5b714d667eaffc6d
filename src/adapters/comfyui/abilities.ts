import type { ServiceAbilities } from '../../ports/service-client.ts';
import { call, objectOf, parseJson } from './http.ts';
import { hasJobs } from './jobs.ts';

/** What servers can, by their address. */
export interface Abilities {
  /** As it was found out last; asked for the first time. */
  of(baseUrl: string): Promise<ServiceAbilities>;
  /** Asks again: another server may answer there by now. */
  anew(baseUrl: string): Promise<ServiceAbilities>;
}

/**
 * Remembers what each address can, once it was asked. A server that does not answer is asked again the next time. Who goes by
 * it must get on where it is wrong: a server on the same port may have been replaced by an older one.
 */
export function createAbilities(): Abilities {
  const known = new Map<string, Promise<ServiceAbilities>>();
  const anew = (baseUrl: string): Promise<ServiceAbilities> => {
    const asked = probe(baseUrl);
    known.set(baseUrl, asked);
    asked.catch(() => known.delete(baseUrl));
    return asked;
  };
  return { of: (baseUrl) => known.get(baseUrl) ?? anew(baseUrl), anew };
}

/** Old servers have no `/features`: they can none of it. Fault: `INSTANCE_UNHEALTHY` when it does not answer. */
async function probe(baseUrl: string): Promise<ServiceAbilities> {
  const { isBare } = await call(baseUrl, '/api/system_stats', { timeoutMs: 5_000 });
  const told = await call(baseUrl, '/api/features', { timeoutMs: 5_000 });
  const features = told.status === 200 ? objectOf(parseJson(told.bytes)) : {};
  const most = features['max_upload_size'];
  return {
    prefix: isBare === true ? '' : '/api',
    jobs: await hasJobs(baseUrl),
    previewMetadata: features['supports_preview_metadata'] === true,
    maxUploadBytes: typeof most === 'number' && most > 0 ? most : null,
  };
}
