import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';

/** Which call fails in a program that is started with `faultyEnv`: the n-th of its kind on a file below a folder. */
export interface IoFault {
  readonly kind: 'write' | 'sync' | 'read' | 'open' | 'name' | 'change';
  /** `ENOSPC` 28, `EIO` 5, `EACCES` 13. */
  readonly errno: number;
  readonly at: number;
  /** That call and all later ones; else it alone. */
  readonly andLater?: boolean;
  /** The program is killed just before that call; it does not fail. */
  readonly kills?: boolean;
  readonly under: string;
}

export const errnos = { ENOSPC: 28, EIO: 5, EACCES: 13 } as const;

/** Compiles the library that makes calls fail. Undefined where there is no C compiler, or no Linux: then nothing is tried. */
export function buildIoFault(folder: string): string | undefined {
  const library = join(folder, 'io-fault.so');
  if (process.platform !== 'linux') return undefined;
  if (fs.existsSync(library)) return library;
  try {
    const source = join(import.meta.dirname, 'io-fault.c');
    execFileSync('cc', ['-shared', '-fPIC', '-w', '-O1', '-o', library, source, '-ldl'], { stdio: 'pipe' });
    return library;
  } catch {
    process.stdout.write('io faults: no C compiler, nothing can be made to fail\n');
    return undefined;
  }
}

/** The variables that let a program fail so; `log` is emptied. */
export function faultyEnv(library: string, fault: IoFault, log: string): Readonly<Record<string, string>> {
  fs.rmSync(log, { force: true });
  return {
    LD_PRELOAD: library,
    IO_FAULT_KIND: fault.kind,
    IO_FAULT_ERRNO: String(fault.errno),
    IO_FAULT_AT: String(fault.at),
    IO_FAULT_UNDER: fault.under,
    IO_FAULT_LOG: log,
    ...(fault.andLater === true ? { IO_FAULT_FROM: '1' } : {}),
    ...(fault.kills === true ? { IO_FAULT_KILL: '1' } : {}),
  };
}

/** What the log says: how often a call failed, and which calls came after on the file that failed first. */
export function readFaultLog(log: string): { readonly nFired: number; readonly after: readonly string[] } {
  const lines = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
  return {
    nFired: lines.filter((line) => line.startsWith('fired ')).length,
    after: lines.filter((line) => !line.startsWith('fired ')),
  };
}
