import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { BuildRequest, LockedPackage, PackageIndex, PythonFacts } from '../../ports/python.ts';
import type { Scratch } from './child-environment.ts';
import { throwPipFault } from './classify-pip.ts';
import { hashFile } from './hash-file.ts';
import { indexSource } from './index-source.ts';
import { lockLines } from './lock-lines.ts';
import { requireModernPip } from './modern-pip.ts';
import type { Parts } from './parts.ts';
import { runPip } from './run-pip.ts';
import { ensureBareVenv } from './tools.ts';

/** Several gigabytes over a slow line. */
const downloadTimeoutMs = 6 * 60 * 60_000;

export interface KeptWheels {
  /** Absolute path of the wheel of each package, in the order of the request. */
  readonly paths: readonly string[];
  readonly downloadedBytes: number;
  readonly fromKept: number;
}

export type WheelRequest = BuildRequest & { readonly python: PythonFacts; readonly toolsDir: string };

/**
 * Makes sure that every wheel of the lock is kept as `<wheelsDir>/<sha256>/<file>`, with the bytes
 * that the lock names: kept ones are checked, missing ones are fetched. A repeat is safe.
 */
export async function ensureWheels(parts: Parts, request: WheelRequest, scratch: Scratch): Promise<KeptWheels> {
  const before = await Promise.all(request.packages.map((locked) => findKept(parts, request.wheelsDir, locked)));
  const missing = request.packages.filter((_, at) => before[at] === undefined);
  const downloadedBytes = missing.length === 0 ? 0 : await fetchWheels(parts, request, { missing, scratch });
  const paths = await Promise.all(
    request.packages.map(async (locked, at) => {
      const path = before[at] ?? (await findKept(parts, request.wheelsDir, locked));
      if (path === undefined)
        throw new Fault(
          'WHEEL_HASH_MISMATCH',
          `The index gave no wheel of ${locked.name} ${locked.version} that the lock names.`,
        );
      return path;
    }),
  );
  return { paths, downloadedBytes, fromKept: request.packages.length - missing.length };
}

async function findKept(parts: Parts, wheelsDir: string, locked: LockedPackage): Promise<string | undefined> {
  for (const sha256 of locked.sha256) {
    const dir = join(wheelsDir, sha256);
    const names = (await parts.files.list(dir)).filter((name) => name.endsWith('.whl'));
    const name = names.find((candidate) => candidate === locked.file) ?? names[0];
    if (name === undefined) continue;
    const path = join(dir, name);
    const found = await hashFile(path);
    if (found === sha256) return path;
    throw new Fault(
      'WHEEL_HASH_MISMATCH',
      `The kept wheel ${path} is not the package that its folder names: its sha256 is ${found}.`,
      {
        state: 'Nothing was installed.',
        hints: [`rm -r ${dir}`],
        data: { path, expected: sha256, found },
      },
    );
  }
  return undefined;
}

/** Each wheel comes from the index that the lock names for it; the others are not asked. */
async function fetchWheels(
  parts: Parts,
  request: WheelRequest,
  { missing, scratch }: { missing: readonly LockedPackage[]; scratch: Scratch },
): Promise<number> {
  let bytes = 0;
  for (const [name, packages] of Map.groupBy(missing, ({ index }) => index)) {
    const index = requireIndex(request, { name, packages });
    const fetchedDir = join(scratch.dir, 'fetched');
    await fetchFrom(parts, request, { index, packages, scratch, fetchedDir });
    for (const file of await parts.files.list(fetchedDir))
      bytes += await keepWheel(parts, join(fetchedDir, file), { name: file, wheelsDir: request.wheelsDir });
    await parts.files.remove(fetchedDir);
  }
  return bytes;
}

function requireIndex(
  { index, namedIndexes = {} }: WheelRequest,
  { name, packages }: { name: string | undefined; packages: readonly LockedPackage[] },
): PackageIndex {
  const found = index === undefined || name === undefined ? index : namedIndexes[name];
  if (found !== undefined) return found;
  const names = packages.map((one) => `${one.name} ${one.version}`).join(', ');
  const [why, hints] =
    index === undefined
      ? ['No package index may be used, and these wheels are not kept', []]
      : [
          `The lock takes these wheels from the index ${name}, which is not known`,
          ['Set python.torch-index in orchestrate.yaml to the folder or address above it.'],
        ];
  throw new Fault('INDEX_UNREACHABLE', `${why}: ${names}.`, {
    state: 'Nothing was installed.',
    data: { missing: packages.map(({ file }) => file) },
    ...(hints.length === 0 ? {} : { hints }),
  });
}

async function fetchFrom(
  parts: Parts,
  { python, toolsDir, mark }: WheelRequest,
  from: {
    index: PackageIndex;
    packages: readonly LockedPackage[];
    scratch: Scratch;
    fetchedDir: string;
  },
): Promise<void> {
  const { scratch, fetchedDir } = from;
  const source = await indexSource(parts, from.index, scratch);
  const bare = await ensureBareVenv(parts, python, toolsDir);
  const pipVersion = await requireModernPip(parts, { python, bare, toolsDir, source, scratch, mark });
  const listPath = join(scratch.dir, 'fetch.txt');
  await parts.files.writeAtomic(listPath, lockLines(from.packages));
  const outcome = await runPip(parts, {
    ...{ python: bare, toolsDir, pipVersion, source, scratch, mark },
    command: 'download',
    args: ['--no-deps', '--require-hashes', '--dest', fetchedDir, '--requirement', listPath],
    timeoutMs: downloadTimeoutMs,
  });
  if (!outcome.isOk) throwPipFault(outcome, source.name, 'Nothing was installed.');
}

/** Moves a wheel to the folder that its own bytes name. The bytes are on the disk before the name is. */
async function keepWheel(
  parts: Parts,
  from: string,
  { name, wheelsDir }: { name: string; wheelsDir: string },
): Promise<number> {
  const dir = join(wheelsDir, await hashFile(from));
  const to = join(dir, name);
  const handle = await open(from, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await parts.files.ensureDir(dir);
  await moveFile(parts, from, to);
  return (await parts.files.info(to))?.sizeBytes ?? 0;
}

/** The tools folder and the folder of wheels may be on different file systems. */
async function moveFile(parts: Parts, from: string, to: string): Promise<void> {
  try {
    await parts.files.rename(from, to);
  } catch (error) {
    if (!(error instanceof Fault) || error.data?.['code'] !== 'EXDEV') throw error;
    const beside = `${to}.tmp`;
    await parts.files.remove(beside);
    await parts.files.copyTree(from, beside);
    const handle = await open(beside, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await parts.files.rename(beside, to);
  }
}
