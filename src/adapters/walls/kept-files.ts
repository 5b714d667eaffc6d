import { lstatSync, readFileSync, realpathSync } from 'node:fs';

import type { WallSpec } from '../../ports/walls.ts';
import { writeAtomic } from '../files/write-atomic.ts';
import { inside } from './places-inside.ts';

/** A login is some kilobytes. */
const maxKeptBytes = 1024 * 1024;

export interface KeptFiles {
  /** What is put into HOME. */
  readonly files: readonly { readonly at: string; readonly mode: number; readonly data: string | Uint8Array }[];
  /** Those of them that are handed out at the end, by their place inside. */
  readonly keptPaths: readonly string[];
  /** Takes the line `kept <number> <base64>` of the script inside. Writes the host's file when it changed there, is well-formed, and is still the one that was read. */
  take(line: string): Promise<void>;
}

/** Reads the files of a HOME. A `from` that is not there is left out. */
export function openKept(home: WallSpec['home']): KeptFiles {
  const files = home.flatMap(({ path, text, from, mode = 0o600, keep }) => {
    const data = text ?? (from === undefined ? '' : readIfThere(from));
    const at = path.startsWith('/') ? path : `${inside.home}/${path}`;
    return data === undefined ? [] : [{ at, mode, data, from: keep === true ? from : undefined }];
  });
  const kept = files.filter(({ from }) => from !== undefined);
  return {
    files,
    keptPaths: kept.map(({ at }) => at),
    async take(line) {
      const [, number, encoded] = /^kept (\d+) ([A-Za-z0-9+/=]*)$/.exec(line) ?? [];
      const file = number === undefined ? undefined : kept[Number(number)];
      if (file?.from === undefined || encoded === undefined) return;
      const [before, after] = [Buffer.from(file.data), Buffer.from(encoded, 'base64')];
      if (after.equals(before) || after.length > maxKeptBytes || !isLike(before, after)) return;
      if (readIfThere(file.from)?.equals(before) !== true) return;
      await writeAtomic(realpathSync(file.from), after, lstatSync(realpathSync(file.from)).mode & 0o777);
    },
  };
}

/** A refreshed login is the same JSON with other tokens and times. Anything else was not written by whoever the login is of. */
function isLike(before: Buffer, after: Buffer): boolean {
  try {
    return isRefreshed(JSON.parse(before.toString('utf8')), JSON.parse(after.toString('utf8')), '');
  } catch {
    return false;
  }
}

/** Names of what a refresh changes: `accessToken`, `refresh_token`, `id_token`, `expiresAt`, `expires`, `last_refresh`, `access`, `refresh`. */
const refreshed = /^(?:\w*token|expires?\w*|last_?refresh|access|refresh)$/i;

function isRefreshed(before: unknown, after: unknown, name: string): boolean {
  if (isObject(before) && isObject(after)) {
    const names = Object.keys(before);
    return (
      names.length === Object.keys(after).length &&
      names.every((one) => Object.hasOwn(after, one) && isRefreshed(before[one], after[one], one))
    );
  }
  if (isObject(before) || isObject(after)) return false;
  if (JSON.stringify(before) === JSON.stringify(after)) return true;
  const isPlain = typeof after === 'number' || (typeof after === 'string' && !after.includes('://'));
  return typeof before === typeof after && isPlain && refreshed.test(name);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
