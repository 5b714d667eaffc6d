import type { Acceleration, Gpu } from '../../ports/accelerators.ts';
import type { ProgramResult } from '../../ports/processes.ts';

type Said = Pick<ProgramResult, 'exitCode' | 'stdout' | 'stderr'>;

/** What a clause may quote of a program's words. */
const maxQuotedChars = 120;

/**
 * Returns what `nvidia-smi` said: `page` is its plain output, `table` the answer to `--query-gpu` in comma-separated
 * values without units (name, driver, compute capability unless there are 3 columns, memory in MiB).
 */
export function readNvidiaSmi(said: { page: Said; table: Said; columns: 3 | 4 }): Acceleration {
  const { page, table, columns } = said;
  const words = `${table.stdout}\n${table.stderr}\n${page.stdout}\n${page.stderr}`;
  const known = knownFailure(words);
  if (known !== undefined) return known;
  if (table.exitCode !== 0) return unknown(`nvidia-smi failed: ${quoted(table)}`);
  const rows = table.stdout.split('\n').filter((line) => line.trim() !== '');
  const gpus: Gpu[] = [];
  let driver: string | undefined;
  for (const row of rows) {
    const read = readRow(row, columns);
    if (read === undefined) return unknown(`nvidia-smi answered something else than a table: ${quoted(table)}`);
    driver ??= read.driver;
    gpus.push(read.gpu);
  }
  if (driver === undefined) return unknown('nvidia-smi answered nothing');
  // Newer drivers say "CUDA UMD Version" beside the one of their kernel module.
  const cudaVersion = /CUDA(?: UMD)? Version:\s*([0-9]{1,3}\.[0-9]{1,3})/.exec(page.stdout)?.[1] ?? null;
  return { kind: 'nvidia', driver, cudaVersion, gpus };
}

function knownFailure(words: string): Acceleration | undefined {
  if (/No devices were found/i.test(words)) return { kind: 'none' };
  if (/Driver\/library version mismatch/i.test(words)) {
    const library = /NVML library version:\s*([0-9.]+)/.exec(words)?.[1];
    const which = library === undefined ? '' : ` (library ${library})`;
    return unknown(
      `Driver/library version mismatch${which}: the driver was updated and the machine not restarted since`,
    );
  }
  if (/NVIDIA-SMI has failed/i.test(words))
    return unknown('NVIDIA-SMI has failed: the kernel module of the driver is not loaded');
  return undefined;
}

/** A card's name may hold commas; the other values never do. */
function readRow(row: string, columns: 3 | 4): { driver: string; gpu: Gpu } | undefined {
  const parts = row.split(',').map((part) => part.trim());
  if (parts.length < columns) return undefined;
  const memory = parts.at(-1) ?? '';
  const capability = columns === 4 ? (parts.at(-2) ?? '') : '';
  const driver = parts.at(columns === 4 ? -3 : -2) ?? '';
  const name = parts.slice(0, parts.length - columns + 1).join(', ');
  if (!/^[0-9]{2,4}(?:\.[0-9]{1,4}){1,3}$/.test(driver) || name === '' || name.length > 200) return undefined;
  return {
    driver,
    gpu: {
      name,
      computeCapability: /^[0-9]{1,2}\.[0-9]$/.test(capability) ? capability : null,
      memoryBytes: /^[0-9]{1,9}$/.test(memory) ? Number(memory) * 1024 * 1024 : null,
    },
  };
}

const unknown = (reason: string): Acceleration => ({ kind: 'unknown', reason });

function quoted({ exitCode, stdout, stderr }: Said): string {
  const line = `${stderr}\n${stdout}`
    .split('\n')
    .map((one) => one.replace(/[^\x20-\x7e]/g, '?').trim())
    .find((one) => one !== '');
  return line === undefined ? `exit status ${String(exitCode)}` : JSON.stringify(line.slice(0, maxQuotedChars));
}
