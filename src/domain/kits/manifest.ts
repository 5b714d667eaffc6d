import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { checkShape } from '../definitions/check-shape.ts';
import type { Located } from '../definitions/locator.ts';
import { parseYaml } from '../definitions/parse-yaml.ts';

/** What a kit may be: far more than any has, far less than what hurts. */
export const kitLimits = { files: 64, fileBytes: 256 * 1024, totalBytes: 1024 * 1024 } as const;

const manifestSchema = z.strictObject({
  version: z.literal(1),
  files: z
    .array(
      z.strictObject({
        path: z.string().min(1).max(200),
        sizeBytes: z.number().int().min(0).max(kitLimits.fileBytes),
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'has to be 64 hex digits'),
      }),
    )
    .max(kitLimits.files + 1),
});
export type KitManifest = z.infer<typeof manifestSchema>;

export interface KitFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Writes the manifest of a kit's files, `manifest.json` itself left out: one line for each, sorted. */
export function printManifest(files: readonly KitFile[], sha256: (bytes: Uint8Array) => string): string {
  const lines = [...files]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, bytes }) => JSON.stringify({ path, sizeBytes: bytes.byteLength, sha256: sha256(bytes) }));
  return `{\n  "version": 1,\n  "files": [\n    ${lines.join(',\n    ')}\n  ]\n}\n`;
}

/**
 * Compares a kit's files with its manifest: the same files, each with the same bytes. Fault `TEMPLATE_DAMAGED` with the place in the
 * manifest where something else is said, or where it cannot be read.
 */
export function requireWhole(
  manifest: { readonly file: string; readonly text: string },
  files: readonly KitFile[],
  sha256: (bytes: Uint8Array) => string,
): void {
  const { value, locate } = readManifest(manifest);
  const left = new Map(files.map((one) => [one.path, one.bytes]));
  value.files.forEach(({ path, sizeBytes, sha256: expected }, index) => {
    const bytes = left.get(path);
    left.delete(path);
    const problem =
      bytes === undefined
        ? `${path} is not there`
        : bytes.byteLength !== sizeBytes
          ? `${path} has ${bytes.byteLength} bytes, not ${sizeBytes}`
          : sha256(bytes) === expected
            ? undefined
            : `${path} is not what its checksum says`;
    if (problem !== undefined) throw damaged(`${problem}.`, locate.value(['files', index]));
  });
  const [extra] = left.keys();
  if (extra !== undefined) throw damaged(`${extra} is in the folder and not in the manifest.`, locate.key(['files']));
}

function readManifest(source: { readonly file: string; readonly text: string }): Located<KitManifest> {
  try {
    const parsed = parseYaml(source);
    return { value: checkShape(manifestSchema, parsed), locate: parsed.locate };
  } catch (error) {
    if (error instanceof Fault && error.at !== undefined) throw damaged(error.message, error.at);
    throw error;
  }
}

const damaged = (sentence: string, at: Fault['at']): Fault =>
  new Fault('TEMPLATE_DAMAGED', sentence, {
    ...(at === undefined ? {} : { at }),
    state: 'Nothing of the template is used.',
  });
