import type { LocatedText } from '../definitions/locator.ts';
import { parseRequirements, printRequirement, type Requirement } from './requirements.ts';

export interface MergedRequirements {
  /** requirements.in with what the component changed; every other character is the person's. */
  readonly text: string;
  /** Lines that the person wrote otherwise than the old component did, and that the new one changes: theirs stay. */
  readonly kept: readonly { readonly name: string; readonly yours: string; readonly asked: string }[];
}

/**
 * Brings what a component's requirements.txt changed between two versions into requirements.in, package by package:
 * a line that the person left as the old component had it becomes the new one's; a line that they changed wins, and is
 * told; a package that the component no longer asks for goes only where the line is still its own.
 * Fault: `DEFINITION_INVALID` with the position, in whichever of the three cannot be read.
 */
export function mergeRequirements(texts: {
  readonly before: LocatedText;
  readonly after: LocatedText;
  readonly mine: LocatedText;
}): MergedRequirements {
  const before = byName(parseRequirements(texts.before));
  const after = byName(parseRequirements(texts.after));
  const mine = parseRequirements(texts.mine);
  const kept: MergedRequirements['kept'][number][] = [];
  const lines = texts.mine.text.split('\n');
  const gone = new Set<number>();
  for (const one of mine) {
    const was = before.get(one.name);
    const now = after.get(one.name);
    if (printed(was) === printed(now)) continue;
    if (was === undefined || printed(one) !== printed(was)) {
      if (now !== undefined && printed(now) !== printed(one))
        kept.push({ name: one.name, yours: printed(one), asked: printed(now) });
      continue;
    }
    if (now === undefined) gone.add(one.line);
    else lines[one.line - 1] = printRequirement({ ...now, comment: one.comment }) + lineEnd(lines[one.line - 1]);
  }
  const present = new Set(mine.map((one) => one.name));
  const added = [...after.values()].filter((one) => !before.has(one.name) && !present.has(one.name)).map(printed);
  const text = lines.filter((_, index) => !gone.has(index + 1)).join('\n');
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return { text: added.length === 0 ? text : `${text}${gap}${added.join('\n')}\n`, kept };
}

/** The last line of a package counts, as it does for pip. */
const byName = (requirements: readonly Requirement[]): ReadonlyMap<string, Requirement> =>
  new Map(requirements.map((one) => [one.name, one]));

const printed = (one: Requirement | undefined): string =>
  one === undefined ? '' : printRequirement({ ...one, writtenName: one.name, comment: null });

const lineEnd = (line: string | undefined): string => (line?.endsWith('\r') === true ? '\r' : '');
