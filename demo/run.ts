// The demonstration: makes a small world, drives the product by its command line, and says what it saw.
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { type DemoBreak, makeDemoWorld, requireDemoBreak } from './make.ts';
import { type Place, commands } from './run/commands.ts';
import { Findings, reportText } from './run/findings.ts';
import { findFreePort, namesIn } from './run/observe.ts';
import { againWithoutNetwork, isOffline } from './run/offline.ts';
import { type OwnProcess, ownProcesses, stopOwnProcesses, untilEnded } from './run/processes.ts';
import { type Ask, productIn } from './run/product.ts';
import { removeTree } from './run/remove-tree.ts';
import { adopt, refuseBrokenUpgrade, upgradeAndUndo } from './run/scenes.ts';

const USAGE = `npm run demo [-- --break import|boot|smoke|conflict] [--keep] [--dir FOLDER]

  --break WHERE  add a newer, broken torch, or (conflict) a node pack that takes one torch only,
                 and show that production stays as it is
  --keep         keep the folder
  --dir FOLDER   use this new or empty folder`;

/** On a busy machine a supervisor that has stopped its work takes a while until its process is gone. */
const END_MS = 60_000;

interface Options {
  readonly breakMode: DemoBreak | undefined;
  readonly keep: boolean;
  readonly dir: string | undefined;
}

process.exitCode = await start(process.argv.slice(2));

async function start(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (!isOffline()) {
    const exitCode = await againWithoutNetwork(import.meta.filename, args);
    if (exitCode !== undefined) return exitCode;
  }
  return demonstrate(options);
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { break: { type: 'string' }, keep: { type: 'boolean', default: false }, dir: { type: 'string' } },
  });
  if (values.dir !== undefined && namesIn(values.dir).length > 0) throw new Error(`${values.dir} is not empty`);
  return { breakMode: requireDemoBreak(values.break), keep: values.keep, dir: values.dir };
}

async function demonstrate({ breakMode, keep, dir }: Options): Promise<number> {
  // Short, since the product's sockets are in it and their paths have a limit of about 100 characters.
  const folder = dir === undefined ? mkdtempSync(join(tmpdir(), 'orchestrate-demo-')) : resolve(dir);
  const record = new Findings();
  const ask = productIn(folder);
  const place: Place = {
    folder,
    home: join(folder, 'comfy-home'),
    comfyui: join(folder, 'ComfyUI'),
    index: join(folder, 'index'),
    smokeWorkflow: join(folder, 'ComfyUI', 'smoke', 'padded-card.json'),
    port: await findFreePort(),
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    void cleanUp(place, ask, { keep, askFirst: false }).finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);

  console.log(`The demonstration's folder: ${folder}`);
  console.log(
    isOffline()
      ? 'There is no network here but loopback.'
      : 'The network stays on: this machine does not let us take it away.',
  );
  let closing = '';
  try {
    await record.timed('making the world', () => makeDemoWorld({ folder, breakMode }));
    mkdirSync(join(folder, 'run'), { mode: 0o700 });
    await adopt({ place, ask, record });
    if (breakMode === undefined) await upgradeAndUndo({ place, ask, record });
    else closing = `Stopped, and nothing changed: ${await refuseBrokenUpgrade({ place, ask, record }, breakMode)}`;
  } catch (error) {
    record.meets(
      'the demonstration came to its end',
      'yes',
      error instanceof Error ? error.message : String(error),
      false,
    );
  } finally {
    const { stopped, left } = await record.timed('stopping', () => cleanUp(place, ask, { keep, askFirst: true }));
    for (const { pid, command } of stopped) console.log(`The demonstration stopped ${pid}: ${command}`);
    record.same('processes left when all was stopped', '0', String(left));
  }
  console.log(`\n${reportText(record)}`);
  if (closing) console.log(`\n${closing}`);
  if (keep) console.log(`\nKept: ${folder}`);
  return record.isGood ? 0 : 1;
}

/** Stops what runs, first by asking the product; removes the folder unless it is kept. Returns what it had to stop itself, and how many processes are left. */
async function cleanUp(
  place: Place,
  ask: Ask,
  options: { keep: boolean; askFirst: boolean },
): Promise<{ stopped: readonly OwnProcess[]; left: number }> {
  if (options.askFirst && namesIn(place.home).length > 0) {
    for (const command of commands.stop()) await ask(command, place.home);
    await untilEnded(place.folder, {
      atMostMs: END_MS,
      tell: (left) => {
        for (const { pid, command } of left)
          console.log(`Waiting up to ${END_MS / 1000} s for ${pid} to end: ${command}`);
      },
    });
  }
  const stopped = await stopOwnProcesses(place.folder);
  const left = ownProcesses(place.folder).length;
  if (!options.keep) removeTree(place.folder);
  return { stopped, left };
}
