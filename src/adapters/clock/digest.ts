import { hash } from 'node:crypto';

import type { Digest } from '../../ports/system.ts';

/** Creates the digests of node:crypto. */
export function createDigest(): Digest {
  return { sha256: (data) => hash('sha256', data, 'hex') };
}
