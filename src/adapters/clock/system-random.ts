import { randomBytes } from 'node:crypto';

import type { Random } from '../../ports/system.ts';

/** Creates randomness from the operating system's generator. */
export function createSystemRandom(): Random {
  return { hex: (nBytes) => randomBytes(nBytes).toString('hex') };
}
