import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeDemoWorld } from '../make.ts';
import { type Place, commands } from '../run/commands.ts';
import { findFreePort } from '../run/observe.ts';
import { type Ask, argvOf, environmentIn, productIn, reasonOf } from '../run/product.ts';
import { makeIndex, torchThatFailsLater } from '../wheels.ts';
import { git } from '../world/git.ts';
import type { Emergency } from './emergencies.ts';
import { MODEL } from './graphs.ts';

/** An installation of the drill, looked after by `serve`. */
export interface DrillWorld {
  readonly place: Place;
  readonly ask: Ask;
  readonly serve: ChildProcess;
  /** The simulator's control file. */
  readonly faults: string;
}

/** Ports for proofs: not those that an installation of the person has. */
const PROOF_PORTS = { first: 18_300, last: 18_390 };

/** Makes an installation below `folder`, adopts it, starts production and `serve`. `fails`: the newest torch fails later. Throws when the product refuses. */
export async function makeDrillWorld(
  folder: string,
  emergency: Emergency,
  { fails }: { readonly fails: boolean },
): Promise<DrillWorld> {
  const world = makeDemoWorld({ folder });
  if (emergency.upgrades && fails) makeIndex({ into: world.index.folder, extra: torchThatFailsLater() });
  for (const name of ['run', 'state', 'config', 'bin', 'tmp'])
    mkdirSync(join(folder, name), { mode: 0o700, recursive: true });
  writeModel(join(world.comfyui.path, 'models/checkpoints', MODEL));
  process.env['PATH'] = `${join(folder, 'bin')}:${process.env['PATH'] ?? '/usr/bin:/bin'}`;
  // What a program that is broken off leaves there goes with the folder.
  process.env['TMPDIR'] = join(folder, 'tmp');
  const place: Place = {
    folder,
    home: join(folder, 'home'),
    comfyui: world.comfyui.path,
    index: world.index.folder,
    smokeWorkflow: world.smokeWorkflow,
    port: await findFreePort({ isUsual: false }),
  };
  const ask = productIn(folder);
  await must(ask, commands.init(place), folder);
  const faults = join(folder, 'faults');
  writeFileSync(faults, '');
  edit(place.home, [
    ['- --cpu', `- --cpu\n    - --faults\n    - ${faults}`],
    [/^( *)first: \d+$/m, `$1first: ${PROOF_PORTS.first}`],
    [/^( *)last: \d+$/m, `$1last: ${PROOF_PORTS.last}`],
  ]);
  if (emergency.hasCard) writeDriver(folder);
  const serve = spawn(process.execPath, [...argvOf(['serve'])], {
    cwd: place.home,
    env: environmentIn(folder),
    stdio: 'ignore',
  });
  await must(ask, commands.start(), place.home);
  return { place, ask, serve, faults };
}

/** Switches the fault on. */
export function makeWrong({ faults }: DrillWorld, emergency: Emergency): void {
  writeFileSync(faults, emergency.faults.map((line) => `${line}\n`).join(''));
}

/** Does what a person does with their hands: the fault is gone, also where a program cannot see why. */
export async function mendByHand({ ask, faults, place }: DrillWorld, emergency: Emergency): Promise<void> {
  writeFileSync(faults, '');
  if (emergency.restarts) await must(ask, ['service', 'restart', '--now', '--json'], place.home);
}

type Edit = readonly [find: string | RegExp, replace: string];

/** Edits orchestrate.yaml and commits it, as a person does. */
function edit(home: string, edits: readonly Edit[]): void {
  const path = join(home, 'orchestrate.yaml');
  let text = readFileSync(path, 'utf8');
  for (const [find, replace] of edits) {
    const edited = text.replace(find, replace);
    if (edited === text) throw new Error(`orchestrate.yaml does not hold ${String(find)}`);
    text = edited;
  }
  writeFileSync(path, text);
  git(home, 'commit', '--quiet', '--message', 'drill', '--', 'orchestrate.yaml');
}

async function must(ask: Ask, command: readonly string[], cwd: string): Promise<void> {
  const answer = await ask(command, cwd);
  if (answer.exitCode !== 0)
    throw new Error(`${answer.command} ended with ${answer.exitCode}: ${reasonOf(answer.json) ?? 'it gave no reason'}`);
}

/** A file with a header that can be read and no numbers. */
function writeModel(path: string): void {
  const header = Buffer.from('{"__metadata__":{"made":"drill"}}');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(path, Buffer.concat([length, header]));
}

/** Stands in for the program of the driver: it tells of one card. */
function writeDriver(folder: string): void {
  const path = join(folder, 'bin/nvidia-smi');
  writeFileSync(
    path,
    `#!/bin/sh
case "$*" in
  *query-gpu*) echo "Card of the drill, 570.86.10, 8.6, 12288" ;;
  *) echo "| NVIDIA-SMI 570.86.10    Driver Version: 570.86.10    CUDA Version: 12.8 |" ;;
esac
`,
  );
  chmodSync(path, 0o755);
}
