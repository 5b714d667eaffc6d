import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import { Fault, faultRecord } from '../../base/fault.ts';
import { maxSocketBytes } from '../../domain/daemon/socket-path.ts';

/** Makes the place of a socket: a folder that only this user enters, without what a dead process left there. Fault: `SOCKET_UNAVAILABLE`. */
export function makePlace(path: string): void {
  if (Buffer.byteLength(path) > maxSocketBytes)
    throw unavailable(`its path is longer than ${maxSocketBytes} bytes: ${path}`);
  const dir = dirname(path);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const found = lstatSync(dir);
    if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0)
      throw unavailable(`${dir} is not a folder that only you can enter`);
    const before = lstatSync(path, { throwIfNoEntry: false });
    if (before !== undefined && !before.isSocket()) throw unavailable(`${path} is something else`);
    rmSync(path, { force: true });
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw unavailable(faultRecord(error).message);
  }
}

export const unavailable = (why: string): Fault =>
  new Fault('SOCKET_UNAVAILABLE', `There is no socket of \`serve\`: ${why}.`, {
    state: 'Everything else goes on.',
  });
