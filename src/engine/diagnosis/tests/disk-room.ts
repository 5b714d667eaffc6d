import { bytesText } from '../../../domain/plans/amounts.ts';
import type { CauseTest } from '../test-causes.ts';

/** Less than this is full: one picture of a few steps may not fit any more. */
const fullBytes = 200_000_000;

/** Looks at how much room the disks of home and state have. */
export const testDiskRoom: CauseTest = async ({ outside, paths }, { finding }) => {
  if (finding.signature !== 'S40') return undefined;
  const free = Math.min(await outside.files.freeBytes(paths.home), await outside.files.freeBytes(paths.state));
  return {
    test: 'room on the disks of home and state',
    outcome: free < fullBytes ? 'confirmed' : 'unclear',
    sentence: `${bytesText(free)} are free${free < fullBytes ? '' : ' there; another disk may be the full one'}.`,
  };
};
