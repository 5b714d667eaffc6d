import { bytesText, minutesText } from './amounts.ts';
import type { PackageMove, Plan } from './plan.ts';
import { stepTerms } from './step-terms.ts';

/** Digits of the plan's hash that people are shown. */
export const SHOWN_HASH_DIGITS = 6;

/**
 * Returns the plan in plain English, one text per line, without colour: what it costs in gigabytes, minutes and
 * production time first, then what moves, what was not chosen and why, the steps, and what to beware of.
 */
export function describePlan(plan: Plan): string[] {
  return [
    headline(plan),
    `  ${costs(plan).join(' · ')}`,
    ...goalLines(plan),
    ...plan.notes.map((note) => `  ${note}`),
    ...(plan.goal.kind === 'submit' && plan.moves.length === 0 ? [] : moveLines(plan)),
    ...rejectedLines(plan),
    ...stepLines(plan),
    ...warningLines(plan),
    ...(plan.mustAsk === null ? [] : [`! a person has to say yes first: ${plan.mustAsk}`]),
  ];
}

function headline(plan: Plan): string {
  const model =
    plan.model !== null
      ? `planned by ${plan.model}`
      : isThinking(plan)
        ? 'a language model works in it'
        : 'no language model';
  const { costUsd, costIsLikely } = plan.estimates;
  const noPrice = costIsLikely === true ? 'cost that nobody knows' : 'cost $0';
  const cost = costUsd === 0 ? noPrice : `cost ${costIsLikely ? 'about' : 'up to'} $${costUsd.toFixed(2)}`;
  // A playbook that was named needs no score: nothing was guessed.
  const score = plan.score === 0 ? '' : ` (${plan.score.toFixed(2)})`;
  return `Plan ${plan.hash.slice(0, SHOWN_HASH_DIGITS)} · ${plan.playbook}${score} · risk ${plan.risk} · ${model} · ${cost}`;
}

/** Whether anything in it is done by an agent that thinks. */
const isThinking = ({ steps }: Plan): boolean => steps.some(({ thinks }) => thinks !== undefined);

function costs({ estimates }: Plan): readonly string[] {
  const { downloadBytes, diskBytes, diskFreeBytes, minutes, productionDownSeconds } = estimates;
  return [
    downloadBytes === null
      ? 'download of unknown size'
      : downloadBytes === 0
        ? 'nothing to download'
        : `download ${bytesText(downloadBytes)}`,
    diskText(diskBytes, diskFreeBytes),
    minutes < 1 ? minutesText(minutes) : `about ${minutesText(minutes)}`,
    productionDownSeconds === 0
      ? 'production stays up'
      : `production down about ${Math.round(productionDownSeconds)} s, only after you approve`,
  ];
}

function diskText(diskBytes: number | null, diskFreeBytes: number): string {
  const free = `${bytesText(diskFreeBytes)} free`;
  if (diskBytes === null) return `disk use unknown, ${free}`;
  return `disk ${diskBytes < 0 ? '−' : '+'}${bytesText(Math.abs(diskBytes))} of ${free}`;
}

function goalLines({ goal, base }: Plan): readonly string[] {
  switch (goal.kind) {
    case 'work':
      return [];
    case 'restore': {
      const dropped = goal.drops.length === 0 ? 'no later merge is dropped' : `drops ${goal.drops.join(', ')}`;
      return [
        `  brings back ${goal.to} (${goal.commit.slice(0, 7)}) as a new commit on ${base.slice(0, 7)} · ${dropped}`,
      ];
    }
    case 'submit':
      return submitLines(goal, base);
    case 'open':
      return ['  a slot of the tree for you, at the branch; nothing is proposed until you submit'];
  }
}

/** Files that a plan names; the diff names all. */
const MAX_SHOWN_FILES = 12;
const signs = { added: '+', changed: '~', removed: '-' } as const;

function submitLines(goal: Extract<Plan['goal'], { kind: 'submit' }>, base: string): readonly string[] {
  const { source, paths, nPaths, outsideScope, reviewers } = goal;
  const commits = source.nCommits === 1 ? '1 commit' : `${source.nCommits} commits`;
  const files = nPaths === 1 ? '1 file' : `${nPaths} files`;
  const loose = source.nUncommitted === 0 ? '' : `, ${source.nUncommitted} not committed`;
  const shown = paths.slice(0, MAX_SHOWN_FILES).map(({ path, kind }) => `  ${signs[kind]} ${path}`);
  const more = nPaths > shown.length ? [`  … and ${nPaths - shown.length} more`] : [];
  return [
    `  takes ${files} of ${source.kind} ${source.name} (${commits}${loose}) at ${source.head.slice(0, 7)}, on ${base.slice(0, 7)}`,
    ...shown,
    ...more,
    ...outsideScope
      .slice(0, MAX_SHOWN_FILES)
      .map(({ path, owners }) =>
        owners.length === 0
          ? `! ${path} lies in the scope of no tree`
          : `! ${path} is ${owners.join(' and ')}'s: outside the scope`,
      ),
    `  checked: the exact tree is proven by starting it; rules of ${reviewers.length === 0 ? 'no other tree' : reviewers.join(', ')} look at it`,
  ];
}

function moveLines({
  moves,
  notes,
}: {
  readonly moves: readonly PackageMove[];
  readonly notes: readonly string[];
}): readonly string[] {
  const texts = moves.map(({ name, from, to }) => {
    if (from === null) return `${name} ${to ?? ''} is new`;
    return to === null ? `${name} ${from} goes` : `${name} ${from} → ${to}`;
  });
  const lines: string[] = [];
  for (let at = 0; at < texts.length; at += MOVES_PER_LINE)
    lines.push(`  ${texts.slice(at, at + MOVES_PER_LINE).join(' · ')}`);
  if (lines.length > 0) return lines;
  return notes.length === 0 ? ['  no package moves'] : [];
}

const MOVES_PER_LINE = 3;

function rejectedLines({ rejected }: Plan): readonly string[] {
  return rejected.map(({ name, version, why }) => `  not ${name} ${version}: ${why}`);
}

function stepLines({ steps }: Plan): readonly string[] {
  const width = Math.max(0, ...steps.map((step) => step.id.length));
  return steps.flatMap((step, index) => [
    `${String(index + 1).padStart(2)} ${step.id.padEnd(width)}  ${step.title} · ${step.agent}`,
    ...stepTerms(step).map((term) => `${' '.repeat(width + 5)}${TERM}${term}`),
  ]);
}

/** Begins a line that says on what terms a step is done. */
const TERM = '↳ ';

function warningLines({ warnings }: Plan): readonly string[] {
  return warnings.map((warning) => `! ${warning}`);
}
