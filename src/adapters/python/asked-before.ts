import { realpath, stat } from 'node:fs/promises';

import type { Interpreter } from './interpreter.ts';

/** What was told, and what its files were then. */
interface Told {
  readonly interpreter: Interpreter;
  readonly files: string;
}

const told = new Map<string, Told>();

/**
 * Asks an interpreter once in the life of this process, and again when its file or its pip has changed. Remembered is only a
 * file that is itself the interpreter it tells of and that `isGood`: a script in front of one may choose another tomorrow,
 * and what one lacks may be installed meanwhile. Writes nothing; a repeat is safe.
 */
export async function askOnce(
  path: string,
  { ask, isGood }: { ask: () => Promise<Interpreter | undefined>; isGood: (interpreter: Interpreter) => boolean },
): Promise<Interpreter | undefined> {
  const before = told.get(path);
  if (before !== undefined && before.files === (await filesOf(path, before.interpreter))) return before.interpreter;
  const interpreter = await ask();
  if (interpreter !== undefined && isGood(interpreter) && (await realPathOf(path)) === interpreter.program)
    told.set(path, { interpreter, files: await filesOf(path, interpreter) });
  return interpreter;
}

/** The program and the pips beside it, each as the kernel tells it apart from whatever takes its place. */
async function filesOf(path: string, { pips }: Interpreter): Promise<string> {
  const seen = await Promise.all(
    [path, ...pips.map((pip) => pip.path)].map(async (file) => {
      const found = await stat(file, { bigint: true }).catch(() => undefined);
      return found && [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':');
    }),
  );
  return seen.join(' ');
}

const realPathOf = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined);
