import { type Emergency, emergencies, leastWeight, type Sign } from './emergency.ts';
import type { EmergencyFacts } from './facts.ts';
import { signsOf } from './signs.ts';

export interface Candidate {
  readonly emergency: Emergency;
  /** The strongest first. */
  readonly why: readonly Sign[];
}

export type EmergencyChoice =
  | { readonly kind: 'chosen'; readonly chosen: Candidate; readonly others: readonly Candidate[] }
  /**
   * `hints`: what was seen and is no emergency, or none that a playbook answers: then `isUnanswered`. `words`: the person says that something
   * is wrong, and not what.
   */
  | {
      readonly kind: 'none';
      readonly hints: readonly Sign[];
      readonly isUnanswered: boolean;
      readonly words: string | null;
    };

/**
 * Chooses what is done about an installation that is ill. The strongest single sign decides, not their number: ten lines of one failure
 * are one failure. Of two that are shown equally well, the one that may be the cause of the other.
 */
export function chooseEmergency(facts: EmergencyFacts): EmergencyChoice {
  const signs = signsOf(facts);
  const candidates = emergencies
    .map((emergency): Candidate => ({
      emergency,
      why: signs.filter((one) => one.emergency === emergency).toSorted(byWeight),
    }))
    .filter(({ why }) => (why[0]?.weight ?? 0) >= leastWeight)
    .toSorted((a, b) => (b.why[0]?.weight ?? 0) - (a.why[0]?.weight ?? 0));
  const [chosen, ...others] = candidates;
  if (chosen !== undefined) return { kind: 'chosen', chosen, others };
  const isUnanswered = signs.some(({ weight }) => weight >= leastWeight);
  return { kind: 'none', hints: signs.toSorted(byWeight), isUnanswered, words: facts.words };
}

const byWeight = (a: Sign, b: Sign): number => b.weight - a.weight;
