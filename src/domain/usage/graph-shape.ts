import type { Json, JsonObject } from '../../base/json.ts';

/**
 * Returns a digest of what a graph does, whatever its values and node ids are: its classes, and which output goes into which input. Two prompts of
 * one workflow with another seed or text have the same. A link that leads nowhere, or around, counts as nothing.
 */
export function graphShape(graph: JsonObject, sha256: (text: string) => string): string {
  const known = new Map<string, string>();
  const open = new Set<string>();
  const shapeOf = (id: string): string => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const node = objectOf(graph[id]);
    if (open.has(id) || typeof node['class_type'] !== 'string') return '-';
    open.add(id);
    const inputs = Object.entries(objectOf(node['inputs']))
      .map(([name, value]) => {
        const link = linkOf(value);
        return link === undefined ? name : `${name}<${link.output}:${shapeOf(link.id)}`;
      })
      .toSorted();
    open.delete(id);
    const shape = sha256(`${node['class_type']}(${inputs.join(',')})`).slice(0, 16);
    known.set(id, shape);
    return shape;
  };
  return sha256(Object.keys(graph).map(shapeOf).toSorted().join(' ')).slice(0, 16);
}

/** Returns the classes of a graph's nodes, sorted, each once. */
export const graphClasses = (graph: JsonObject): readonly string[] =>
  [
    ...new Set(
      Object.values(graph).flatMap((node) => {
        const found = objectOf(node)['class_type'];
        return typeof found === 'string' ? [found] : [];
      }),
    ),
  ].toSorted();

function linkOf(value: Json | undefined): { readonly id: string; readonly output: string } | undefined {
  if (!Array.isArray(value)) return undefined;
  const [id, output, more] = value as readonly Json[];
  if (more !== undefined || typeof output !== 'number' || (typeof id !== 'string' && typeof id !== 'number'))
    return undefined;
  return { id: String(id), output: String(output) };
}

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
