import type { Finding } from '../../../domain/doctor/finding.ts';
import type { Look } from '../look.ts';

/** A git at work holds its lock for less than this. */
const staleMs = 60_000;
const names = ['index.lock', 'HEAD.lock', 'config.lock', 'packed-refs.lock', 'shallow.lock'];

/** Lock files that a git left that is gone. Refs have locks of their own; a start of the supervisor clears those. */
export const lookAtLocks: Look = async ({ paths, outside: { files, clock } }) => {
  const findings: Finding[] = [];
  for (const [where, dir] of [
    ['home', paths.gitDir],
    ['store', paths.store],
  ] as const)
    for (const name of names) {
      const path = `${dir}/${name}`;
      const info = await files.info(path);
      if (info === undefined || clock.nowMs() - info.mtimeMs <= staleMs) continue;
      findings.push({
        id: `lock:${where}:${name}`,
        area: 'locks',
        severity: 'error',
        sentence: `a git that is gone left ${path}`,
        evidence: [path],
        repair: {
          kind: 'safe',
          act: 'clear-locks',
          subject: where,
          does: 'remove it, if no process has it open and no git is at work there',
        },
      });
    }
  return { fact: 'no stale lock files of git', findings };
};
