import packageFacts from '../package.json' with { type: 'json' };
import { readIdsAround, readStatusAround, writeOut } from './adapters/host/quick-doors.ts';
import { quick } from './faces/cli/quick.ts';

const argv = process.argv.slice(2);

// No top-level await, here or below: the bundle is CommonJS, which starts faster.
void run();

async function run(): Promise<void> {
  const exitStatus = await quick(argv, {
    write: writeOut,
    readStatus: () => readStatusAround(process.cwd(), process.env),
    readIds: (kind, home) =>
      readIdsAround(kind, { cwd: home ?? process.cwd(), env: process.env, program: process.argv[1] }),
    version: packageFacts.version,
  });
  process.exitCode = exitStatus ?? (await (await import('./wire.ts')).main(argv));
}
