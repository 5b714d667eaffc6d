import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import { buildingName } from './environment-manifest.ts';
import type { Parts } from './parts.ts';

/** Programs of an interrupted build get this long to end by themselves. */
const stopGraceMs = 500;

/** The marker before it got its name: a build that was killed while it wrote it holds nothing else. See `writeAtomic`. */
const halfWritten = /^\.orchestrate-[0-9a-f-]{36}\.tmp$/;

/**
 * Removes what an interrupted build left, after ending its programs. A folder that no build of
 * ours began is refused. The marker goes last, so that an interrupted removal is known for one, too.
 */
export async function removeUnfinished(parts: Parts, dir: string): Promise<void> {
  const info = await parts.files.info(dir);
  if (info === undefined) return;
  const names = info.kind === 'directory' ? await parts.files.list(dir) : [];
  const isOurs = names.includes(buildingName) || names.every((name) => halfWritten.test(name));
  if (info.kind !== 'directory' || !isOurs) {
    throw new Fault(
      'ENVIRONMENT_BUILD_FAILED',
      `The folder ${dir} holds something that is not an environment of orchestrate.`,
      {
        state: 'Nothing was changed.',
        data: { names: names.slice(0, 20) },
      },
    );
  }
  const builders = (await parts.processes.findMarked(() => true)).filter(
    ({ argv }) => argv[0]?.startsWith(`${dir}/`) === true,
  );
  await Promise.all(builders.map((found) => parts.processes.stop(found, { graceMs: stopGraceMs })));
  await parts.files.setReadOnly(dir, false);
  for (const name of names) if (name !== buildingName) await parts.files.remove(join(dir, name));
  await parts.files.remove(dir);
}
