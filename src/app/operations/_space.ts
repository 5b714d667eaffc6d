import { z } from 'zod';

import { asGitTreeId } from '../../base/ids.ts';
import { type PointSpace, type PointUse, spaceOf } from '../../domain/restore/space.ts';
import { createWheelFinder } from '../../engine/space/kept-wheels.ts';
import type { App, Installation } from '../app.ts';
import type { RestoreRow } from '../views/restore-view.ts';

const bytes = (what: string) => z.number().nullable().describe(`${what}, in bytes; null: unknown.`);

/** What all of it takes together. */
export const totalsSchema = z
  .object({
    environmentsBytes: bytes('Environments, as their manifests tell'),
    wheelsBytes: z.number().describe('Kept wheels, in bytes.'),
    trashBytes: z.number().describe('Trash: `restore prune` removes what is old in it.'),
    instancesBytes: z.number().describe('Composed instances, in bytes.'),
    logsBytes: z.number().describe('Logs and session reports, in bytes.'),
    toolsBytes: z.number().describe('Tools and scratch in the state folder, in bytes; made again when needed.'),
    freeBytes: z.number().describe('Free on the disk of home, in bytes.'),
  })
  .describe('What takes room, whatever needs it.');
export type SpaceTotals = z.infer<typeof totalsSchema>;

/** Returns what restore points take, by number: from manifests of environments and sizes of wheels, reading neither. */
export async function loadSpace(app: App, created: readonly RestoreRow[]): Promise<ReadonlyMap<number, PointSpace>> {
  const installation = await app.installation();
  const finder = await createWheelFinder({ ...installation, outside: app.outside });
  const uses: PointUse[] = [];
  for (const { data } of created) {
    const kept = await finder.ofTree(asGitTreeId(data.manifest.tree));
    uses.push({ number: data.number, environment: data.manifest.environment, wheels: kept?.wheels ?? null });
  }
  return spaceOf(uses, await environmentSizes(app, installation));
}

/** Returns what everything takes together. Folders are walked; no file is read. */
export async function loadTotals(app: App): Promise<SpaceTotals> {
  const installation = await app.installation();
  const { files } = app.outside;
  const { paths } = installation;
  const finder = await createWheelFinder({ ...installation, outside: app.outside });
  const sizes = [...(await environmentSizes(app, installation)).values()];
  const sum = async (...dirs: readonly string[]): Promise<number> =>
    (await Promise.all(dirs.map((dir) => files.sizeBytes(dir)))).reduce((total, one) => total + one, 0);
  return {
    environmentsBytes: sizes.reduce<number | null>(
      (total, one) => (total === null || one === null ? null : total + one),
      0,
    ),
    wheelsBytes: (await finder.all()).reduce((total, one) => total + one.sizeBytes, 0),
    trashBytes: await sum(paths.trash),
    instancesBytes: await sum(paths.instances),
    logsBytes: await sum(paths.logs, paths.sessions),
    toolsBytes: await sum(paths.tools, paths.scratch),
    freeBytes: await files.freeBytes(paths.home),
  };
}

async function environmentSizes(app: App, { paths }: Installation): Promise<ReadonlyMap<string, number | null>> {
  const sizes = new Map<string, number | null>();
  for (const id of await app.outside.files.list(paths.envs))
    sizes.set(id, (await app.outside.python.recorded(`${paths.envs}/${id}`))?.sizeBytes ?? null);
  return sizes;
}
