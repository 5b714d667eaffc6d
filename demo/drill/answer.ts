import { setTimeout as wait } from 'node:timers/promises';

import { findWith, reasonOf } from '../run/product.ts';
import type { Emergency } from './emergencies.ts';
import { type SeenRun, runIn, runOf } from './journal.ts';
import { type DrillWorld, mendByHand } from './world.ts';

/** What the product chose and did, and what it asked. */
export interface Answered {
  readonly chosen: string | null;
  readonly run: SeenRun | null;
  readonly asked: readonly { readonly sentence: string; readonly did: string }[];
  readonly problem: string | null;
}

const LOOK_MS = 1_000;
/** A run with a restart, and the look at what it did. */
const RUN_MS = 300_000;
/** Questions of one run. */
const MAX_ASKED = 8;

/** Has the product respond without a word, and answers what it asks as a person who is there. */
export async function answer(
  world: DrillWorld,
  emergency: Emergency,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (sentence: string) => void },
): Promise<Answered> {
  const { ask, place } = world;
  const responded = await ask(['respond', '--yes', '--json'], place.home);
  const chosen = findWith(responded.json, 'chosen', 'byHand')?.['chosen'];
  const playbook = findWith(chosen, 'playbook')?.['playbook'];
  const name = typeof playbook === 'string' ? playbook : null;
  let run = runIn(responded.json);
  const asked: { sentence: string; did: string }[] = [];
  if (run === undefined)
    return {
      chosen: name,
      run: null,
      asked,
      problem: reasonOf(responded.json) ?? 'the product saw nothing to respond to',
    };
  for (const deadlineMs = performance.now() + RUN_MS; !run.isFinal && performance.now() < deadlineMs;) {
    signal.throwIfAborted();
    if (run.waiting !== null) {
      if (asked.length >= MAX_ASKED) break;
      const { sentence, commands } = run.waiting;
      const did = await answerAsked(world, emergency, run);
      asked.push({ sentence, did });
      tell(`asked: ${sentence}; ${did}`);
      if (commands.length === 0) break;
    }
    await wait(LOOK_MS, undefined, { signal });
    run = await runOf(world, run.run);
  }
  const problem =
    run.isFinal && run.state === 'done'
      ? null
      : `${run.run} is ${run.state}: ${run.fault?.message ?? run.waiting?.sentence ?? 'it did not end in time'}`;
  return { chosen: name, run, asked, problem };
}

/** A person mends what only they can, and says yes. */
async function answerAsked(world: DrillWorld, emergency: Emergency, run: SeenRun): Promise<string> {
  const { ask, place } = world;
  if (emergency.hands !== null) await mendByHand(world, emergency);
  const what = run.waiting?.what;
  const command =
    what === 'plan' || what === 'step'
      ? ['runs', 'approve', run.run]
      : what === 'review'
        ? reviewOf(run)
        : ['runs', 'resume', run.run];
  const answered = await ask([...command, '--json'], place.home);
  const said =
    answered.exitCode === 0 || answered.exitCode === 7
      ? 'says yes'
      : `says yes, and is refused: ${reasonOf(answered.json) ?? ''}`;
  return `a person ${emergency.hands === null ? '' : `${emergency.hands} and `}${said}`;
}

const reviewOf = (run: SeenRun): string[] => {
  const shown = run.waiting?.commands.find((one) => one.includes('review approve'));
  return (shown ?? `orchestrate runs resume ${run.run}`).split(' ').slice(1);
};
