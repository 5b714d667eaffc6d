import { z } from 'zod';

import { canonicalJson, type JsonObject } from '../../base/json.ts';
import type { BundleEntry } from '../../ports/bundles.ts';
import { maxMemberBytes } from './tar.ts';

/** The first member: what is signed. The second is its signature, 64 bytes. */
export const headName = 'bundle.json';
export const signatureName = 'bundle.sig';
export const signatureBytes = 64;

/** A list of 200,000 parts takes about 30 MB. */
export const maxHeadBytes = 64 * 1024 * 1024;
const maxEntries = 200_000;
const maxSmallBytes = 64 * 1024 * 1024;

/** Only these names occur, so none leads out of a folder or to a link. */
const pathPattern = /^(?:trees\/[0-9a-f]{40}|blobs\/[0-9a-f]{40}|wheels\/[0-9a-f]{64}|evidence\.jsonl)$/;

const entryShape = z
  .strictObject({
    path: z.string().regex(pathPattern),
    sizeBytes: z.number().int().min(0).max(maxMemberBytes),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .refine(({ path, sizeBytes }) => path.startsWith('wheels/') || sizeBytes <= maxSmallBytes, 'is too large')
  .refine(
    ({ path, sha256 }) => !path.startsWith('wheels/') || path === `wheels/${sha256}`,
    'is not what its name says',
  );

const headShape = z.strictObject({
  format: z.literal('orchestrate-bundle'),
  version: z.literal(1),
  publicKey: z.string().max(200),
  body: z.record(z.string(), z.json()),
  files: z
    .array(entryShape)
    .max(maxEntries)
    .refine((files) => new Set(files.map((one) => one.path)).size === files.length, 'names a part twice'),
});

export interface Head {
  readonly publicKey: string;
  readonly body: JsonObject;
  readonly files: readonly BundleEntry[];
}

/** Returns the text that is signed. */
export function printHead({ publicKey, body, files }: Head): Buffer {
  const entries = files.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 }));
  return Buffer.from(canonicalJson({ format: 'orchestrate-bundle', version: 1, publicKey, body, files: entries }));
}

/** Reads it back, or says in a clause what is wrong with it. */
export function parseHead(text: Buffer): Head | string {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    return 'its list of parts is no JSON';
  }
  const format = (value as { format?: unknown } | null)?.format;
  const version = (value as { version?: unknown } | null)?.version;
  if (format === 'orchestrate-bundle' && typeof version === 'number' && version > 1)
    return `it is of version ${version}, and this orchestrate reads version 1`;
  const parsed = headShape.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `its list of parts does not fit at ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? '?'}`;
  }
  return parsed.data as Head;
}
