import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { commands } from '../run/commands.ts';
import { ownProcesses, stopOwnProcesses, untilEnded } from '../run/processes.ts';
import { productIn } from '../run/product.ts';
import { removeTree } from '../run/remove-tree.ts';
import { answer } from './answer.ts';
import type { Emergency } from './emergencies.ts';
import { pictureGraph } from './graphs.ts';
import { type Alert, alertsOf, must } from './journal.ts';
import { endsWell, post } from './prompts.ts';
import { type Course, type DrillReport, newCourse, reportOf, type Without } from './report.ts';
import { type DrillWorld, makeDrillWorld, makeWrong, mendByHand } from './world.ts';

/** The product is asked for what it knows so often. */
const LOOK_MS = 500;
/** A hang is told within a minute; more on a busy machine. */
const DETECT_MS = 180_000;
/** A few prompts and a new start show it within seconds. */
const OVER_MS = 30_000;
/** A hang is not told before that. */
const QUIET_MS = 75_000;
/** A line of a log is read within two seconds. */
const QUIET_LOG_MS = 15_000;
const END_MS = 60_000;

export interface CourseOptions {
  /** A new folder, which is removed. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly tell: (sentence: string) => void;
  /** The control of a drill: nothing is made wrong, or nobody answers. */
  readonly without: Without | null;
}

/** Drills one emergency from the beginning to the end, and leaves nothing. Throws nothing: what goes wrong is in the report. */
export async function drill(emergency: Emergency, options: CourseOptions): Promise<DrillReport> {
  const startedMs = performance.now();
  const course = newCourse();
  // A command of the product that goes on is not waited for.
  const breakOff = (): void => void stopOwnProcesses(options.folder);
  options.signal.addEventListener('abort', breakOff);
  try {
    options.tell('makes an installation');
    const world = await makeDrillWorld(options.folder, emergency, { fails: options.without !== 'fault' });
    await go(world, emergency, options, course);
  } catch (error) {
    course.problem = error instanceof Error ? error.message : String(error);
  } finally {
    options.signal.removeEventListener('abort', breakOff);
  }
  const ended = await end(options.folder);
  const tookMs = Math.round(performance.now() - startedMs);
  return reportOf(emergency, course, { without: options.without, ...ended, tookMs });
}

async function go(world: DrillWorld, emergency: Emergency, options: CourseOptions, course: Course): Promise<void> {
  const { signal, tell, without } = options;
  const { place } = world;
  // What this emergency breaks works before, so that what is seen then comes from it.
  if (!(await endsWell(place.port, 'before', emergency.upgrades ? pictureGraph('before') : emergency.graph('before'))))
    throw new Error('a prompt did not end well before anything was made wrong');
  if (emergency.upgrades) {
    tell('upgrades torch');
    must(await world.ask(commands.run(), place.home));
  }
  signal.throwIfAborted();
  course.madeMs = Date.now();
  tell(without === 'fault' ? 'nothing is made wrong' : emergency.made);
  if (without !== 'fault') makeWrong(world, emergency);
  if (emergency.trigger === 'restart') must(await world.ask(['service', 'restart', '--now', '--json'], place.home));
  if (emergency.trigger === 'prompt') await post(place.port, 'drill', emergency.graph('drill'));
  const isSeenLate = emergency.alerts.includes('service:hung');
  const limitMs = without === 'fault' ? (isSeenLate ? QUIET_MS : QUIET_LOG_MS) : DETECT_MS;
  course.alert = await untilAlert(world, emergency, { limitMs, signal });
  if (course.alert === null) return;
  tell(`${course.alert.key} #${course.alert.row}: ${course.alert.sentence}`);
  if (without === null) course.answered = await answer(world, emergency, options);
  await lookAfterwards(world, emergency, options, course);
}

/** The first alert about it that the product raised, since it was made. */
async function untilAlert(
  world: DrillWorld,
  { alerts }: Emergency,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<Alert | null> {
  for (const deadlineMs = performance.now() + limitMs; performance.now() < deadlineMs;) {
    const seen = (await alertsOf(world)).filter(({ key }) => alerts.some((begin) => key.startsWith(begin)));
    const [first] = seen.toSorted((a, b) => a.row - b.row);
    if (first !== undefined) return first;
    await wait(LOOK_MS, undefined, { signal });
  }
  return null;
}

/** People work on, so that the product can see that it is over. */
async function lookAfterwards(
  world: DrillWorld,
  emergency: Emergency,
  { signal, without }: CourseOptions,
  course: Course,
): Promise<void> {
  // What only hands can mend, and nobody was asked for, is mended now: that the product then sees it is still worth knowing.
  if (emergency.hands !== null && without === null && course.answered?.asked.length === 0) {
    await mendByHand(world, emergency);
    course.unasked = `a person ${emergency.hands}`;
  }
  let n = 0;
  for (const deadlineMs = performance.now() + OVER_MS; performance.now() < deadlineMs && !course.over;) {
    n += 1;
    const isWell = await endsWell(world.place.port, `after-${n}`, emergency.graph(`after-${n}`));
    course.worksAgain ||= isWell;
    course.over =
      (await alertsOf(world)).find(({ alert, ended }) => alert === course.alert?.alert && ended !== null) ?? null;
    if (course.over === null) await wait(LOOK_MS, undefined, { signal });
  }
}

/** Stops all that runs below the folder, first by asking the product, and removes it. */
async function end(folder: string): Promise<Pick<DrillReport, 'stopped' | 'left'>> {
  const home = join(folder, 'home');
  if (existsSync(home)) {
    const ask = productIn(folder);
    for (const command of [
      ['service', 'stop', '--now'],
      ['serve', 'stop'],
      ['supervisor', 'stop'],
    ])
      await ask([...command, '--json'], home);
    await untilEnded(folder, { atMostMs: END_MS, tell: () => {} });
  }
  const stopped = await stopOwnProcesses(folder);
  const left = ownProcesses(folder).length;
  removeTree(folder);
  return { stopped: stopped.length, left };
}
