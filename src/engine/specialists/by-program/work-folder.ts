import type { ProgramRunner } from '../../../domain/agent-programs/agent-program.ts';
import { projectConfig } from '../../../domain/agent-programs/own-config.ts';
import type { ProgramWork } from '../../../ports/index.ts';
import type { Engine } from '../../engine.ts';
import { requireLease, snapshotSlot } from '../../tasks/slot.ts';
import type { WorkOrder } from '../order.ts';

/** What an attempt of a program needs beside the slot, in a folder of its own below the state folder. */
export interface WorkFolder {
  readonly gitDir: string;
  readonly covers: ProgramWork['covers'];
  /** Names at the top of the slot that the program does not see. */
  readonly hidden: readonly string[];
  /** Takes the folder away. A repeat is safe. */
  remove(): Promise<void>;
}

/**
 * Makes the private repository of an attempt from the slot's files, and says what of the slot is seen another way: `.git` names that repository, and whatever such
 * programs obey on sight is empty, unless the agent's file names it. A repeat makes it anew.
 */
export async function makeWorkFolder(
  engine: Engine,
  { parts, slotDir, agent }: WorkOrder,
  runner: ProgramRunner,
): Promise<WorkFolder> {
  const { files } = engine.outside;
  const dir = `${engine.paths.scratch}/programs/${parts.attempt}`;
  await files.remove(dir);
  const gitDir = `${dir}/git`;
  const over = { folder: `${dir}/empty`, text: `${dir}/nothing`, json: `${dir}/nothing.json`, git: `${dir}/pointer` };
  await files.ensureDir(over.folder, { mode: 0o700 });
  await files.writeAtomic(over.text, '');
  await files.writeAtomic(over.json, '{}\n');
  await files.writeAtomic(over.git, `gitdir: ${gitDir}\n`);

  const there = new Set(await files.list(slotDir));
  // An agent's file names what it wants as these programs do themselves: `@CLAUDE.md`.
  const hidden = projectConfig[runner].filter((name) => there.has(name) && !agent.instructions.includes(`@${name}`));
  const covers = [{ from: over.git, at: `${slotDir}/.git` }];
  for (const name of hidden) {
    const at = `${slotDir}/${name}`;
    const isFolder = (await files.info(at))?.kind === 'directory';
    covers.push({ from: isFolder ? over.folder : /\.jsonc?$/.test(name) ? over.json : over.text, at });
  }

  const tree = await snapshotSlot(engine, requireLease(engine, parts.run));
  const without = (await engine.store.list(tree)).filter(({ path }) => isBelow(path, hidden));
  const seen = await engine.store.editTree(tree, new Map(without.map(({ path }) => [path, null])));
  await engine.store.exportForWork(seen, gitDir);
  return { gitDir, covers, hidden, remove: () => files.remove(dir) };
}

const isBelow = (path: string, names: readonly string[]): boolean =>
  names.some((name) => path === name || path.startsWith(`${name}/`));
