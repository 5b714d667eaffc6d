/** What a server writes before it answers; the second as soon as its port is open. A level and colours may stand before it. */
const marks = ['Starting server', 'To see the GUI go to:'] as const;

/** How far a start has come by what the server writes: the last mark that stands in its log; null: it still loads, or writes elsewhere. */
export type StartMark = (typeof marks)[number] | null;

/** Returns the last mark of a start in the text of a log. A mark is a line of its own: one that a node pack quotes is none. */
export function startMark(log: string): StartMark {
  let found: StartMark = null;
  for (const line of log.split(/[\r\n]+/)) {
    const plain = line.replace(level, '');
    found = marks.find((mark) => plain.startsWith(mark)) ?? found;
  }
  return found;
}

// oxlint-disable-next-line no-control-regex -- colours of a terminal
const level = /^(?:\u001B\[[\d;]*m|\[\w+\] ?|\s)*/;

/** Says which side of a start is missing, when its time is over: what the server wrote, or its answer. */
export const missingText = (mark: StartMark): string =>
  mark === null
    ? 'Neither is there: its log does not say "Starting server", so that it still loads or is stuck in an import, and /system_stats is not answered'
    : `Its log says "${mark}", but /system_stats is not answered`;
