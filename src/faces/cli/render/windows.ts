import type { TimesView } from '../../../app/operations/_times.ts';
import { timeText } from '../../../app/views/text.ts';
import { dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { table } from './table.ts';

/** Renders windows and freezes. */
export function renderTimes({ times, state, zone }: TimesView): readonly Line[] {
  const rows = times.map(({ id, kind, text, reason, at, isNow, fromMs, toMs }): Span[] => [
    isNow ? good('●') : ' ',
    strong(at === id ? at : id),
    kind === 'freeze' ? warn(kind) : kind,
    text,
    `${isNow ? 'until' : 'from'} ${timeText(isNow ? toMs : fromMs)}`,
    dim(`${reason ?? ''}${at === id ? '' : ` ${at}`}`.trim()),
  ]);
  const words = {
    frozen: warn('Frozen: nothing merges but a way back and what breaks the glass.'),
    open: good('Open: what was approved for the window merges now.'),
    shut: 'Shut: what was approved with --tonight waits; all else merges when it is approved.',
  };
  return [...table(['', 'id', '', 'when', 'next', ''], rows), '', [words[state], dim(` This machine is in ${zone}.`)]];
}
