import { createServer } from 'node:net';

import type { Ports } from '../../ports/network.ts';
import type { Spawner } from '../process/spawner.ts';
import { findLinuxListeners } from './linux-listeners.ts';
import { findLinuxStart } from './linux-start.ts';
import type { Listeners } from './listeners.ts';
import { findLsofListeners } from './lsof-listeners.ts';

/**
 * Creates the port to local ports. A process that only inherited the socket from another holder
 * is not listed beside it. When one of several holders cannot be seen, `owners` is empty: the
 * answers cannot be trusted. `spawner` is needed where there is no `/proc`.
 */
export function createPorts(options: { spawner?: Pick<Spawner, 'run'> } = {}): Ports {
  const findListeners = (port: number): Promise<Listeners> =>
    process.platform === 'linux' ? findLinuxListeners(port) : findLsofListeners(port, options.spawner);

  return {
    isFree,
    startOf: (owner) => (process.platform === 'linux' ? findLinuxStart(owner) : Promise.resolve(undefined)),
    async holder(port) {
      const { owners, hasUnknown } = await findListeners(port);
      if (hasUnknown) return { kind: 'held', owners: [] };
      if (owners.length > 0) return { kind: 'held', owners };
      // A socket that is bound and does not listen is on no list, but holds the port.
      return (await isFree(port)) ? { kind: 'free' } : { kind: 'held', owners: [] };
    },
  };
}

/** Elsewhere than on Linux a bind of the general address succeeds beside one of a special address. */
const addresses = process.platform === 'linux' ? ['::'] : ['::', '0.0.0.0', '::1', '127.0.0.1'];

async function isFree(port: number): Promise<boolean> {
  let nTried = 0;
  for (const address of addresses) {
    const outcome = await tryBind(port, address);
    if (outcome === 'held') return false;
    if (outcome === 'free') nTried += 1;
  }
  return nTried > 0 || (await tryBind(port, '0.0.0.0')) === 'free';
}

/** `absent`: the machine has no such address family. */
function tryBind(port: number, host: string): Promise<'free' | 'held' | 'absent'> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      switch (error.code) {
        case 'EADDRINUSE':
        case 'EACCES':
          resolve('held');
          return;
        case 'EAFNOSUPPORT':
        case 'EADDRNOTAVAIL':
        case 'EINVAL':
          resolve('absent');
          return;
        default:
          reject(error);
      }
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve('free')));
  });
}
