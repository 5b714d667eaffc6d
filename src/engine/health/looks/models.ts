import { watchedFolders } from '../folders.ts';
import type { HealthContext, HealthFound, HealthLook } from '../look.ts';

/** Entries that are looked at; the largest collections have some thousands. */
const maxEntries = 5_000;
/** `models/<kind>/<family>/<file>`, and one below. */
const maxDepth = 4;
/** What ComfyUI loads; a note or a picture beside a model may be empty. */
const modelFile = /\.(?:safetensors|sft|ckpt|pt|pt2|bin|pth|pkl|gguf|onnx)$/i;

interface Seen {
  n: number;
  isCut: boolean;
  readonly dead: string[];
  readonly empty: string[];
}

/** Model files that are empty, and links whose target is gone: each makes a workflow fail that names it. No file is read. */
export const lookAtModels: HealthLook = async (context) => {
  const dir = watchedFolders(context)['models'];
  if (dir === undefined) return unknown('this kind of service has no models');
  const real = await context.outside.files.realPath(dir);
  if (real === undefined) return unknown(`there is no folder ${dir}`);
  const seen: Seen = { n: 0, isCut: false, dead: [], empty: [] };
  await walk(context, real, { seen, depth: 1, left: { entries: maxEntries } });
  const wrong = [
    ...seen.dead.map((path) => `${path}: a link to nothing`),
    ...seen.empty.map((path) => `${path}: empty`),
  ];
  const cut = seen.isCut ? `; only the first ${maxEntries} entries were looked at` : '';
  if (wrong.length === 0)
    return { state: 'good', sentence: `${seen.n} model files at ${dir}${cut}`, evidence: [], hint: null };
  const sentence = `${wrong.length} of ${seen.n + seen.dead.length} model files cannot be loaded${cut}`;
  return { state: 'warning', sentence, evidence: wrong, hint: null };
};

async function walk(
  context: HealthContext,
  dir: string,
  at: { readonly seen: Seen; readonly depth: number; readonly left: { entries: number } },
): Promise<void> {
  const { files } = context.outside;
  const { seen, left, depth } = at;
  for (const name of await files.list(dir)) {
    if (left.entries <= 0) {
      seen.isCut = true;
      return;
    }
    left.entries -= 1;
    const path = `${dir}/${name}`;
    const info = await files.info(path);
    if (info?.kind === 'directory' && depth < maxDepth) await walk(context, path, { ...at, depth: depth + 1 });
    if (info?.kind === 'link') {
      if ((await files.realPath(path)) === undefined) seen.dead.push(path);
      else if (modelFile.test(name)) seen.n += 1;
    }
    if (info?.kind !== 'file' || !modelFile.test(name)) continue;
    seen.n += 1;
    if (info.sizeBytes === 0) seen.empty.push(path);
  }
}

const unknown = (sentence: string): HealthFound => ({ state: 'unknown', sentence, evidence: [], hint: null });
