import type { JsonObject } from '../../base/json.ts';
import { type BinaryFrame, readBinaryFrame } from './binary-frames.ts';
import { objectOf, parseJson, textOf } from './http.ts';
import { openSocket, type Socket, type SocketLimits } from './web-socket.ts';

/** One text frame of the server. */
export interface ServerEvent {
  readonly type: string;
  readonly data: JsonObject;
}

export interface EventStream {
  isOpen(): boolean;
  /** Number of binary frames: previews. */
  nBinary(): number;
  close(): void;
}

const standard: SocketLimits = { openMs: 10_000, pingMs: 5_000, silentMs: 15_000, maxBytes: 16 * 1024 * 1024 };
/** Waits between tries to open a lost socket again; the last one is kept. */
const reopenMs = [250, 500, 1_000, 2_000, 5_000] as const;

/**
 * Connects to the WebSocket of the server, and again under the same id when it is lost, until `close`: the server sends
 * what comes from then on. What was said in between is gone, so who follows a prompt asks the queue and the history
 * (`closed` tells when). `hello` is the first thing that is said on each connection. A server that does not open it gives a stream that is closed, and is not asked again.
 */
export async function openEvents(
  baseUrl: string,
  clientId: string,
  on: { event(event: ServerEvent): void; binary?(frame: BinaryFrame): void; closed(): void },
  {
    hello,
    maxBytes = standard.maxBytes,
    limits = { ...standard, maxBytes },
  }: { readonly hello?: JsonObject; readonly maxBytes?: number | undefined; readonly limits?: SocketLimits } = {},
): Promise<EventStream> {
  const path = `/ws?clientId=${encodeURIComponent(clientId)}`;
  let nBinary = 0;
  let nTries = 0;
  let isWanted = true;
  let reopening: NodeJS.Timeout | undefined;
  let socket: Socket | undefined = await open();

  return {
    isOpen: () => socket?.isOpen() === true,
    nBinary: () => nBinary,
    close() {
      isWanted = false;
      clearTimeout(reopening);
      socket?.close();
    },
  };

  async function open(): Promise<Socket | undefined> {
    const opened = await openSocket(baseUrl, path, { text: tell, binary: take, closed: lost }, limits);
    if (hello !== undefined) opened?.sendText(JSON.stringify(hello));
    return opened;
  }

  function take(bytes: Buffer): void {
    nBinary += 1;
    on.binary?.(readBinaryFrame(bytes));
  }

  function tell(text: string): void {
    nTries = 0;
    const frame = objectOf(parseJson(text));
    on.event({ type: textOf(frame['type']), data: objectOf(frame['data']) });
  }

  function lost(): void {
    if (!isWanted) return;
    on.closed();
    again();
  }

  function again(): void {
    const waitMs = reopenMs[Math.min(nTries, reopenMs.length - 1)];
    nTries += 1;
    reopening = setTimeout(() => void reopen(), waitMs);
    reopening.unref();
  }

  async function reopen(): Promise<void> {
    const fresh = await open();
    if (!isWanted) return fresh?.close();
    socket = fresh ?? socket;
    if (fresh === undefined) again();
  }
}
