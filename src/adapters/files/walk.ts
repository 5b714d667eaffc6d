import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { performance } from 'node:perf_hooks';

import { isAbsent } from './file-fault.ts';

/** A path below the one that is walked. Bytes, because a name need not be text. */
export interface Entry {
  readonly path: Buffer;
  /** Relative to the start, `''` for the start itself; bytes that are no UTF-8 become `\xNN`. */
  readonly name: string;
  readonly stat: Stats;
}

/** A step returns a promise only when it does something long. */
export interface Visitor {
  /** Called for everything that is not a folder. Links are not followed. */
  entry(entry: Entry): void | Promise<void>;
  /** Called before what is in the folder. */
  enter?(entry: Entry): void;
  /** Called after what is in the folder. */
  leave?(entry: Entry): void;
  /** Leaves out an entry and all below it. */
  skip?(name: string): boolean;
}

/** The longest time that a walk keeps everything else in this process waiting. */
const sliceMs = 8;

/**
 * Visits a path and all below it, in no promised order; nothing when it is absent. Small steps are
 * synchronous and come in slices: a promise for each of 50,000 files makes a walk five times as long.
 */
export async function walk(path: string, visitor: Visitor): Promise<void> {
  let sliceEndMs = performance.now() + sliceMs;

  const visit = async (path: Buffer, name: string, stat: Stats): Promise<void> => {
    if (performance.now() > sliceEndMs) {
      await new Promise((resolve) => setImmediate(resolve));
      sliceEndMs = performance.now() + sliceMs;
    }
    const entry: Entry = { path, name, stat };
    if (!stat.isDirectory()) return visitor.entry(entry);
    visitor.enter?.(entry);
    for (const child of unlessAbsent(() => readdirSync(path, { encoding: 'buffer' })) ?? []) {
      const childName = name === '' ? textOf(child) : `${name}/${textOf(child)}`;
      if (visitor.skip?.(childName) === true) continue;
      const childPath = Buffer.concat([path, slash, child]);
      const childStat = unlessAbsent(() => lstatSync(childPath));
      if (childStat !== undefined) await visit(childPath, childName, childStat);
    }
    visitor.leave?.(entry);
  };

  const start = Buffer.from(path);
  const stat = unlessAbsent(() => lstatSync(start));
  if (stat !== undefined) await visit(start, '', stat);
}

const slash = Buffer.from('/');

/** Another process may take an entry away while we walk. */
function unlessAbsent<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Returns the bytes as text that names them and nothing else: a backslash or line end is escaped, too. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  const exact = Buffer.from(text).equals(bytes)
    ? text
    : [...bytes].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : hex(byte))).join('');
  return exact === text
    ? text.replace(/[\\\n\r]/g, (char) => (char === '\\' ? '\\\\' : hex(char.charCodeAt(0))))
    : exact;
}

const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;
