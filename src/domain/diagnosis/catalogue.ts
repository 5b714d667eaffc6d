import type { Signature } from './signature.ts';
import { graphSignatures } from './signatures/graph.ts';
import { memorySignatures } from './signatures/memory.ts';
import { modelSignatures } from './signatures/models.ts';
import { packageSignatures } from './signatures/packages.ts';
import { startSignatures } from './signatures/start.ts';

/** Every signature that is known, by number. */
export const catalogue: readonly Signature[] = [
  ...memorySignatures,
  ...packageSignatures,
  ...startSignatures,
  ...modelSignatures,
  ...graphSignatures,
];

/** Returns the signature of an id (`S01`, in either case) or name. */
export function findSignature(wanted: string): Signature | undefined {
  const key = wanted.toLowerCase();
  return catalogue.find(({ id, name }) => id.toLowerCase() === key || name === key);
}
