import { countText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { rowsText } from './words.ts';

interface Finding {
  readonly id: string;
  readonly severity: 'error' | 'warning' | 'note';
  readonly sentence: string;
  readonly evidence: readonly string[];
  readonly repair:
    | { readonly kind: 'safe'; readonly does: string }
    | { readonly kind: 'by-hand'; readonly does: string; readonly command: string | null };
}

interface DoctorOutput {
  readonly ok: boolean;
  readonly state: 'looked' | 'planned' | 'fixed' | 'nothing';
  readonly hash: string;
  readonly checks: readonly {
    readonly id: string;
    readonly ok: boolean;
    readonly fact: string;
    readonly hint: string | null;
  }[];
  readonly findings: readonly Finding[];
  readonly repairs: readonly { readonly id: string; readonly outcome: string; readonly sentence: string }[];
  readonly row: number | null;
}

/** Renders `doctor`: every check, then every disagreement with what says so and what repairs it. */
export function renderDoctor(output: DoctorOutput): readonly Line[] {
  const { ok, state, hash, checks, findings, repairs, row } = output;
  const nSafe = findings.filter(({ repair }) => repair.kind === 'safe').length;
  if (state === 'planned')
    return [
      `Plan ${hash.slice(0, 6)}: ${countText(nSafe, 'repair')}, and nothing is lost by any`,
      ...findings.filter(({ repair }) => repair.kind === 'safe').flatMap(findingLines),
    ];
  const nBad = checks.filter((check) => !check.ok).length;
  return [
    ...repairs.map(({ id, outcome, sentence }): Line => [outcomeSpan(outcome), `${id}  ${sentence}`]),
    ...(row === null ? [] : [[dim(`${countText(repairs.length, 'repair')} on record${rowsText([row])}`)] as Line]),
    ...checkLines(checks),
    ...(findings.length === 0 ? [] : ['']),
    ...findings.flatMap(findingLines),
    ok ? [good('all good')] : [bad(`${nBad} of ${checks.length} checks failed`)],
    ...(nSafe > 0 && state === 'looked' ? [nextLine('orchestrate doctor --fix')] : []),
    ...(state === 'nothing' ? ['Nothing of it can be repaired without a person.'] : []),
  ];
}

function checkLines(checks: DoctorOutput['checks']): readonly Line[] {
  const width = Math.max(0, ...checks.map(({ id }) => id.length));
  return checks.flatMap((check): Line[] => [
    [check.ok ? good('✓ ') : bad('✗ '), `${check.id.padEnd(width)}  ${check.fact}`],
    ...(check.hint === null ? [] : [[dim(`  ${''.padEnd(width)}  → `), check.hint]]),
  ]);
}

function findingLines({ id, severity, sentence, evidence, repair }: Finding): readonly Line[] {
  const does: Line =
    repair.kind === 'safe'
      ? [dim('    --fix: '), repair.does]
      : [dim('    by hand: '), repair.does, repair.command === null ? '' : ` · ${repair.command}`];
  return [
    [severitySpan(severity), ' ', strong(id), `  ${sentence}`],
    ...(evidence.length === 0 ? [] : [[dim(`    ${evidence.join(' · ')}`)] as Line]),
    does,
  ];
}

const severitySpan = (severity: Finding['severity']): Span =>
  ({ error: bad('error'), warning: warn('warning'), note: 'note' })[severity];

const outcomeSpan = (outcome: string): Span =>
  outcome === 'failed' ? bad('✗ ') : outcome === 'moved' ? warn('! ') : good('✓ ');
