import { type TorchRow, torchRows } from './torch-table.ts';
import { compareVersions, findVersion, publicPart } from './version.ts';

const TORCHVISION_OFFSET = 15;
/** From here on one torchaudio serves every later torch. */
const STABLE_TORCHAUDIO = '2.11.0';

/** What belongs to a torch, and how surely. */
export interface TorchPartners {
  readonly torchvision: string;
  readonly torchaudio: string;
  /** The table's row of it, or of another patch of the same minor number; undefined when it is newer than the table. */
  readonly row: TorchRow | undefined;
}

/**
 * Returns what belongs to a torch: 2.11.0 and torchvision 0.26.0. Patch numbers follow, and so do releases newer than the
 * table. Undefined for what is older than 2.3, and for torch 3.
 */
export function partnersOf(torch: string): TorchPartners | undefined {
  const [major, minor = 0, patch = 0] = findVersion(torch)?.release ?? [];
  const first = findVersion(torchRows[0]?.torch ?? '')?.release ?? [];
  if (major !== 2 || minor < (first[1] ?? 0)) return undefined;
  const exact = torchRows.find((row) => compareVersions(row.torch, publicPart(torch)) === 0);
  if (exact !== undefined) return { torchvision: exact.torchvision, torchaudio: exact.torchaudio, row: exact };
  const isStable = compareVersions(`2.${minor}`, STABLE_TORCHAUDIO) >= 0;
  return {
    torchvision: `0.${minor + TORCHVISION_OFFSET}.${patch}`,
    torchaudio: isStable ? STABLE_TORCHAUDIO : `2.${minor}.${patch}`,
    row: torchRows.find((row) => row.torch.startsWith(`2.${minor}.`)),
  };
}
