import { countText } from '../../../app/views/text.ts';
import { bad, dim, good, strong, warn, type Line } from '../line.ts';
import { rowsText } from './words.ts';

interface Shown {
  readonly run: string;
  readonly hash: string;
  readonly isDead: boolean;
  readonly from: { readonly slot: string; readonly port: number };
  readonly to: string | null;
  readonly nFiles: number;
  readonly isKept: boolean;
  readonly attempts: readonly {
    readonly attempt: string;
    readonly verdict: string;
    readonly signs: readonly string[];
  }[];
}

interface Output {
  readonly supervisor: {
    readonly pid: number;
    readonly epoch: number;
    readonly hash: string;
    readonly signs: readonly string[];
  } | null;
  readonly state: 'planned' | 'done' | 'nothing';
  readonly runs: readonly Shown[];
  readonly moved: {
    readonly run: string;
    readonly from: { readonly slot: string; readonly port: number };
    readonly to: { readonly slot: string; readonly port: number };
    readonly ref: string | null;
    readonly row: number;
  } | null;
}

/** Renders `failover`: each run with what speaks for its steps being alive or dead, then what is done about it. */
export function renderFailover({ state, supervisor, runs, moved }: Output): readonly Line[] {
  if (supervisor !== null && state === 'done')
    return [[good('A new supervisor goes on'), `; what pid ${supervisor.pid} still writes is refused`]];
  if (supervisor !== null)
    return [
      [bad('dead'), ` the supervisor, pid ${supervisor.pid}: ${supervisor.signs.join(', ')}`],
      [
        strong(`Plan ${supervisor.hash.slice(0, 12)}`),
        ' starts another one in its place, which goes on with every run',
      ],
    ];
  if (moved !== null)
    return [
      [
        good(`${moved.run} goes on in ${moved.to.slot} on :${moved.to.port}`),
        `, ${moved.from.slot} on :${moved.from.port} before`,
        dim(rowsText([moved.row])),
      ],
      moved.ref === null
        ? 'Its files could not be kept; they lie in the old slot.'
        : `Its files are kept: ${moved.ref}`,
    ];
  if (runs.length === 0) return ['No run holds a slot.'];
  const lines = runs.flatMap((one): Line[] => [
    [strong(one.run), ` in ${one.from.slot} on :${one.from.port}`],
    ...one.attempts.map(({ attempt, verdict, signs }): Line => [
      '  ',
      verdict === 'dead' ? bad('dead') : verdict === 'alive' ? good('alive') : dim(verdict),
      ` ${attempt}: ${signs.join(', ')}`,
    ]),
    ...(one.isDead ? [planLine(one)] : []),
  ]);
  return state === 'nothing' ? [...lines, [good('Nothing is dead.')]] : lines;
}

function planLine({ hash, to, nFiles, isKept, from }: Shown): Line {
  if (to === null)
    return [
      '  ',
      warn('no other slot is free'),
      `: orchestrate trees scale ${from.slot.split('@')[0] ?? ''} <one more>`,
    ];
  const kept = isKept
    ? `keeps ${countText(nFiles, 'changed file')} and brings them to ${to}`
    : `its files cannot be stored and stay in ${from.slot}; begins anew in ${to}`;
  return ['  ', strong(`Plan ${hash.slice(0, 12)}`), ` ${kept}, on its home port or the next free one`];
}
