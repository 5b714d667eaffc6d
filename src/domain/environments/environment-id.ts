import type { EnvironmentId } from '../../base/ids.ts';
import { canonicalJson } from '../../base/json.ts';

/** Everything that decides which files an environment has. */
export interface EnvironmentFacts {
  readonly lockText: string;
  readonly python: { readonly version: string; readonly abi: string; readonly platform: string };
  /** `cpu`, `cu128` and so on. */
  readonly accelerator: string;
  /** Program that installs and its version: `pip 25.2`. */
  readonly installer: string;
}

/** Hex digits of an id: 80 bits, and the path of an environment stays short (scripts break above 127 bytes of `#!`). */
const N_DIGITS = 20;

/** Returns the id of the environment that these facts give: the start of the SHA-256 of their canonical JSON. */
export function environmentId(facts: EnvironmentFacts, sha256: (text: string) => string): EnvironmentId {
  const { lockText, python, accelerator, installer } = facts;
  const { version, abi, platform } = python;
  return sha256(canonicalJson({ lockText, python: { version, abi, platform }, accelerator, installer })).slice(
    0,
    N_DIGITS,
  ) as EnvironmentId;
}
