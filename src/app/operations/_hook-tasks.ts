import { dataOf } from '../../domain/journal/kinds.ts';
import type { App } from '../app.ts';
import { newest } from '../views/journal-reader.ts';

/** Tasks that others work on, at most so many. */
const maxTold = 20;
/** Rows that are looked through for them. */
const maxRows = 500;

/** Returns what others told that they work on, in this very moment. */
export async function othersAt(
  app: App,
  mine: { readonly task: string | null; readonly session: string | null },
): Promise<readonly string[]> {
  const { ledger } = await app.installation();
  const rows = ledger.read({ kinds: ['hook.task'], descending: true, limit: maxRows });
  const open = rows.flatMap((entry) => {
    const told = dataOf('hook.task', entry);
    const isNewest = told !== undefined && newest(ledger, 'hook.task', `hook-task:${told.task}`)?.seq === entry.seq;
    const isMine = told?.task === mine.task || (told?.session === mine.session && mine.session !== null);
    if (told === undefined || !isNewest || told.act === 'ended' || isMine) return [];
    return [`${told.by.name} works on ${told.task}: ${told.description.slice(0, 120)} (#${entry.seq})`];
  });
  return open.slice(0, maxTold);
}
