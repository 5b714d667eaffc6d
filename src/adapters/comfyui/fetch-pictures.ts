import { createHash } from 'node:crypto';

import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Picture } from '../../ports/service-client.ts';
import { call, listOf, objectOf, textOf } from './http.ts';
import { decodePng, isFlat } from './png.ts';

const maxPictureBytes = 256 * 1024 * 1024;
/** More pictures of one workflow are not looked at. */
const maxPictures = 64;

/** Fetches and decodes every picture that the outputs of a prompt name. */
export async function fetchPictures(baseUrl: string, outputs: JsonObject): Promise<readonly Picture[]> {
  const named = Object.values(outputs)
    .flatMap((output) => listOf(objectOf(output)['images']))
    .map(objectOf);
  const pictures: Picture[] = [];
  for (const image of named.slice(0, maxPictures)) pictures.push(await fetchPicture(baseUrl, image));
  return pictures;
}

async function fetchPicture(baseUrl: string, image: JsonObject): Promise<Picture> {
  const filename = textOf(image['filename']);
  const query = new URLSearchParams({ filename, type: textOf(image['type']), subfolder: textOf(image['subfolder']) });
  const bytes = await fetchView(baseUrl, query);
  // The server turns any picture into a PNG when it is asked for its colour channels.
  const png = isPng(bytes) ? bytes : await fetchView(baseUrl, new URLSearchParams([...query, ['channel', 'rgb']]));
  return pictureOf(bytes, { png, filename, place: placeOf(image) });
}

/** What is told of a picture. `png`: its pixels, where the file itself is of another kind. Throws a `PictureError` for one that is none. */
export function pictureOf(
  bytes: Buffer,
  { png, filename, place }: { readonly png: Buffer; readonly filename: string; readonly place: string | null },
): Picture {
  const pixels = decode(png, filename);
  return {
    filename,
    place,
    widthPx: pixels.widthPx,
    heightPx: pixels.heightPx,
    isFlat: isFlat(pixels),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
  };
}

/** A server that names a place outside of its output folder names none. */
function placeOf(image: JsonObject): string | null {
  const parts = [...textOf(image['subfolder']).split('/'), textOf(image['filename'])].filter((part) => part !== '');
  const isPlain = parts.every((part) => part !== '.' && part !== '..' && !/[\\\0/]/.test(part));
  return textOf(image['type']) === 'output' && isPlain ? parts.join('/') : null;
}

async function fetchView(baseUrl: string, query: URLSearchParams): Promise<Buffer> {
  const answer = await call(baseUrl, `/api/view?${query.toString()}`, { maxBytes: maxPictureBytes, timeoutMs: 60_000 });
  if (answer.status === 200) return answer.bytes;
  throw new PictureError(`The picture ${query.get('filename')} cannot be fetched: the server answers ${answer.status}`);
}

function isPng(bytes: Buffer): boolean {
  return bytes.toString('latin1', 1, 4) === 'PNG';
}

function decode(png: Buffer, filename: string): ReturnType<typeof decodePng> {
  try {
    return decodePng(png);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new PictureError(
      `The picture ${filename} cannot be decoded: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** A picture that the server promised and that is not there or not a picture: the workflow failed. */
export class PictureError extends Error {}
