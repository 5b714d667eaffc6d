import type { BisectView } from '../../../app/views/bisect-view.ts';
import type { RunView } from '../../../app/views/run-view.ts';
import { countText, listText, moveText, spanText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, good, type Line, strong, warn } from '../line.ts';
import { renderRun } from './run.ts';
import { pathsText, rowsText } from './words.ts';

/** Renders `restore bisect`: what each state showed, the merge that broke it, and what to type. */
export function renderBisect(view: RunView): readonly Line[] {
  const { bisect, run } = view;
  if (bisect === null || view.waiting !== null || !view.isFinal) return renderRun(view);
  return [
    ...bisect.probes.map(probeLine),
    ...bisect.notProven.map((one) => [dim(`not proven: ${one}`)] satisfies Line),
    headLine(bisect),
    ...bisect.suspects.flatMap((one) => suspectLines(one, bisect.suspects.length > 1 ? nameOf(one) : null)),
    `${run} changed nothing.`,
    nextLine(`${bisect.command}   (back to ${bisect.backTo})`),
  ];
}

function probeLine({ commit, point, verdict, sentence, durationMs, row }: BisectView['probes'][number]): Line {
  const word = verdict.padEnd(8);
  const said = { good: good(word), bad: bad(word), skipped: warn(word) }[verdict];
  return [
    said,
    spanText(durationMs).padStart(7),
    `  ${point ?? commit.slice(0, 7)}: ${sentence}`,
    dim(rowsText([row])),
  ];
}

function headLine({ suspects, watched, row }: BisectView): Line {
  const [only, ...more] = suspects;
  const lost = ` broke ${listText(watched)}`;
  if (only !== undefined && more.length === 0) return [strong(nameOf(only)), lost, dim(rowsText([row]))];
  return [
    strong(`One of ${countText(suspects.length, 'commit')}`),
    `${lost}; those between could not be tried`,
    dim(rowsText([row])),
  ];
}

type Suspect = BisectView['suspects'][number];

const nameOf = ({ point, commit }: Suspect): string => point ?? commit.slice(0, 7);

/** `name` where there are others to tell it from. */
function suspectLines(suspect: Suspect, name: string | null): readonly Line[] {
  const { commit, title, made, run, change, packages, components, paths, nPaths } = suspect;
  const from = [change, run].filter((one) => one !== null).join(' of ');
  const who = from !== '' ? from : made === 'by-hand' || made === null ? 'a commit by hand' : made;
  const differ = [...components, ...packages];
  return [
    [...(name === null ? ['  '] : [strong(name), ': ']), title, dim(`  commit ${commit.slice(0, 12)}, ${who}`)],
    ...(differ.length === 0
      ? [['  no package and no component differs'] satisfies Line]
      : differ.map((one) => [`  ${moveText(one)}`] satisfies Line)),
    [dim(`  ${countText(nPaths, 'file')}: ${pathsText(paths, 5)}${nPaths > paths.length ? ', …' : ''}`)],
  ];
}
