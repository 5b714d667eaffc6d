import type { PackageMove } from '../plans/plan.ts';

const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();

/** Returns a merge commit's message: title, moved packages, trailers, one for each value. Every value is forced onto one line (A28, A29). */
export function mergeMessage(options: {
  title: string;
  moves: readonly PackageMove[];
  trailers: Readonly<Record<string, string | readonly string[]>>;
}): string {
  const moves = options.moves.map(
    ({ name, from, to }) => `- ${oneLine(name)} ${oneLine(from ?? '(none)')} -> ${oneLine(to ?? '(none)')}`,
  );
  const trailers = Object.entries(options.trailers).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${oneLine(value)}`),
  );
  return [oneLine(options.title), ...(moves.length > 0 ? ['', ...moves] : []), '', ...trailers, ''].join('\n');
}
