import { normalName } from '../environments/package-name.ts';
import type { Plan } from './plan.ts';

/** Returns the packages that a plan is about: those named in its inputs, and the first of its moves; the others move along with them. */
export function packagesAbout({ inputs, moves }: Pick<Plan, 'inputs' | 'moves'>): readonly string[] {
  const moved = new Set(moves.map(({ name }) => name));
  const words = Object.values(inputs).flatMap((value) => value.split(/[\s,]+/));
  const named = words.map((word) => normalName(word.replace(/[=<>!~[].*$/, ''))).filter((name) => moved.has(name));
  return [...new Set([...named, ...moves.slice(0, 1).map(({ name }) => name)])];
}
