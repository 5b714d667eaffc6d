import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What supervisors that are gone left is kept for so many of them: enough to see what went wrong today. */
const keptLogs = 20;

const logName = /^supervisor-(\d+)\.log(?:\.\d+)?$/;

/**
 * Removes the logs of supervisors that are gone, but for those of the newest twenty. Those of living processes stay, whatever their
 * installation. A repeat is safe; a log that cannot be removed disturbs nobody.
 */
export function removeOldLogs(dir: string): void {
  if (!existsSync(dir)) return;
  try {
    const files = readdirSync(dir).flatMap((name) => {
      const pid = logName.exec(name)?.[1];
      return pid === undefined ? [] : [{ path: join(dir, name), pid: Number(pid) }];
    });
    const gone = [...Map.groupBy(files, ({ pid }) => pid)]
      .filter(([pid]) => !isAlive(pid))
      .map(([, group]) => ({
        group,
        newestMs: Math.max(...group.map(({ path }) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)),
      }))
      .sort((a, b) => b.newestMs - a.newestMs);
    for (const { path } of gone.slice(keptLogs).flatMap(({ group }) => group)) rmSync(path, { force: true });
  } catch {
    // The journal is the truth; the next supervisor tries again.
  }
}

/** A signal 0 reaches whoever is there; one that is another user's is there as well. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
