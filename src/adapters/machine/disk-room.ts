import { statfs } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import type { MachineFacts } from '../../ports/machine-facts.ts';

type Room = Awaited<ReturnType<MachineFacts['disk']>>;
export type AskDisk = (path: string) => Promise<{ bsize: number; blocks: number; bavail: number }>;

/** A disk answers in microseconds, one on the network in milliseconds. */
const answerMs = 2_000;

/**
 * Creates the look at the room of disks. A network disk that went away answers for as long as nobody reaches it, and each question holds a
 * thread: so one question per path is open, and while it is late the path is silent at once.
 */
export function createDiskRoom(ask: AskDisk = statfs, limitMs = answerMs): MachineFacts['disk'] {
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
