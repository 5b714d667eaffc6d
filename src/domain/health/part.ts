/** What health is made of, with what each weighs in the score. */
export const partWeights = {
  service: 30,
  environment: 15,
  nodes: 12,
  models: 10,
  disk: 12,
  memory: 8,
  gpu: 5,
  ports: 4,
  drift: 4,
} as const;

export type HealthPartName = keyof typeof partWeights;
export const healthPartNames = Object.keys(partWeights) as HealthPartName[];

export const partStates = ['good', 'warning', 'bad', 'unknown'] as const;

/** One part as it was found. `unknown` counts neither for nor against: it is shown, with why. */
export interface HealthPart {
  readonly part: HealthPartName;
  readonly state: (typeof partStates)[number];
  /** One clause. */
  readonly sentence: string;
  /** Paths, numbers, journal rows that show it; at most ten. */
  readonly evidence: readonly string[];
  /** What to type next; null: nothing is to be done. */
  readonly hint: string | null;
}
