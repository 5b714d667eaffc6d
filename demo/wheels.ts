import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { type Wheel, type WheelSpec, makeWheel } from './wheel/make-wheel.ts';
import { writeIndex } from './wheel/simple-index.ts';
import { BREAK_MODES, type BreakMode, stock } from './wheel/stock.ts';

export { makeWheel, type Wheel, type WheelSpec } from './wheel/make-wheel.ts';
export { BREAK_MODES, type BreakMode, torchThatFailsLater } from './wheel/stock.ts';

export interface IndexOptions {
  /** Folder to write into; made when absent. */
  readonly into: string;
  /** Adds one torch newer than all others that fails in this place. */
  readonly breakMode?: BreakMode | undefined;
  /** More wheels beside the stock. */
  readonly extra?: readonly WheelSpec[];
}

export interface Index {
  /** Absolute path: for `--find-links`; the PEP 503 tree is in its `simple/`. */
  readonly folder: string;
  readonly wheels: readonly Omit<Wheel, 'bytes'>[];
}

/** Makes the demonstration's package index on disk. Repeating it gives the same bytes. */
export function makeIndex({ into, breakMode, extra = [] }: IndexOptions): Index {
  const folder = resolve(into);
  const wheels = [...stock(breakMode), ...extra].map(makeWheel);
  writeIndex(folder, wheels);
  return {
    folder,
    wheels: wheels.map(({ name, version, file, sha256, sizeBytes }) => ({ name, version, file, sha256, sizeBytes })),
  };
}

/** Returns the break mode named by a word from a command line; throws on an unknown one. */
export function requireBreakMode(word: string | undefined): BreakMode | undefined {
  if (word === undefined) return undefined;
  const found = BREAK_MODES.find((mode) => mode === word);
  if (!found) throw new Error(`--break takes ${BREAK_MODES.join(', ')}; got "${word}"`);
  return found;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { break: { type: 'string' } } });
  const [into] = positionals;
  if (!into) {
    console.error('usage: node demo/wheels.ts <folder> [--break import|boot|smoke]');
    process.exit(2);
  }
  const index = makeIndex({ into, breakMode: requireBreakMode(values.break) });
  for (const wheel of index.wheels) {
    console.log(`${wheel.sha256}  ${wheel.file}`);
  }
}
