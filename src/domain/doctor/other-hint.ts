/** What a fault says to type where the whole installation has to be looked at. */
const doctorCommand = 'orchestrate doctor';

/** Returns the first hint of a fault that leads elsewhere, for whoever typed `orchestrate doctor` already; null: there is none. */
export const otherHint = (hints: readonly string[]): string | null =>
  hints.find((hint) => hint !== doctorCommand) ?? null;
