import { objection, offeredVersions } from '../domain/environments/offered-versions.ts';
import { compareVersions } from '../domain/environments/version.ts';
import { failedClause } from '../domain/memory/failed-version.ts';
import type { RejectedVersion } from '../domain/plans/plan.ts';
import type { PythonFacts } from '../ports/index.ts';
import type { PlanningContext } from './_context.ts';

export interface Candidates {
  /** Newest first. */
  readonly versions: readonly string[];
  readonly rejected: readonly RejectedVersion[];
  /** What speaks against a version that was asked for by its number, as a sentence. */
  readonly warnings: readonly string[];
}

/** Versions that are tried, newest first, before giving up: a real index takes seconds for each. */
const maxTries = 8;

/**
 * Returns the versions of a package that may be tried: what the index offers, without what is withdrawn, too young, not for this
 * interpreter, or did not pass its proof here before. One that is asked for by its number is taken all the same, with a warning. Faults: those of the index.
 */
export async function candidatesOf(
  context: Pick<PlanningContext, 'python' | 'index' | 'clock' | 'config' | 'signal' | 'failedBefore'>,
  asked: {
    readonly name: string;
    readonly version: string;
    readonly newerThan: string | null;
    readonly python: PythonFacts;
  },
): Promise<Candidates> {
  const { name, version, newerThan, python } = asked;
  const { index, signal, clock, config } = context;
  const offers = await context.python.offers({ name, index, signal });
  const failed = await context.failedBefore(name);
  const question = { python, nowMs: clock.nowMs(), minAgeSeconds: config.policy.minAgeSeconds };
  if (version !== '') {
    const offer = offers.find((one) => compareVersions(one.version, version) === 0);
    const against = offer === undefined ? undefined : objection(offer, question);
    const warnings = against === undefined ? [] : [`${name} ${version} is ${against}; it was asked for by its number`];
    const known = failed.find((one) => compareVersions(one.version, version) === 0);
    if (known !== undefined)
      warnings.push(`${name} ${version} was asked for by its number, though ${failedClause(known)}`);
    return { versions: [version], rejected: [], warnings };
  }
  const { candidates, rejected } = offeredVersions({ ...question, offers, newerThan });
  const failedHere = new Map(failed.map((one) => [one.version, failedClause(one)]));
  const left = candidates.flatMap((one): [string, string][] => {
    const why = failedHere.get(one);
    return why === undefined ? [] : [[one, why]];
  });
  return {
    versions: candidates.filter((one) => !failedHere.has(one)).slice(0, maxTries),
    rejected: [...rejected, ...left].map(([rejectedVersion, why]) => ({ name, version: rejectedVersion, why })),
    warnings: [],
  };
}
