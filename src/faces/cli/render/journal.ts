import { countText, timeText } from '../../../app/views/text.ts';
import { nextLine } from '../failure.ts';
import { bad, dim, good, strong, type Line } from '../line.ts';

interface TailRow {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly sentence: string;
  readonly hash: string;
  readonly data: Readonly<Record<string, unknown>> | null;
}

/** Renders `journal tail`. */
export function renderJournalTail({ rows }: { readonly rows: readonly TailRow[] }): readonly Line[] {
  if (rows.length === 0) return ['No rows.'];
  const width = String(rows.at(-1)?.seq ?? 0).length + 1;
  return rows.flatMap(({ seq, atMs, kind, sentence, hash, data }): Line[] => [
    [strong(`#${seq}`.padStart(width)), dim(`  ${timeText(atMs)}  ${kind.padEnd(20)}  `), sentence],
    ...(data === null ? [] : [[dim(`hash ${hash}`)], ...JSON.stringify(data, null, 2).split('\n')]),
  ]);
}

interface Verified {
  readonly ok: boolean;
  readonly nRows: number | null;
  readonly headSeq: number | null;
  readonly headHash: string | null;
  readonly firstBadSeq: number | null;
  readonly reason: string | null;
}

/** Renders `journal verify`. */
export function renderJournalVerify({ ok, nRows, headSeq, headHash, firstBadSeq, reason }: Verified): readonly Line[] {
  if (ok)
    return [
      [good('✓ '), `${nRows ?? 0} rows, the chain holds up to #${headSeq ?? 0}`],
      [dim(`head ${headHash ?? ''}`)],
    ];
  return [[bad('✗ '), `the chain breaks at #${firstBadSeq ?? 0}: ${reason ?? 'no reason was given'}`]];
}

interface ShownRow extends Omit<TailRow, 'data'> {
  readonly epoch: number;
  readonly run: string | null;
  readonly keys: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  readonly prev: string;
  readonly fits: boolean;
}

/** Renders `journal show`. */
export function renderJournalShow({
  seq,
  atMs,
  kind,
  sentence,
  hash,
  prev,
  keys,
  run,
  epoch,
  data,
  fits,
}: ShownRow): readonly Line[] {
  return [
    [strong(`#${seq}`), dim(`  ${timeText(atMs)}  ${kind}`)],
    sentence,
    '',
    [dim('run     '), run ?? '–'],
    [dim('keys    '), keys.length === 0 ? '–' : keys.join(', ')],
    [dim('epoch   '), String(epoch)],
    [dim('before  '), prev],
    [
      dim('hash    '),
      hash,
      ' ',
      fits ? good('✓ as it was written') : bad('✗ is not what was written: orchestrate journal verify'),
    ],
    '',
    ...JSON.stringify(data, null, 2).split('\n'),
  ];
}

interface Exported {
  readonly file: string;
  readonly nRows: number;
  readonly firstSeq: number | null;
  readonly lastSeq: number | null;
  readonly headHash: string | null;
  readonly isAll: boolean;
}

/** Renders `journal export`. */
export function renderJournalExport({ file, nRows, firstSeq, lastSeq, headHash, isAll }: Exported): readonly Line[] {
  return [
    [
      strong(file),
      `: ${countText(nRows, 'row')}${firstSeq === null ? '' : `, #${firstSeq} to #${lastSeq ?? firstSeq}`}`,
    ],
    ...(headHash === null ? [] : [[dim(`hash of the last ${headHash}`)] satisfies Line]),
    ...(isAll ? [] : [nextLine(`orchestrate journal export <file> --after ${lastSeq ?? 0}`)]),
  ];
}
