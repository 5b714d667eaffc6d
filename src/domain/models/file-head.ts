/** What the first bytes of a file say that it is; facts from the format pages of safetensors, GGUF, pickle and Git LFS. */
export type FileHead =
  | {
      readonly kind:
        | 'empty'
        | 'zeros'
        | 'html'
        | 'json'
        | 'gguf'
        | 'zip'
        | 'pickle'
        | 'png'
        | 'gzip'
        | 'program'
        | 'unknown';
    }
  | { readonly kind: 'lfs'; readonly sha256: string | null; readonly sizeBytes: number | null }
  /** `headerBytes`: length of the JSON behind the first eight bytes. */
  | { readonly kind: 'safetensors'; readonly headerBytes: number };

/** So many bytes are enough to tell. */
export const headBytes = 512;
/** No reader takes a longer header (safetensors). */
const maxHeader = 100_000_000;

const magics: readonly (readonly [kind: 'gguf' | 'zip' | 'png' | 'gzip' | 'program', bytes: readonly number[]])[] = [
  ['gguf', [0x47, 0x47, 0x55, 0x46]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['png', [0x89, 0x50, 0x4e, 0x47]],
  ['gzip', [0x1f, 0x8b]],
  ['program', [0x7f, 0x45, 0x4c, 0x46]],
];

/** Returns what a file is by its first bytes, whatever its name says. */
export function fileHead(bytes: Uint8Array): FileHead {
  if (bytes.length === 0) return { kind: 'empty' };
  // First of all: the length that it begins with may look like anything, a pickle or half a letter.
  const headerBytes = headerLength(bytes);
  if (headerBytes !== undefined) return { kind: 'safetensors', headerBytes };
  const found = magics.find(([, magic]) => magic.every((byte, at) => bytes[at] === byte));
  if (found !== undefined) return { kind: found[0] };
  const text = new TextDecoder().decode(bytes);
  if (/^\s*<(?:!doctype|html|\?xml|head|body)/i.test(text)) return { kind: 'html' };
  if (text.startsWith('version https://git-lfs')) return pointer(text);
  if (/^\s*\{\s*"/.test(text)) return { kind: 'json' };
  if (bytes[0] === 0x80 && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 0) <= 5) return { kind: 'pickle' };
  return { kind: bytes.every((byte) => byte === 0) ? 'zeros' : 'unknown' };
}

/** A header begins with a brace, by the format's own page. */
function headerLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 9 || bytes[8] !== 0x7b) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  return length >= 2n && length <= BigInt(maxHeader) ? Number(length) : undefined;
}

function pointer(text: string): FileHead {
  const size = Number(/^size (\d{1,15})$/m.exec(text)?.[1]);
  const sha256 = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1] ?? null;
  return { kind: 'lfs', sha256, sizeBytes: Number.isSafeInteger(size) ? size : null };
}

/**
 * Returns how long a safetensors file has to be by its header, the text behind the first eight bytes; undefined where that is no header. Anything
 * may be in it: only numbers of a sound range count.
 */
export function safetensorsBytes(header: string, headerBytes: number): number | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(header);
  } catch {
    return undefined;
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) return undefined;
  let end = 0;
  for (const [name, tensor] of Object.entries(parsed)) {
    if (name === '__metadata__') continue;
    const offsets: unknown = (tensor as { data_offsets?: unknown } | null)?.data_offsets;
    const last: unknown = Array.isArray(offsets) ? offsets[1] : undefined;
    if (typeof last !== 'number' || !Number.isSafeInteger(last) || last < 0) return undefined;
    end = Math.max(end, last);
  }
  return 8 + headerBytes + end;
}
