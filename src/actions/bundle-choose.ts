import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { type Lock, readLock } from '../domain/environments/lock.ts';
import { unpackedBytes } from '../domain/environments/unpacked.ts';
import { type Component, parseComponents } from '../domain/instances/components.ts';
import { bytesText } from '../domain/plans/amounts.ts';
import type { PackageMove, PlanDraft } from '../domain/plans/plan.ts';
import { type ReadBundle, readBundle, unsound } from './_bundle.ts';
import { definePlanningAction, type PlanningContext } from './_context.ts';
import { findKeptWheel } from './_kept-wheel.ts';

const input = z.object({
  file: z.string().default(''),
  /** Fingerprint of the key that has to have signed it. */
  key: z.string().default(''),
});

/**
 * Looks at a bundle and proposes its lock, requirements and components for this home; everything else of home stays.
 * Writes nothing. Faults: `BUNDLE_INVALID`, `BUNDLE_UNTRUSTED` (signed by another key than the named one),
 * `BUNDLE_UNSUITABLE` (another Python or platform), `DISK_FULL`, `NOTHING_TO_DO`.
 */
export const bundleChoose = definePlanningAction({
  id: 'bundle.choose',
  summary: 'Look at a bundle, and propose what it carries for this home',
  effect: 'plan',
  input,
  async plan(context, asked) {
    const bundle = await readBundle(context, asked.file);
    const { head, body, texts } = bundle;
    const mustAsk = await judgeKey(context, bundle, asked.key);
    const lock = readLock({ file: 'requirements.lock', text: texts['requirements.lock'] });
    await requireSuitable(context, bundle, lock);
    const now = await readNow(context);
    if (now.lockText === texts['requirements.lock'] && now.componentsText === texts['components.lock']) {
      throw new Fault('NOTHING_TO_DO', `The branch already holds what ${bundle.file} carries.`, {
        state: 'Nothing was changed.',
      });
    }
    const room = await measureRoom(context, bundle, lock);
    const components = parseComponents(texts['components.lock']);
    for (const one of components)
      if (!head.entries.some((entry) => entry.path === `trees/${one.tree}`))
        throw unsound(bundle.file, `the files of ${one.id} are not in it`);
    return {
      moves: movesBetween(now.lock, lock),
      rejected: [],
      lockText: texts['requirements.lock'],
      requirementsText: texts['requirements.in'],
      files: [{ path: 'components.lock', text: texts['components.lock'] }],
      notes: [
        `bundle of ${body.installation}, ${body.point.title} (restore point ${body.point.number} there), ${bytesText(head.sizeBytes)}`,
        `signed by key ${head.fingerprint}`,
        ...componentNotes(now.components, components),
      ],
      mustAsk,
      pins: { file: bundle.file, digest: head.digest },
      downloadBytes: room.downloadBytes,
      diskBytes: room.diskBytes,
      warnings:
        room.nMissing === 0 ? [] : [`${room.nMissing} wheels are neither in the bundle nor kept: they are fetched`],
    } satisfies PlanDraft;
  },
});

/** Returns what a person has to say yes to: a key that nobody named. Our own needs no word. */
async function judgeKey(context: PlanningContext, { file, head }: ReadBundle, named: string): Promise<string | null> {
  const wanted = named.toLowerCase().replaceAll(/[:\s]/g, '');
  if (wanted !== '') {
    if (wanted === head.fingerprint) return null;
    throw new Fault('BUNDLE_UNTRUSTED', `${file} is signed by the key ${head.fingerprint}, not by ${named}.`, {
      hints: ['orchestrate bundle show FILE   (reads it, and changes nothing)'],
      state: 'Nothing of it was used.',
      data: { signedBy: head.fingerprint, named },
    });
  }
  if ((await context.bundles.findSigner(`${context.paths.state}/keys/bundle.pem`)) === head.fingerprint) return null;
  return `the bundle is signed by the key ${head.fingerprint}, which nobody named: compare it with what \`restore export\` printed where it was made`;
}

async function requireSuitable(context: PlanningContext, { file }: ReadBundle, lock: Lock): Promise<void> {
  const python = await context.interpreter();
  const here = `${python.abi} on ${python.platform}`;
  const there = `${lock.abi} on ${lock.platform}`;
  if (here === there) return;
  throw new Fault('BUNDLE_UNSUITABLE', `${file} is for Python ${there}; this installation has ${here}.`, {
    hints: ['Set python.program in orchestrate.yaml to such a Python, where the machine has one.'],
    state: 'Nothing of it was used.',
    data: { here, there },
  });
}

async function readNow(context: PlanningContext) {
  const read = async (path: string): Promise<string> =>
    new TextDecoder().decode(await context.store.readFile(context.baseTree, path));
  const lockText = await read('requirements.lock');
  const componentsText = await read('components.lock');
  return {
    lockText,
    componentsText,
    lock: readLock({ file: 'requirements.lock', text: lockText }),
    components: parseComponents(componentsText),
  };
}

/** Fault `DISK_FULL` when not even the wheels have room; the environment is an estimate, and asked about. */
async function measureRoom(context: PlanningContext, { file, wheels }: ReadBundle, lock: Lock) {
  const { files, paths } = context;
  let bundledBytes = 0;
  let downloadBytes: number | null = 0;
  let nMissing = 0;
  let wheelBytes = 0;
  for (const { sha256, file: wheel, sizeBytes } of lock.packages) {
    const inBundle = sha256.map((one) => wheels.get(one)).find((one) => one !== undefined);
    wheelBytes += inBundle ?? sizeBytes ?? 0;
    if ((await findKeptWheel(files, paths.wheels, { sha256, file: wheel })) !== undefined) continue;
    if (inBundle !== undefined) bundledBytes += inBundle;
    else {
      nMissing += 1;
      downloadBytes = downloadBytes === null || sizeBytes === null ? null : downloadBytes + sizeBytes;
    }
  }
  const freeBytes = await files.freeBytes(paths.home);
  if (bundledBytes >= freeBytes) {
    throw new Fault(
      'DISK_FULL',
      `The wheels of ${file} take ${bytesText(bundledBytes)}, and ${bytesText(freeBytes)} are free.`,
      { hints: ['orchestrate restore prune'], state: 'Nothing of it was used.' },
    );
  }
  return { downloadBytes, diskBytes: bundledBytes + unpackedBytes(wheelBytes), nMissing };
}

function movesBetween(before: Lock, after: Lock): readonly PackageMove[] {
  const was = new Map(before.packages.map((one) => [one.name, one.version]));
  const is = new Map(after.packages.map((one) => [one.name, one.version]));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name) => {
    const from = was.get(name) ?? null;
    const to = is.get(name) ?? null;
    return from === to ? [] : [{ name, from, to }];
  });
}

function componentNotes(before: readonly Component[], after: readonly Component[]): readonly string[] {
  const was = new Map(before.map((one) => [one.path, one]));
  const is = new Map(after.map((one) => [one.path, one]));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((path) => {
    const [old, next] = [was.get(path), is.get(path)];
    if (old?.tree === next?.tree) return [];
    if (next === undefined) return [`${old?.id ?? path} goes`];
    return [old === undefined ? `${next.id} is new` : `${next.id} ${old.tree.slice(0, 7)} → ${next.tree.slice(0, 7)}`];
  });
}
