import { lineText } from '../../src/faces/cli/line.ts';
import type { Size } from '../../src/faces/cli/reviewer/screen.ts';
import { type FullScreen, keyOf, type ScreenEvent } from '../../src/faces/cli/reviewer/terminal.ts';

/** A key by its name or its letter, or something that happens meanwhile. */
export type Act = string | (() => unknown);

export interface FakeScreen extends FullScreen {
  /** Every frame that was drawn, as text. */
  readonly frames: readonly string[];
  readonly last: () => string;
  readonly isClosed: () => boolean;
}

const named: ReadonlySet<string> = new Set([
  'up',
  'down',
  'return',
  'escape',
  'backspace',
  'pagedown',
  'pageup',
  'home',
  'end',
  'left',
  'right',
  'space',
]);

/** Returns a terminal at which the acts happen one after the other, each when all that follows from the one before is drawn. */
export function fakeScreen(acts: readonly Act[], size: Size = { columns: 80, rows: 24 }): FakeScreen {
  const frames: string[] = [];
  let isClosed = false;
  const rest = async (): Promise<void> => {
    for (let n = 0; n < 60; n += 1)
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
  };
  async function* events(): AsyncGenerator<ScreenEvent> {
    for (const act of acts) {
      await rest();
      if (isClosed) return;
      if (typeof act === 'function') {
        await act();
        continue;
      }
      for (const name of named.has(act) || act.startsWith('ctrl-') ? [act] : act) yield eventOf(name);
    }
    await rest();
  }
  const eventOf = (name: string): ScreenEvent => {
    const isCtrl = name.startsWith('ctrl-');
    const raw = { name: isCtrl ? name.slice(5) : name === ' ' ? 'space' : name, ctrl: isCtrl };
    const text = [...name].length === 1 ? name : undefined;
    return { kind: 'key', key: keyOf(text, raw, false), frame: frames.length };
  };
  return {
    frames,
    last: () => frames.at(-1) ?? '',
    isClosed: () => isClosed,
    size: () => size,
    draw: (lines) => frames.push(lines.map((line) => lineText(line, false)).join('\n')),
    events: { [Symbol.asyncIterator]: events },
    close: () => void (isClosed = true),
  };
}
