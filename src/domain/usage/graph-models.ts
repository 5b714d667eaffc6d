import type { Json, JsonObject } from '../../base/json.ts';

/** What ComfyUI loads, by the end of its name. */
export const modelFile = /\.(?:safetensors|sft|ckpt|pt|pt2|bin|pth|pkl|gguf|onnx)$/i;
/** An embedding is named in the text of a prompt, mostly without its end. */
const embedding = /(?:^|[\s(,])embedding:([A-Za-z0-9_][A-Za-z0-9_.\-/\\]*)/g;
/** Inputs that hold what a person wrote: a sentence may end like a file. */
const written = /^(?:.*_)?(?:text|prompt|positive|negative|string|caption)(?:_.*)?$/i;
/** A longer text names no file. */
const maxName = 255;
/** Graphs name a few dozen at most. */
const maxNames = 200;

/**
 * Returns the model files that a graph in API format names, sorted, with `/`: `sdxl/base.safetensors`, and `embedding:name` for what a prompt
 * names. Nothing else of a prompt's text is in it.
 */
export function graphModels(graph: JsonObject): readonly string[] {
  const names = new Set<string>();
  for (const node of Object.values(graph))
    for (const [input, value] of Object.entries(objectOf(objectOf(node)['inputs']))) {
      if (typeof value !== 'string') continue;
      for (const name of namedIn(input, value)) if (names.size < maxNames) names.add(name);
    }
  return [...names].toSorted();
}

function namedIn(input: string, value: string): readonly string[] {
  const plain = value.trim();
  if (!written.test(input) && modelFile.test(plain) && plain.length <= maxName && !/[\n\r]/.test(plain))
    return [plain.replaceAll('\\', '/')];
  return [...value.matchAll(embedding)].map(
    ([, name = '']) => `embedding:${name.replaceAll('\\', '/').replace(/[.]+$/, '')}`,
  );
}

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
