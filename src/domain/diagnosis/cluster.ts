import type { EvidenceLine } from './finding.ts';

/** Lines that say the same but for numbers, paths and names. */
export interface Cluster {
  /** The words that all have, `<*>` where they differ. */
  readonly shape: string;
  readonly times: number;
  /** The first of them. */
  readonly evidence: EvidenceLine;
}

export interface Clusters {
  add(line: EvidenceLine): void;
  /** Most frequent first. */
  all(): readonly Cluster[];
}

/** More shapes than this are no shapes: what comes later and fits none is not kept. */
const maxClusters = 200;
const maxWords = 40;
/** Share of words that have to be the same. */
const sameShare = 0.6;

/** Gathers lines that no signature knows by their shape (after Drain: same length, most words the same). */
export function createClusters(): Clusters {
  const byLength = new Map<number, { words: string[]; times: number; evidence: EvidenceLine }[]>();
  let nClusters = 0;
  return {
    add(line) {
      const words = maskLine(line.text).split(/\s+/).filter(Boolean).slice(0, maxWords);
      if (words.length === 0) return;
      const group = byLength.get(words.length) ?? [];
      byLength.set(words.length, group);
      const fit = group.find((one) => sameWords(one.words, words) >= sameShare * words.length);
      if (fit !== undefined) {
        fit.words = fit.words.map((word, index) => (word === words[index] ? word : '<*>'));
        fit.times += 1;
      } else if (nClusters < maxClusters) {
        nClusters += 1;
        group.push({ words, times: 1, evidence: line });
      }
    },
    all: () =>
      [...byLength.values()]
        .flat()
        .map(({ words, times, evidence }) => ({ shape: words.join(' '), times, evidence }))
        .sort((a, b) => b.times - a.times || a.evidence.line - b.evidence.line),
  };
}

/** Returns a line with what changes from one time to the next taken out: ids, addresses, paths, numbers. */
export const maskLine = (text: string): string =>
  text
    .slice(0, 400)
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>')
    .replace(/\b0x[0-9a-f]+\b/gi, '<hex>')
    .replace(/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b/gi, '<hex>')
    .replace(/(?:[A-Za-z]:)?(?:[\\/][\w.@+-]+){2,}/g, '<path>')
    .replace(/\d+(?:[.:,]\d+)*/g, '<n>');

const sameWords = (a: readonly string[], b: readonly string[]): number =>
  a.filter((word, index) => word === b[index] || word === '<*>').length;
