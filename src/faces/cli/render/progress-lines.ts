import type { ProgressEvent } from '../../../app/views/progress.ts';
import { spanText } from '../../../app/views/text.ts';
import { bad, dim, good, strong, warn, type Line, type Span } from '../line.ts';

/** Widths of the columns of step lines. */
export interface StepColumns {
  readonly id: number;
}

const DURATION_WIDTH = 6;

/** Returns the lines that stay on the screen for an event; `[]` for one that is only shown while it is so. */
export function progressLines(event: ProgressEvent, columns: StepColumns): readonly Line[] {
  switch (event.kind) {
    case 'run':
      return [[strong(event.run), ` · ${event.goal}`]];
    case 'plan':
      return event.lines.map(planLine);
    case 'done':
      return [
        stepLine(
          {
            n: event.n,
            id: event.id,
            mark: event.ok ? good('✓') : bad('✗'),
            durationMs: event.durationMs,
            text: event.sentence,
          },
          columns,
        ),
      ];
    case 'retry':
      return [beside(columns, event.id, warn('↻'), `tries again: ${event.fault.message}`)];
    case 'parked':
      return [beside(columns, event.id, warn('!'), `waits for you: ${event.fault.message}`)];
    case 'review': {
      const asked = event.nAsked === 0 ? '' : ` ${event.nYes}/${event.nAsked}`;
      return [
        beside(
          columns,
          'review',
          verdictMark(event.verdict),
          `${event.reviewer}: ${event.verdict.replaceAll('-', ' ')}${asked} (${event.by})`,
        ),
      ];
    }
    case 'waits':
      return [beside(columns, event.id, warn('⧗'), event.sentence)];
    case 'mail':
      return [beside(columns, 'bus', dim('·'), event.sentence)];
    case 'found':
      return [[warn('! '), event.sentence]];
    case 'started':
    case 'note':
      return [];
  }
}

/** Returns a line like ` 5 boot    ✓   14 s  what was seen`. */
export function stepLine(
  { n, id, mark, durationMs, text }: { n: number; id: string; mark: Span; durationMs: number | null; text: string },
  columns: StepColumns,
): Line {
  const duration = durationMs === null ? '' : spanText(durationMs);
  return [
    dim(String(n).padStart(2)),
    ` ${id.padEnd(columns.id)}  `,
    mark,
    ` ${duration.padStart(DURATION_WIDTH)}  ${text}`,
  ];
}

function beside(columns: StepColumns, id: string, mark: Span, text: string): Line {
  return [`   ${id.padEnd(columns.id)}  `, mark, ` ${''.padStart(DURATION_WIDTH)}  ${text}`];
}

/** The plan in plain English is written without style; what to beware of stands out. */
export const planLine = (text: string): Line =>
  text.startsWith('! ') ? [warn('! '), text.slice(2)] : text.startsWith('Plan ') ? [strong(text)] : text;

/** Returns the mark of a review verdict. Nothing to check is no approval. */
export function verdictMark(verdict: string): Span {
  if (verdict === 'approved') return good('✓');
  if (verdict === 'rejected') return bad('✗');
  return verdict === 'nothing-to-check' ? dim('–') : warn('?');
}
