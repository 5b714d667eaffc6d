import type { OfferedFile } from '../../ports/python.ts';

/** Returns the files of a page in JSON (PEP 691, 700), or undefined when it is none. A file that is not well-formed is left out. */
export function readSimpleJson(text: string, page: URL): readonly OfferedFile[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const files = recordOf(value)['files'];
  if (!Array.isArray(files)) return undefined;
  return files.flatMap((one: unknown) => {
    const file = recordOf(one);
    const url = addressOf(file['url'], page);
    const name = file['filename'];
    if (url === undefined || typeof name !== 'string') return [];
    const { yanked, size } = file;
    const uploaded = typeof file['upload-time'] === 'string' ? Date.parse(file['upload-time']) : Number.NaN;
    return [
      {
        file: name,
        url,
        sha256: sha256Of(recordOf(file['hashes'])['sha256']),
        sizeBytes: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : null,
        uploadedAtMs: Number.isFinite(uploaded) ? uploaded : null,
        yanked: yanked === true ? '' : typeof yanked === 'string' ? yanked : null,
        requiresPython: textOf(file['requires-python']),
      },
    ];
  });
}

/** Returns the files of a page in HTML (PEP 503, 592), or undefined when it is no such page. */
export function readSimpleHtml(text: string, page: URL): readonly OfferedFile[] | undefined {
  if (!/<(?:!doctype|html|a)\b/i.test(text)) return undefined;
  return [...text.matchAll(/<a\s([^>]*)>([^<]*)<\/a>/gi)].flatMap(([, attributes = '', shown = '']) => {
    const has = readAttributes(attributes);
    const url = addressOf(has.get('href'), page);
    if (url === undefined) return [];
    const hash = /#.*?sha256=([0-9a-f]{64})/i.exec(has.get('href') ?? '')?.[1];
    return [
      {
        file: decoded(shown).trim(),
        url,
        sha256: sha256Of(hash),
        sizeBytes: null,
        uploadedAtMs: null,
        yanked: has.get('data-yanked') ?? null,
        requiresPython: textOf(has.get('data-requires-python')),
      },
    ];
  });
}

function readAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single, bare] of text.matchAll(
    /([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi,
  ))
    attributes.set(name.toLowerCase(), decoded(double ?? single ?? bare ?? ''));
  return attributes;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return entities[name.toLowerCase()] ?? whole;
    const code = Number.parseInt(String(decimal ?? hex), decimal === undefined ? 16 : 10);
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
  });
}

function addressOf(value: unknown, page: URL): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value, page.href)) return undefined;
  const url = new URL(value, page);
  url.hash = '';
  return url.href;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const sha256Of = (value: unknown): string | null =>
  typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value) ? value.toLowerCase() : null;
