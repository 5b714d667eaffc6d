import * as fs from 'node:fs';
import { join } from 'node:path';

import type { FaultWorld } from './fault-world.ts';

/** The file in which the faults of the simulator are switched on. */
export const faultsOf = (world: FaultWorld): string => join(world.live, 'faults');

/** Lets services read their faults from that file, from their next start on; `service` are more lines of that section. */
export function readFaults(world: FaultWorld, service: readonly string[] = []): void {
  world.edit('orchestrate.yaml', [
    ['  mode: managed', ['  mode: managed', ...service.map((line) => `  ${line}`)].join('\n')],
    ['- --cpu', `- --cpu\n    - --faults\n    - ${faultsOf(world)}`],
  ]);
}

/** Switches faults on, one a line, and all others off. */
export const strike = (world: FaultWorld, ...faults: readonly string[]): void =>
  fs.writeFileSync(faultsOf(world), `${faults.join('\n')}\n`);

/** Switches all of them off. */
export const spare = (world: FaultWorld): void => fs.rmSync(faultsOf(world), { force: true });
