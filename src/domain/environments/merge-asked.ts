import { mergeByName, type MergedSides, type Sides } from '../changes/merge-sides.ts';
import { findRequirement, parseRequirements, printRequirement, type Requirement } from './requirements.ts';

/**
 * Merges `requirements.in` package by package: the text of `ours` with the lines of those packages that `theirs` moved, in their
 * place or at the end; every other line as it was. A conflict names packages that both ask for otherwise. What only a comment
 * says is no conflict: ours stays. Fault: `DEFINITION_INVALID` with the position.
 */
export function mergeAsked(texts: Sides<string>): MergedSides<string> {
  const read = (text: string) => Map.groupBy(parseRequirements({ file: 'requirements.in', text }), ({ name }) => name);
  const sides = { base: read(texts.base), ours: read(texts.ours), theirs: read(texts.theirs) };
  const found = mergeByName(sides, (a, b) => asked(a) === asked(b));
  if (found.kind === 'conflict') return { kind: 'conflict', names: found.names };
  const moved = [...new Set([...sides.ours.keys(), ...found.value.keys()])].filter(
    (name) => asked(sides.ours.get(name)) !== asked(found.value.get(name)),
  );
  return {
    kind: 'merged',
    value: replaceLines(texts.ours, new Map(moved.map((name) => [name, found.value.get(name)]))),
  };
}

/** Whether two texts ask for the same, whatever their comments and order. */
export const asksTheSame = (a: string, b: string): boolean => askedOf(a) === askedOf(b);

function askedOf(text: string): string {
  const lines = parseRequirements({ file: 'requirements.in', text }).map((one) => asked([one]));
  return lines.sort().join('\n');
}

const asked = (lines: readonly Requirement[] | undefined): string =>
  (lines ?? []).map((one) => printRequirement({ ...one, writtenName: one.name, comment: null })).join('\n');

/** Puts new lines where the first of a package stood; a package without new ones goes, one that was not there comes last. */
function replaceLines(text: string, moved: ReadonlyMap<string, readonly Requirement[] | undefined>): string {
  const isWindows = text.includes('\r\n');
  const written = new Set<string>();
  const linesOf = (name: string): readonly string[] => {
    if (written.has(name)) return [];
    written.add(name);
    return (moved.get(name) ?? []).map(printRequirement);
  };
  const kept = text.split(/\r?\n/).flatMap((line) => {
    const found = findRequirement(line);
    return typeof found === 'object' && moved.has(found.name) ? linesOf(found.name) : [line];
  });
  const isEnded = kept.at(-1) === '';
  const body = isEnded ? kept.slice(0, -1) : kept;
  const added = [...moved.keys()].flatMap(linesOf);
  const end = isEnded || added.length > 0 ? [''] : [];
  return [...body, ...added, ...end].join(isWindows ? '\r\n' : '\n');
}
