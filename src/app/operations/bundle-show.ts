import { z } from 'zod';

import { readBundle } from '../../actions/_bundle.ts';
import { Fault } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import { readBundledEvidence } from '../../domain/bundles/bundled-evidence.ts';
import { readLock } from '../../domain/environments/lock.ts';
import { parseComponents } from '../../domain/instances/components.ts';
import { bundleKeyFile } from '../../engine/bundles/collect.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { entrySentence } from '../views/journal-line.ts';

/** `orchestrate bundle show <file>` */
export const bundleShow = defineOperation({
  name: 'bundle show',
  summary: 'Look into a bundle without adopting anything of it.',
  description:
    'Reads the whole file and checks every hash and the signature. What it says about proofs was observed where it was made; it counts for nothing here until the gate has repeated it.',
  effect: 'read',
  needs: 'none',
  input: z.object({ file: z.string().min(1).describe('The bundle.') }),
  output: z.object({
    file: z.string().describe('Absolute path.'),
    key: z.string().describe('Fingerprint of the key that signed it: compare it with what `restore export` printed.'),
    isOwnKey: z.boolean().describe('It is the key of the installation around here.'),
    digest: z.string().describe('SHA-256 of what was signed; stands for the whole bundle.'),
    sizeBytes: z.number().describe('Size of the file in bytes.'),
    madeBy: z.string().describe('Version of orchestrate that made it.'),
    madeAtMs: z.number().describe('When, in milliseconds since 1970, as its maker says.'),
    installation: z.string().describe('Name of the installation that it comes from.'),
    number: z.number().describe('Number of its restore point there.'),
    title: z.string().describe('What led to that restore point.'),
    python: z.string().describe('Python that it is for, e.g. `cp312 on linux-x86_64`.'),
    components: z
      .array(z.object({ id: z.string(), path: z.string(), commit: z.string().nullable(), tree: z.string() }))
      .describe('ComfyUI and node packs in it.'),
    packages: z
      .array(
        z.object({ name: z.string(), version: z.string(), isIncluded: z.boolean().describe('Its wheel is in it.') }),
      )
      .describe('Packages of its lock.'),
    evidence: z
      .array(z.object({ row: z.number(), hash: z.string(), sentence: z.string() }))
      .describe('Journal rows of where it was made, with their hashes.'),
    nBrokenRows: z.number().describe('Rows in it whose hash is not the one of their content.'),
  }),
  positional: ['file'],
  examples: [{ command: 'orchestrate bundle show comfy.bundle.tar', explains: 'Who signed it, and what is in it.' }],
  async run(app, { file: asked }) {
    const { bundles, digest } = app.outside;
    const bundle = await readBundle(
      { bundles, paths: { home: app.cwd }, signal: app.signal },
      absolutePath(app.cwd, asked),
    );
    const { file, head, body, texts, wheels } = bundle;
    const lock = readLock({ file: 'requirements.lock', text: texts['requirements.lock'] });
    const { rows, nBroken } = readBundledEvidence(bundle.evidenceText, (text) => digest.sha256(text));
    return {
      file,
      key: head.fingerprint,
      isOwnKey: (await ownKey(app)) === head.fingerprint,
      digest: head.digest,
      sizeBytes: head.sizeBytes,
      madeBy: body.madeBy,
      madeAtMs: body.madeAtMs,
      installation: body.installation,
      number: body.point.number,
      title: body.point.title,
      python: `${lock.abi} on ${lock.platform}`,
      components: parseComponents(texts['components.lock']).map(({ id, path, commit, tree }) => ({
        id,
        path,
        commit,
        tree,
      })),
      packages: lock.packages.map(({ name, version, sha256 }) => ({
        name,
        version,
        isIncluded: sha256.some((one) => wheels.has(one)),
      })),
      evidence: rows.map((row) => ({ row: row.seq, hash: row.hash, sentence: sentenceOf(row) })),
      nBrokenRows: nBroken,
    };
  },
});

/** A row of a stranger may hold anything under the name of a kind. */
function sentenceOf(row: Parameters<typeof entrySentence>[0]): string {
  try {
    return entrySentence(row);
  } catch {
    return `a row of the kind ${row.kind} that cannot be told`;
  }
}

/** A bundle can be looked at anywhere: outside of an installation no key is our own. */
async function ownKey(app: App): Promise<string | undefined> {
  try {
    return await app.outside.bundles.findSigner(bundleKeyFile(await app.installation()));
  } catch (error) {
    if (error instanceof Fault && error.code === 'HOME_NOT_FOUND') return undefined;
    throw error;
  }
}
