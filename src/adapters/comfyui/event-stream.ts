import type { JsonObject } from '../../base/json.ts';
import { objectOf, parseJson, routeOf, textOf } from './http.ts';

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

const openMs = 10_000;
/** A text frame larger than this is not read. */
const maxFrameChars = 16 * 1024 * 1024;

/**
 * Connects to the WebSocket of the server. A server that does not open it gives a stream that is
 * closed: the history then tells the rest.
 */
export async function openEvents(
  baseUrl: string,
  clientId: string,
  on: { event(event: ServerEvent): void; closed(): void },
): Promise<EventStream> {
  const url = routeOf(baseUrl, `/ws?clientId=${encodeURIComponent(clientId)}`);
  url.protocol = 'ws:';
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  let nBinary = 0;
  let isOpen = false;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => socket.close(), openMs);
    socket.addEventListener('open', () => {
      clearTimeout(timer);
      isOpen = true;
      resolve();
    });
    socket.addEventListener('error', () => {}); // A close event follows.
    socket.addEventListener('close', () => {
      clearTimeout(timer);
      const wasOpen = isOpen;
      isOpen = false;
      resolve();
      if (wasOpen) on.closed();
    });
    socket.addEventListener('message', (message) => {
      const data: unknown = message.data;
      if (typeof data !== 'string') nBinary += 1;
      else if (data.length <= maxFrameChars) tell(data);
    });
  });

  function tell(text: string): void {
    const frame = objectOf(parseJson(text));
    on.event({ type: textOf(frame['type']), data: objectOf(frame['data']) });
  }

  return { isOpen: () => isOpen, nBinary: () => nBinary, close: () => socket.close() };
}
