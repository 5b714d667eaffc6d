import { statfs } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import { Fault } from '../../base/fault.ts';
import type { MachineFacts } from '../../ports/machine-facts.ts';
import type { Processes } from '../../ports/processes.ts';

type Room = Awaited<ReturnType<MachineFacts['disk']>>;
export type AskDisk = (path: string) => Promise<{ bsize: number; blocks: number; bavail: number }>;

/** A disk answers in microseconds, one on the network in milliseconds. */
const answerMs = 2_000;
/** Then the program is ended, as far as the kernel lets it go, and the next look asks anew. */
const programMs = 60_000;

/**
 * Returns a question about a disk that a program puts: what waits for a disk that went away is then a process of its own, and no thread of ours.
 * Where there is no such program the system is asked. The answer of coreutils and busybox: block size, blocks, blocks that are free for us.
 */
export function askByProgram(processes: Pick<Processes, 'run'>): AskDisk {
  return async (path) => {
    try {
      const args = ['-f', '-c', '%S %b %a', '--', path];
      const { stdout } = await processes.run({ program: 'stat', args, env: { LC_ALL: 'C' }, timeoutMs: programMs });
      const numbers = /^(\d+) (\d+) (\d+)\s*$/.exec(stdout);
      if (numbers === null) throw new Error(`no room is told of ${path}`);
      const [bsize = 0, blocks = 0, bavail = 0] = numbers.slice(1).map(Number);
      return { bsize, blocks, bavail };
    } catch (error) {
      if (error instanceof Fault && error.code === 'PROCESS_FAILED') return statfs(path);
      throw error;
    }
  };
}

/**
 * Creates the look at the room of disks. A network disk that went away answers for as long as nobody reaches it: so one question per path is
 * open, and while it is late the path is silent at once.
 */
export function createDiskRoom(ask: AskDisk, limitMs = answerMs): MachineFacts['disk'] {
  const open = new Map<string, { readonly room: Promise<Room>; isLate: boolean }>();
  const begin = (path: string) => {
    const question = { room: roomOf(ask, path).finally(() => open.delete(path)), isLate: false };
    open.set(path, question);
    return question;
  };
  return async (path) => {
    const question = open.get(path) ?? begin(path);
    if (question.isLate) return 'silent';
    const over = new AbortController();
    const { signal } = over;
    const late = pause(limitMs, 'silent' as const, { signal }).catch(() => 'silent' as const);
    const answer = await Promise.race([question.room, late]);
    over.abort();
    if (answer === 'silent') question.isLate = true;
    return answer;
  };
}

/** What is not there, or not for us, has no room. */
async function roomOf(ask: AskDisk, path: string): Promise<Room> {
  try {
    const { bsize, blocks, bavail } = await ask(path);
    return { path, totalBytes: bsize * blocks, freeBytes: bsize * bavail };
  } catch {
    return undefined;
  }
}
