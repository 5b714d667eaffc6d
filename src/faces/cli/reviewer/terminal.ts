import { emitKeypressEvents } from 'node:readline';

import { lineText, type Line } from '../line.ts';
import type { Key } from './pressed.ts';
import type { Size } from './screen.ts';

export type ScreenEvent =
  /** `frame` is the newest frame that was drawn when the key was pressed: what the person may have seen. */
  { readonly kind: 'key'; readonly key: Key; readonly frame: number } | { readonly kind: 'resize' };

/** A whole terminal, for one program of the screen. */
export interface FullScreen {
  size(): Size;
  /** Replaces everything that is shown. Returns the number of the frame, which counts up. */
  draw(lines: readonly Line[]): number;
  /** Ends when the terminal is closed. */
  readonly events: AsyncIterable<ScreenEvent>;
  /** Gives the terminal back as it was. A repeat is safe. */
  close(): void;
}

/** The part of a terminal's stream that keys come from. */
interface KeySource extends NodeJS.ReadableStream {
  setRawMode?(isRaw: boolean): unknown;
}

interface Display extends NodeJS.WritableStream {
  readonly columns?: number;
  readonly rows?: number;
}

/** Another screen of the terminal, no cursor, pastes told apart from keys. */
const ENTER = '\u001B[?1049h\u001B[?25l\u001B[?2004h\u001B[H\u001B[2J';
const LEAVE = '\u001B[?2004l\u001B[?25h\u001B[?1049l';
const HOME = '\u001B[H';
const ERASE_TO_END_OF_LINE = '\u001B[K';
const ERASE_BELOW = '\u001B[J';

const fallback: Size = { columns: 80, rows: 24 };

/** A terminal that was never given a size says zero. */
const known = (told: number | undefined, otherwise: number): number =>
  told === undefined || told < 1 ? otherwise : told;

/**
 * Takes the terminal over. It is given back by `close`, and when the process ends in any way that a process can notice.
 */
export function openTerminal(input: KeySource, output: Display, options: { hasColour: boolean }): FullScreen {
  const queue = eventQueue();
  let frame = 0;
  let drawn = '';
  let isPasting = false;
  let isOpen = true;
  const onKey = (text: string | undefined, raw: RawKey): void => {
    if (raw.name === 'paste-start') isPasting = true;
    else if (raw.name === 'paste-end') isPasting = false;
    else queue.add({ kind: 'key', key: keyOf(text, raw, isPasting), frame });
  };
  const onResize = (): void => {
    // What stood there was moved about by the terminal.
    drawn = '';
    queue.add({ kind: 'resize' });
  };
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    process.off('exit', close);
    input.off('keypress', onKey);
    input.off('end', queue.end);
    output.off('resize', onResize);
    input.setRawMode?.(false);
    input.pause();
    output.write(LEAVE);
    queue.end();
  };
  emitKeypressEvents(input);
  input.setRawMode?.(true);
  input.resume();
  input.on('keypress', onKey);
  input.on('end', queue.end);
  output.on('resize', onResize);
  process.on('exit', close);
  output.write(ENTER);
  return {
    size: () => ({ columns: known(output.columns, fallback.columns), rows: known(output.rows, fallback.rows) }),
    draw: (lines) => {
      const shown = lines.map((line) => `${lineText(line, options.hasColour)}${ERASE_TO_END_OF_LINE}`).join('\r\n');
      if (!isOpen || shown === drawn) return frame;
      frame += 1;
      drawn = shown;
      output.write(`${HOME}${shown}${ERASE_BELOW}`);
      return frame;
    },
    events: queue.events,
    close,
  };
}

/** What `node:readline` tells of a key. */
interface RawKey {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
  readonly shift?: boolean | undefined;
}

/** Returns a key by one name: letters as they are written, others as they are called. */
export function keyOf(text: string | undefined, raw: RawKey, isPasted: boolean): Key {
  const isLetter =
    text !== undefined && [...text].length === 1 && /^[\P{C}]$/u.test(text) && raw.ctrl !== true && raw.meta !== true;
  const written = isLetter ? text : isPasted && raw.name === 'return' ? ' ' : '';
  const named = raw.name === 'enter' ? 'return' : (raw.name ?? '');
  const name = isLetter && text !== ' ' ? text : raw.ctrl === true ? `ctrl-${named}` : named;
  return { name, text: written, isPasted };
}

/** Keys come when they want, and are taken one after the other. */
function eventQueue(): {
  add(event: ScreenEvent): void;
  readonly end: () => void;
  readonly events: AsyncIterable<ScreenEvent>;
} {
  const waiting: ScreenEvent[] = [];
  let isEnded = false;
  let wake: (() => void) | undefined;
  const ring = (): void => {
    wake?.();
    wake = undefined;
  };
  async function* events(): AsyncGenerator<ScreenEvent> {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else if (isEnded) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  return {
    add: (event) => {
      waiting.push(event);
      ring();
    },
    end: () => {
      isEnded = true;
      ring();
    },
    events: { [Symbol.asyncIterator]: events },
  };
}
