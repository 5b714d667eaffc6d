import type { SpaceTotals } from '../../../app/operations/_space.ts';
import type { RestoreView } from '../../../app/views/restore-view.ts';
import type { RunHead } from '../../../app/views/run-view.ts';
import { countText, listText, moveText, roomText, shortId, timeText } from '../../../app/views/text.ts';
import type { TreeView } from '../../../app/views/tree-view.ts';
import { nextLine } from '../failure.ts';
import { dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { drillLine } from './drill.ts';
import { table } from './table.ts';
import { rowsText, stateSpan } from './words.ts';

interface BrokenTag {
  readonly tag: string;
  readonly where: 'home' | 'store';
  readonly found: string | null;
}

/** Renders `restore list`. */
export function renderRestoreList({
  restorePoints,
  broken,
  totals,
}: {
  readonly restorePoints: readonly RestoreView[];
  readonly broken: readonly BrokenTag[];
  readonly totals: SpaceTotals;
}): readonly Line[] {
  if (restorePoints.length === 0) return ['No restore point yet: the first one is made by init.'];
  const rows = restorePoints.map((point): Span[] => [
    point.isCurrent ? good('●') : ' ',
    strong(point.name),
    gradeSpan(point.grade),
    roomText(point.ownBytes),
    roomText(point.sharedBytes),
    point.isPinned ? 'pinned' : '',
    point.made,
    timeText(point.madeAtMs),
    shortId(point.commit),
    point.moves.slice(0, 2).map(moveText).join(' · ') +
      (point.moves.length > 2 ? ` · ${point.moves.length - 2} more` : ''),
  ]);
  const previous = restorePoints.find(({ isCurrent }) => !isCurrent);
  return [
    ...table(['', 'restore point', 'grade', 'own', 'shared', '', 'made by', 'when', 'commit', 'packages'], rows),
    '',
    totalsText(totals),
    ...broken.map(({ tag, where, found }): Line => [
      warn(`! ${tag} ${found === null ? 'is missing' : `names ${shortId(found)}`} in the ${where}`),
    ]),
    ...(broken.length === 0 ? [] : [nextLine('orchestrate restore mend')]),
    ...(previous === undefined ? [] : [nextLine(`orchestrate restore to ${previous.number} --dry-run`)]),
  ];
}

const totalsText = (totals: SpaceTotals): string =>
  [
    `environments ${roomText(totals.environmentsBytes)}`,
    `wheels ${roomText(totals.wheelsBytes)}`,
    `trash ${roomText(totals.trashBytes)}`,
    `instances ${roomText(totals.instancesBytes)}`,
    `logs ${roomText(totals.logsBytes)}`,
    `tools ${roomText(totals.toolsBytes)}`,
    `${roomText(totals.freeBytes)} free`,
  ].join(' · ');

/** Renders `restore show`. */
export function renderRestoreShow(point: RestoreView): readonly Line[] {
  return [
    [strong(point.name), ' · ', gradeSpan(point.grade), ` · ${gradeText(point)}`, dim(rowsText([point.row]))],
    `${point.title}, made by ${point.made}${point.run === null ? '' : ` in ${point.run}`}, ${timeText(point.madeAtMs)}`,
    `commit ${shortId(point.commit)}, tree ${shortId(point.gitTree)}, environment ${point.environment?.slice(0, 12) ?? (point.grade === 'files' ? 'not looked after' : 'adopted')}${point.isCurrent ? '; the branch is here' : ''}`,
    ...(point.grade === 'files'
      ? []
      : [
          `${roomText(point.environmentBytes)} environment and ${roomText(point.wheelsBytes)} wheels on disk: ${roomText(point.ownBytes)} of its own, ${roomText(point.sharedBytes)} that others need as well`,
          drillLine(point.lastDrill),
        ]),
    ...(point.isPinned
      ? [`pinned: its environment stays${point.pinReason === null ? '' : ` (${point.pinReason})`}`]
      : []),
    ...point.moves.map((move) => `  ${moveText(move)}`),
    ...(point.userFolder === null
      ? []
      : [
          `your user folder as it was then: ${point.userFolder.files} files of ${point.userFolder.dir}`,
          ...point.userFolder.left.slice(0, 5).map((one) => `  not kept: ${one}`),
        ]),
    ...(point.isCurrent ? [] : ['', nextLine(`orchestrate restore to ${point.number} --dry-run`)]),
  ];
}

const gradeWords: Readonly<Record<RestoreView['grade'], string>> = {
  ready: 'the same bytes are there, verified just now',
  offline: 'rebuilt from kept wheels, without the network',
  'needs-network': 'some packages have to be fetched',
  borrowed: 'adopted as it was found, not sealed',
  files: 'the files exactly; no environment is looked after',
};

/** What is borrowed is not ours to keep: what is known is how it lies there now. */
function gradeText({ grade, condition }: RestoreView): string {
  if (condition === null) return gradeWords[grade];
  const now = {
    intact: 'as it was recorded, looked at just now',
    drifted: 'not as it was recorded any more, so nothing starts from it until it is',
    gone: 'its interpreter is gone, so nothing starts from it until that is back',
  }[condition];
  return `${gradeWords[grade]}, not ours to keep; ${now}`;
}

function gradeSpan(grade: RestoreView['grade']): Span {
  if (grade === 'ready') return good(grade);
  return grade === 'offline' || grade === 'files' ? grade : warn(grade);
}

/** Renders `runs list`. */
export function renderRunsList({ runs }: { readonly runs: readonly RunHead[] }): readonly Line[] {
  if (runs.length === 0) return ['No runs.', nextLine('orchestrate run "upgrade pytorch" --dry-run')];
  return table(
    ['run', 'state', 'when', 'goal'],
    runs.map(({ run, state, startedAtMs, goal, waiting }): Span[] => [
      strong(run),
      stateSpan(state),
      timeText(startedAtMs),
      waiting === null ? goal : `${goal} · ${waiting.sentence}`,
    ]),
  );
}

interface ListedChange {
  readonly change: string;
  readonly title: string;
  readonly tree: string;
  readonly state: string;
  readonly risk: string;
  readonly nFiles: number;
  readonly notProven: readonly string[];
}

/** Renders `review list`. */
export function renderReviewList({ changes }: { readonly changes: readonly ListedChange[] }): readonly Line[] {
  const [first] = changes;
  if (first === undefined) return ['Nothing waits for you.'];
  const rows = changes.map(({ change, title, tree, state, risk, nFiles, notProven }): Span[] => [
    strong(change),
    stateSpan(state),
    tree,
    risk,
    String(nFiles),
    String(notProven.length),
    title,
  ]);
  return [
    ...table(['change', 'state', 'tree', 'risk', 'files', 'not proven', 'what it does'], rows),
    '',
    nextLine(`orchestrate review show ${first.change}`),
  ];
}

/** Renders `trees list`. */
export function renderTreesList({ trees }: { readonly trees: readonly TreeView[] }): readonly Line[] {
  return trees.flatMap(({ tree, title, homePort, nSlots, slots, waiting, rule, reviewers, scope, ...told }): Line[] => [
    [strong(tree), ` :${homePort} · ${title} · ${countText(nSlots, 'slot')}`, dim(rule === null ? '' : ` (${rule})`)],
    [dim(`  may change ${listText(scope)}${reviewers.length === 0 ? '' : `; reviewed by ${listText(reviewers)}`}`)],
    ...(told.channels.length === 0 ? [] : [[dim(`  publishes ${listText(told.channels)}`)] satisfies Line]),
    ...(told.listens.length === 0 ? [] : [[dim(`  hears ${listText(told.listens)}`)] satisfies Line]),
    ...slots.map(({ name, state, head, isBeyond, lease }): Line => {
      const at = state === 'unmade' ? 'not made yet' : `${state}${head === null ? '' : ` at ${shortId(head)}`}`;
      const where = isBeyond ? `${at}; beyond the ${nSlots} that it has, and stays until nobody needs it` : at;
      if (lease === null) return [`  ${name.padEnd(tree.length + 3)}`, dim(`free, ${where}`)];
      const skipped = lease.skipped.map(({ port, why }) => `:${port} ${why}`).join(', ');
      return [
        `  ${name.padEnd(tree.length + 3)}`,
        strong(lease.run),
        ` on :${lease.port}${skipped === '' ? '' : ` (${skipped})`}, ${where}`,
        dim(rowsText([lease.row])),
      ];
    }),
    ...waiting.map(({ run, priority, sinceMs }): Line => [
      '  waits ',
      strong(run),
      `${priority === 'normal' ? '' : `, ${priority}`}, since ${timeText(sinceMs)}`,
    ]),
  ]);
}
