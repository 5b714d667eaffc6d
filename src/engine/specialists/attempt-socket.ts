import { attemptSocketPath } from '../../domain/daemon/attempt-socket-path.ts';
import { markOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import { answerAttempt } from './answer-attempt.ts';
import type { WorkOrder } from './order.ts';

/** A socket that one attempt is given. */
interface AttemptSocket {
  /** On the host; the wall shows it at `/run/orchestrate.sock`. */
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Opens the socket of an attempt: its tools and hooks, and nothing else of the installation. Who asks there is this agent. To be closed with the
 * attempt; a repeat takes over what a kill left. Fault: `SOCKET_UNAVAILABLE`.
 */
export async function openAttemptSocket(engine: Engine, order: WorkOrder): Promise<AttemptSocket> {
  const { host, digest, attemptSockets } = engine.outside;
  const path = attemptSocketPath({
    runtimeDir: host.session['XDG_RUNTIME_DIR'],
    state: engine.paths.state,
    mark: markOf(engine, order.parts.attempt),
    sha256: (text) => digest.sha256(text),
  });
  const refused = { n: 0 };
  const { close } = await attemptSockets.open(path, (line, gone) =>
    answerAttempt(engine, { order, line, refused, signal: AbortSignal.any([order.signal, gone]) }),
  );
  return { path, close };
}
