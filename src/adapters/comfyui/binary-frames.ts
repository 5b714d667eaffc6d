import type { JsonObject } from '../../base/json.ts';
import { objectOf, parseJson, textOf } from './http.ts';

/**
 * What a binary frame of the server holds (big-endian: u32 kind, then as follows).
 * 1: u32 format, picture; 3: u32 length, node id, text; 4: u32 length, JSON, picture.
 */
export type BinaryFrame =
  | {
      readonly kind: 'preview';
      readonly format: 'jpeg' | 'png' | 'unknown';
      readonly image: Buffer;
      /** Null where the frame does not say of what it is. */
      readonly node: string | null;
      readonly promptId: string | null;
    }
  | { readonly kind: 'text'; readonly node: string; readonly text: string }
  /** Of a kind that is not known here, or not whole. */
  | { readonly kind: 'other' };

/** What a node says of itself while it runs is one line. */
const maxTextChars = 500;
/** What a preview tells about itself has six short fields. */
const maxTellBytes = 64 * 1024;
const maxIdBytes = 1024;

/** Tells a frame apart. The picture itself is not decoded and not kept; bytes that fit no kind are `other`, never a throw. */
export function readBinaryFrame(bytes: Buffer): BinaryFrame {
  if (bytes.length < 8) return { kind: 'other' };
  const [event, second] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
  const rest = bytes.subarray(8);
  if (event === 1) {
    const format = second === 1 ? 'jpeg' : second === 2 ? 'png' : 'unknown';
    return { kind: 'preview', format, image: rest, node: null, promptId: null };
  }
  if (event === 3 && second <= Math.min(rest.length, maxIdBytes))
    return {
      kind: 'text',
      node: rest.toString('utf8', 0, second),
      text: rest.toString('utf8', second, second + 4 * maxTextChars).slice(0, maxTextChars),
    };
  if (event === 4 && second <= Math.min(rest.length, maxTellBytes))
    return previewOf(objectOf(parseJson(rest.subarray(0, second))), rest.subarray(second));
  return { kind: 'other' };
}

function previewOf(told: JsonObject, image: Buffer): BinaryFrame {
  const type = textOf(told['image_type']);
  const format = type === 'image/jpeg' ? 'jpeg' : type === 'image/png' ? 'png' : 'unknown';
  const textOrNull = (name: string): string | null => textOf(told[name]) || null;
  return { kind: 'preview', format, image, node: textOrNull('node_id'), promptId: textOrNull('prompt_id') };
}
