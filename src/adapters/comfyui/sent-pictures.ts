import type { JsonObject } from '../../base/json.ts';
import type { Picture } from '../../ports/service-client.ts';
import type { BinaryFrame } from './binary-frames.ts';
import { pictureOf, PictureError } from './fetch-pictures.ts';
import { objectOf } from './http.ts';

/** A node of this class saves nothing: it sends its pictures to whoever posted the prompt, as PNG frames, while it runs. */
const sender = 'SaveImageWebsocket';
/** More pictures of one workflow are not looked at, nor held in memory. */
const maxPictures = 64;
const maxHeldBytes = 256 * 1024 * 1024;

export interface SentPictures {
  /** The largest message that has to be heard for them; undefined where the workflow sends none. */
  readonly maxBytes: number | undefined;
  /** A frame that came while this node ran. */
  take(frame: BinaryFrame, node: string | null): void;
  /** The pictures, decoded. Throws a `PictureError` for one that is none, or when they were more than can be held. */
  decoded(): readonly Picture[];
}

/** Keeps the pictures that a workflow sends in place of saving them; frames of other nodes are previews, and kept nowhere. */
export function createSentPictures(graph: JsonObject): SentPictures {
  const held: Buffer[] = [];
  let nBytes = 0;
  let isFull = false;
  const sends = Object.values(graph).some((node) => objectOf(node)['class_type'] === sender);
  return {
    maxBytes: sends ? maxHeldBytes : undefined,
    take(frame, node) {
      if (frame.kind !== 'preview' || frame.format !== 'png') return;
      const of = frame.node ?? node;
      if (of === null || objectOf(graph[of])['class_type'] !== sender) return;
      if (held.length >= maxPictures) return;
      if (nBytes + frame.image.length > maxHeldBytes) return void (isFull = true);
      nBytes += frame.image.length;
      held.push(Buffer.from(frame.image));
    },
    decoded() {
      if (isFull) throw new PictureError(`The pictures that were sent have more than ${maxHeldBytes} bytes`);
      return held.map((bytes, at) => pictureOf(bytes, { png: bytes, filename: `sent-${at + 1}.png`, place: null }));
    },
  };
}
