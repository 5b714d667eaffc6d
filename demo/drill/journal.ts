import { type Answer, findListWith, findWith, reasonOf } from '../run/product.ts';
import type { DrillWorld } from './world.ts';

/** An alert as the product lists it. */
export interface Alert {
  readonly alert: string;
  readonly key: string;
  readonly sentence: string;
  readonly raisedAtMs: number;
  readonly row: number;
  readonly ended: {
    readonly atMs: number;
    readonly by: string | null;
    readonly evidence: readonly string[];
    readonly row: number;
  } | null;
}

/** A run as the product shows it. */
export interface SeenRun {
  readonly run: string;
  readonly row: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly state: string;
  readonly isFinal: boolean;
  readonly waiting: { readonly what: string; readonly sentence: string; readonly commands: readonly string[] } | null;
  readonly plan: { readonly hash: string } | null;
  readonly steps: readonly {
    readonly id: string;
    readonly sentence: string | null;
    readonly row: number | null;
    readonly state: string;
  }[];
  readonly fault: { readonly message: string } | null;
}

/** Returns all alerts there are, the open ones first. */
export async function alertsOf({ ask, place }: Pick<DrillWorld, 'ask' | 'place'>): Promise<readonly Alert[]> {
  const answer = must(await ask(['alerts', 'list', '--all', '--json'], place.home));
  return findListWith(answer.json, 'alert', 'key', 'ended') as unknown as readonly Alert[];
}

/** Returns a run as it is now. */
export async function runOf({ ask, place }: Pick<DrillWorld, 'ask' | 'place'>, run: string): Promise<SeenRun> {
  const answer = must(await ask(['runs', 'show', run, '--json'], place.home));
  return runIn(answer.json) ?? fail(`${run} cannot be read`);
}

/** Returns the run in an answer, if there is one. */
export const runIn = (json: unknown): SeenRun | undefined =>
  findWith(json, 'run', 'steps', 'startedAtMs') as unknown as SeenRun | undefined;

/** Returns the answer when the command ended well; throws with the product's own reason. */
export function must(answer: Answer): Answer {
  if (answer.exitCode === 0) return answer;
  return fail(`${answer.command} ended with ${answer.exitCode}: ${reasonOf(answer.json) ?? 'it gave no reason'}`);
}

const fail = (message: string): never => {
  throw new Error(message);
};
