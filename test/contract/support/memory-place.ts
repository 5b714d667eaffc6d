import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { createDigest } from '../../../src/adapters/clock/digest.ts';
import { createMemory } from '../../../src/adapters/memory/memory.ts';
import type { Memory } from '../../../src/ports/index.ts';
import { createFakeClock } from '../../fakes/fake-clock.ts';
import type { MemoryPlace } from '../memory.contract.ts';

/**
 * A memory folder and a state folder on this disk. Files that are edited carry the time of the fake clock. `create`: makes the memory,
 * when a control does it without a defence.
 */
export function makeMemoryPlace(
  create: typeof createMemory = createMemory,
): MemoryPlace & { readonly dir: string; readonly stateDir: string } {
  const base = fs.mkdtempSync(join(tmpdir(), 'memory-'));
  const [dir, stateDir] = [join(base, 'memory'), join(base, 'state')];
  const clock = createFakeClock();
  fs.mkdirSync(dir);
  fs.mkdirSync(stateDir, { mode: 0o700 });
  const editor = { kind: 'person', name: 'anna' } as const;
  return {
    dir,
    stateDir,
    clock,
    open: (): Memory => create({ dir, stateDir, clock, digest: createDigest(), editor }),
    edit(path, bytes) {
      const file = join(dir, path);
      if (bytes !== undefined) fs.mkdirSync(dirname(file), { recursive: true });
      if (bytes === undefined || bytes === null) fs.rmSync(file, { force: true });
      if (bytes === null) fs.symlinkSync('/etc/passwd', file);
      if (bytes === undefined || bytes === null) return;
      fs.writeFileSync(file, bytes);
      fs.utimesSync(file, clock.nowMs() / 1_000, clock.nowMs() / 1_000);
    },
    read: (path) => (fs.existsSync(join(dir, path)) ? fs.readFileSync(join(dir, path), 'utf8') : undefined),
    remove: async () => fs.rmSync(base, { recursive: true, force: true }),
  };
}
