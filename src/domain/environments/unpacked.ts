/** An archive takes about this many times its size on disk once it is unpacked and compiled. */
const unpackedRatio = 3;

/** Returns about how many bytes wheels of so many bytes take in an environment. */
export const unpackedBytes = (wheelBytes: number): number => wheelBytes * unpackedRatio;
