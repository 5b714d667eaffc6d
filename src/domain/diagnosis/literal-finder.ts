/**
 * Returns a function that says which literals a text holds, in one pass over it however many there are (Aho and Corasick, with every
 * step worked out beforehand). Characters beyond Latin-1 stand in no literal, and begin anew.
 */
export function createLiteralFinder(literals: readonly string[]): (text: string) => readonly number[] {
  const { next, found } = buildSteps(literals);
  return (text) => {
    let state = 0;
    let hits: Set<number> | undefined;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      state = code < width ? (next[state * width + code] ?? 0) : 0;
      const here = found[state];
      if (here !== undefined) for (const one of here) (hits ??= new Set()).add(one);
    }
    return hits === undefined ? nothing : [...hits];
  };
}

const width = 256;
const nothing: readonly number[] = [];

function buildSteps(literals: readonly string[]): { next: Uint16Array; found: (readonly number[] | undefined)[] } {
  const nStates = 1 + literals.reduce((sum, { length }) => sum + length, 0);
  const next = new Uint16Array(nStates * width);
  const found: number[][] = [[]];
  let last = 0;
  for (const [number, literal] of literals.entries()) {
    let state = 0;
    for (let index = 0; index < literal.length; index += 1) {
      const step = state * width + literal.charCodeAt(index);
      if (next[step] === 0) {
        next[step] = ++last;
        found[last] = [];
      }
      state = next[step] ?? 0;
    }
    found[state]?.push(number);
  }
  followFailures(next, found);
  return { next, found: found.map((here) => (here.length === 0 ? undefined : here)) };
}

/** Where no literal goes on, the search goes on in the longest end that begins another. */
function followFailures(next: Uint16Array, found: number[][]): void {
  const failure = new Uint16Array(found.length);
  const waiting: number[] = [...new Set(next.subarray(0, width))].filter((state) => state !== 0);
  for (let index = 0; index < waiting.length; index += 1) {
    const state = waiting[index] ?? 0;
    const shorter = failure[state] ?? 0;
    found[state]?.push(...(found[shorter] ?? []));
    for (let code = 0; code < width; code += 1) {
      const to = next[state * width + code] ?? 0;
      const otherwise = next[shorter * width + code] ?? 0;
      if (to === 0) next[state * width + code] = otherwise;
      else {
        failure[to] = otherwise;
        waiting.push(to);
      }
    }
  }
}
