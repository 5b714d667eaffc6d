import { Fault } from '../base/fault.ts';
import { plannedFiles } from '../domain/plans/plan.ts';
import type { ActionContext } from './_context.ts';

/** Writes the plan's files into the slot, byte for byte as they were shown. Returns the paths that were not so before. A repeat is safe. */
export async function writePlanned({ plan, slot, files }: ActionContext): Promise<string[]> {
  const written: string[] = [];
  for (const { path, text } of plannedFiles(plan)) {
    const file = `${slot.dir}/${path}`;
    if ((await files.readText(file)) === (text ?? undefined)) continue;
    if (text === null) await files.remove(file);
    else {
      await files.ensureDir(file.slice(0, file.lastIndexOf('/')));
      await files.writeAtomic(file, text);
    }
    written.push(path);
  }
  return written;
}

/** Fault `TREE_TAMPERED` when the slot holds other bytes than the plan. */
export async function requirePlanned({ plan, slot, files }: ActionContext): Promise<void> {
  for (const { path, text } of plannedFiles(plan)) {
    if ((await files.readText(`${slot.dir}/${path}`)) === (text ?? undefined)) continue;
    throw new Fault('TREE_TAMPERED', `${path} in the slot is not what the plan wrote.`, {
      state: 'The branch and production are as they were.',
    });
  }
}
