/** A program: builds an environment that does not fit into the folder that is its argument, and prints what came of it. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createDigest } from '../../../src/adapters/clock/digest.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { createFiles } from '../../../src/adapters/files/files.ts';
import { fixedSearchPath } from '../../../src/adapters/host/search-path.ts';
import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import { createProcesses } from '../../../src/adapters/process/processes.ts';
import { createPython } from '../../../src/adapters/python/python.ts';
import { Fault } from '../../../src/base/fault.ts';
import type { EnvironmentId } from '../../../src/base/ids.ts';
import { plain, writePackages } from './packages.ts';

const dir = join(process.argv[2] ?? '', 'environment');
const folder = mkdtempSync(join(tmpdir(), 'orchestrate-contract-'));
const [clock, files] = [createSystemClock(), createFiles()];
const processes = createProcesses({ spawner: createInProcessSpawner(), clock });
const searchPath = fixedSearchPath(process.env['PATH']);
const python = createPython({ processes, files, clock, digest: createDigest(), searchPath });
try {
  const large = plain('large', '1', { files: { 'large.bin': randomBytes(4_000_000) } });
  const packages = writePackages(join(folder, 'index'), [large]).map((wheel) => ({ ...wheel, sha256: [wheel.sha256] }));
  const toolsDir = join(folder, 'tools');
  const [index, wheelsDir] = [{ kind: 'folder', path: join(folder, 'index') } as const, join(folder, 'wheels')];
  const request = { id: 'e' as EnvironmentId, dir, lockText: '', packages, wheelsDir, index, mark: 'm', toolsDir };
  const outcome = await python
    .build({ ...request, python: await python.probe({ toolsDir }) })
    .catch((error: unknown) => error);
  const code = outcome instanceof Fault ? outcome.code : String(outcome);
  process.stdout.write(`${code} ${(await python.inspect(dir)).kind}\n`);
} finally {
  await processes.close();
  await files.remove(folder);
}
