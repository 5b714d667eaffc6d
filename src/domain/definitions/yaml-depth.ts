import type { CST, Parser } from 'yaml';

/** A token of the concrete syntax tree. */
export type YamlToken = ReturnType<Parser['parse']> extends Iterable<infer T> ? T : never;

/** Levels of lists and fields inside each other that are read. What composes the tokens is recursive and would overflow. */
export const MAX_YAML_DEPTH = 32;

/** Returns the offset of a list or map that lies too deep, or undefined. */
export function findTooDeep(tokens: readonly YamlToken[]): number | undefined {
  for (const { token, depth } of walkTokens(tokens))
    if ('items' in token && depth >= MAX_YAML_DEPTH) return token.offset;
  return undefined;
}

/** Returns the offset of the last quote or bracket that opens and is never closed, or undefined. */
export function findUnclosed(tokens: readonly YamlToken[]): number | undefined {
  let last: number | undefined;
  for (const { token } of walkTokens(tokens)) {
    if (isUnclosed(token)) last = Math.max(last ?? 0, token.offset);
  }
  return last;
}

function isUnclosed(token: CST.Token): boolean {
  if (token.type === 'flow-collection')
    return !token.end.some(({ type }) => type === 'flow-seq-end' || type === 'flow-map-end');
  if (token.type !== 'single-quoted-scalar' && token.type !== 'double-quoted-scalar') return false;
  return token.source.length < 2 || token.source.at(-1) !== token.source[0];
}

interface Entry {
  readonly token: CST.Token;
  /** Lists and maps around it. */
  readonly depth: number;
}

/** Walks all tokens with a stack of its own, whatever their depth. */
function* walkTokens(tokens: readonly YamlToken[]): Generator<Entry> {
  const stack: Entry[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { token, depth } = entry;
    yield entry;
    if (token.type === 'document' && token.value !== undefined) stack.push({ token: token.value, depth });
    // What lies below is too deep already.
    if (!('items' in token) || depth > MAX_YAML_DEPTH) continue;
    for (const item of token.items) {
      if (item.value) stack.push({ token: item.value, depth: depth + 1 });
      if (item.key) stack.push({ token: item.key, depth: depth + 1 });
    }
  }
}
