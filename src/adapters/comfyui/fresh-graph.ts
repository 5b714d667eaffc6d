import { createHash } from 'node:crypto';

import type { Json, JsonObject } from '../../base/json.ts';
import { objectOf } from './http.ts';

/**
 * Returns the graph with a file prefix and seeds of its own, so that the server's cache cannot
 * answer for it. Seeds are derived from the nonce and stay below 2^31, which every node accepts.
 */
export function freshGraph(graph: JsonObject, nonce: string): JsonObject {
  const tag = tagOf(nonce);
  const nodes = Object.entries(graph).map(([id, node]) => [id, freshNode(objectOf(node), { id, tag })] as const);
  return Object.fromEntries(nodes);
}

/** Returns the nonce as it can stand in names of files and clients: without a dot. */
export const tagOf = (nonce: string): string => nonce.replace(/[^A-Za-z0-9-]+/g, '-');

function freshNode(node: JsonObject, { id, tag }: { id: string; tag: string }): JsonObject {
  const inputs = Object.entries(objectOf(node['inputs'])).map(
    ([name, value]) => [name, freshInput(name, value, `${tag} ${id} ${name}`)] as const,
  );
  return { ...node, inputs: Object.fromEntries(inputs) };

  function freshInput(name: string, value: Json | undefined, key: string): Json | undefined {
    if (name === 'filename_prefix' && typeof value === 'string') return `${value}-${tag}`;
    if ((name === 'seed' || name === 'noise_seed') && typeof value === 'number') return seedOf(key);
    return value;
  }
}

function seedOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0) >>> 1;
}
