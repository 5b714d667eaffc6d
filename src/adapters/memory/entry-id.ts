/** Bits of an entry's id that tell about it. */
export const expiring = 64;
export const refuted = 32;
export const digits = 31;
const changeFactor = 128;

/**
 * Returns the id of an entry in the index. It says what is asked of every hit, so that no row is read for one that is not shown: sequence
 * of the entry's last change, whether it may expire, whether it is refuted, how many binary digits the number of its words has.
 */
export const entryId = (entry: {
  readonly sequence: number;
  readonly expires: boolean;
  readonly isRefuted: boolean;
  readonly nWords: number;
}): number =>
  entry.sequence * changeFactor +
  (entry.expires ? expiring : 0) +
  (entry.isRefuted ? refuted : 0) +
  (32 - Math.clz32(entry.nWords));
