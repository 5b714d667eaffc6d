import type { Json, JsonObject } from '../../base/json.ts';

/**
 * Returns a digest of what a graph does, whatever its values and node ids are: its classes, and which output goes into which input. Two prompts of
 * one workflow with another seed or text have the same. A link that leads nowhere, or around, counts as nothing.
 */
export function graphShape(graph: JsonObject, sha256: (text: string) => string): string {
  const known = new Map<string, string>();
  const open = new Set<string>();
  const classOf = (id: string): string | undefined => {
    const found = objectOf(graph[id])['class_type'];
    return typeof found === 'string' ? found : undefined;
  };
  const linksOf = (id: string): readonly Link[] =>
    Object.values(objectOf(objectOf(graph[id])['inputs'])).flatMap((value) => linkOf(value) ?? []);
  /** What goes around is still open here, and has no shape. */
  const shapeNow = (id: string): string => {
    const inputs = Object.entries(objectOf(objectOf(graph[id])['inputs']))
      .map(([name, value]) => {
        const link = linkOf(value);
        return link === undefined ? name : `${name}<${link.output}:${known.get(link.id) ?? '-'}`;
      })
      .toSorted();
    return sha256(`${classOf(id)}(${inputs.join(',')})`).slice(0, 16);
  };
  const shapeOf = (first: string): string => {
    if (known.has(first) || classOf(first) === undefined) return known.get(first) ?? '-';
    // A chain of links may be longer than calls may be deep.
    const stack = [{ id: first, left: [...linksOf(first)] }];
    open.add(first);
    for (let top = stack.at(-1); !known.has(first) && top !== undefined; top = stack.at(-1)) {
      const next = top.left.shift()?.id;
      if (next === undefined) {
        known.set(top.id, shapeNow(top.id));
        open.delete(top.id);
        stack.pop();
      } else if (!known.has(next) && !open.has(next) && classOf(next) !== undefined) {
        open.add(next);
        stack.push({ id: next, left: [...linksOf(next)] });
      }
    }
    return known.get(first) ?? '-';
  };
  return sha256(Object.keys(graph).map(shapeOf).toSorted().join(' ')).slice(0, 16);
}

interface Link {
  readonly id: string;
  readonly output: string;
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

function linkOf(value: Json | undefined): Link | undefined {
  if (!Array.isArray(value)) return undefined;
  const [id, output, more] = value as readonly Json[];
  if (more !== undefined || typeof output !== 'number' || (typeof id !== 'string' && typeof id !== 'number'))
    return undefined;
  return { id: String(id), output: String(output) };
}

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
