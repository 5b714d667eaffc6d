import { openHttpListener } from './adapters/network/http-listener.ts';
import type { Answerer } from './adapters/network/http-respond.ts';
import { openHttpSocket } from './adapters/network/http-socket.ts';
import type { App, Door } from './app/app.ts';
import { ensureToken } from './app/door-token.ts';
import { Fault } from './base/fault.ts';
import { socketPath } from './domain/daemon/socket-path.ts';
import { row } from './domain/journal/kinds.ts';
import { createHttpFace } from './faces/http/answer.ts';

type Closable = { close(): Promise<void> };

/** Opens the socket of `serve` and, where it was asked for, its TCP listener: one that cannot be opened ends `serve`. */
export async function openDoors(
  app: App,
  open: (signal: AbortSignal) => Promise<App>,
  door: Door | undefined,
): Promise<Closable> {
  const { answer, close } = createHttpFace({ app, open });
  const opened: Closable[] = [{ close }];
  const closeAll = async (): Promise<void> => {
    for (const one of opened.reverse()) await one.close();
  };
  try {
    if (door !== undefined) opened.push(await openListener(app, door, answer));
    opened.push(await openSocket(app, answer));
    return { close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function openListener(app: App, door: Door, answer: Answerer): Promise<Closable> {
  const listener = await openHttpListener({ ...door, token: await ensureToken(app) }, answer);
  const { otherMachines, hostName } = door;
  const { ledger } = await app.installation();
  await ledger.append([row('door.opened', { at: listener.at, otherMachines, hostName }, { keys: ['door'] })]);
  return listener;
}

/** It may be missed: without it everything else goes on, and it is told. */
async function openSocket(app: App, answer: Answerer): Promise<Closable> {
  const { paths, config } = await app.installation();
  const runtimeDir = app.outside.host.session['XDG_RUNTIME_DIR'];
  const path = socketPath({ runtimeDir, state: paths.state, id: config.id });
  try {
    const door = await openHttpSocket(path, answer);
    app.narrate(`GET /healthz, /metrics, /v1 and /mcp: curl --unix-socket ${path} http://orchestrate/v1`);
    return door;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'SOCKET_UNAVAILABLE') throw error;
    app.narrate(error.message);
    return { close: async () => {} };
  }
}
