import { objection, offeredVersions } from '../domain/environments/offered-versions.ts';
import { compareVersions } from '../domain/environments/version.ts';
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
 * Returns the versions of a package that may be tried: what the index offers, without what is withdrawn, too young or not for this
 * interpreter. One that is asked for by its number is taken all the same, with a warning. Faults: those of the index.
 */
export async function candidatesOf(
  context: Pick<PlanningContext, 'python' | 'index' | 'clock' | 'config' | 'signal'>,
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
  const question = { python, nowMs: clock.nowMs(), minAgeSeconds: config.policy.minAgeSeconds };
  if (version !== '') {
    const offer = offers.find((one) => compareVersions(one.version, version) === 0);
    const against = offer === undefined ? undefined : objection(offer, question);
    const warnings = against === undefined ? [] : [`${name} ${version} is ${against}; it was asked for by its number`];
    return { versions: [version], rejected: [], warnings };
  }
  const { candidates, rejected } = offeredVersions({ ...question, offers, newerThan });
  return {
    versions: candidates.slice(0, maxTries),
    rejected: rejected.map(([rejectedVersion, why]) => ({ name, version: rejectedVersion, why })),
    warnings: [],
  };
}
