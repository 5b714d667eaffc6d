import type { CardHolder } from '../../ports/accelerators.ts';

const mebibyte = 1024 ** 2;

/** Reads `pid, process_name, used_memory` lines; a name may hold commas, and a line of another shape is left out. */
export function readHolders(table: string): readonly CardHolder[] {
  return table.split(/\r?\n/).flatMap((line) => {
    const found = /^\s*(\d{1,10})\s*,\s*(.*\S)\s*,\s*(\d+|\[[^\]]*\])\s*(?:MiB)?\s*$/.exec(line);
    if (found === null) return [];
    const [, pid, name = '', memory = ''] = found;
    return [{ pid: Number(pid), name, memoryBytes: /^\d+$/.test(memory) ? Number(memory) * mebibyte : null }];
  });
}
