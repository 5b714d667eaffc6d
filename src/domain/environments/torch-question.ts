import type { Acceleration } from './acceleration.ts';
import type { Family } from './cuda-family.ts';
import type { Offer } from './offer.ts';
import type { Specifier } from './specifier.ts';
import type { Interpreter } from './wheel-fits.ts';

/** Who asks for which torch: `requirements.in`, `ComfyUI`, a node pack. */
export interface TorchDemand {
  readonly by: string;
  /** As it is written: `>=2.7,<2.9`. */
  readonly specifier: string;
  readonly specifiers: readonly Specifier[];
}

/** All that decides which torch an environment moves to. */
export interface TorchQuestion {
  /** Versions of the environment as it is, by normalised name. */
  readonly installed: ReadonlyMap<string, string>;
  /** The version that was asked for by its number; `''` for the newest that fits. */
  readonly wanted: string;
  /** The build to take, see `familyFor`. */
  readonly family: Family;
  /** The family has an index of its own, where a plain version is of that family too. */
  readonly ownIndex: boolean;
  readonly python: Interpreter;
  readonly machine: Acceleration;
  /** By name, of the index of the family: torch, torchvision, torchaudio. */
  readonly offers: ReadonlyMap<string, readonly Offer[]>;
  /** By name, of packages that are compiled against torch. */
  readonly compiled: ReadonlyMap<string, readonly Offer[]>;
  /** Public versions of torch that the main index knows, and when it says that they were published. */
  readonly published: ReadonlyMap<string, number | null>;
  readonly demands: readonly TorchDemand[];
  readonly nowMs: number;
  readonly minAgeSeconds: number;
  /** Public versions that the resolver refused, and its reason: one clause. */
  readonly refused: ReadonlyMap<string, string>;
}

export interface Misfit {
  readonly kind: 'misfit';
  /** One clause: `6 days old (you ask for 14)`. */
  readonly why: string;
}

export const misfit = (why: string): Misfit => ({ kind: 'misfit', why });
