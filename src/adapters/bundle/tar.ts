/** Members and their headers come in blocks of this many bytes. */
export const blockBytes = 512;
/** An archive ends with two blocks of zeros. */
export const trailerBytes = 2 * blockBytes;
/** What eleven octal digits can say: a member of a bundle is never larger. */
export const maxMemberBytes = 8 ** 11 - 1;

/**
 * Returns the header of a plain file in the ustar form (POSIX.1-1988). There is one header for one path and size: mode
 * 0644, no owner, no time. So a header that differs in a single bit is no header of ours.
 */
export function tarHeader(path: string, sizeBytes: number): Buffer {
  const name = Buffer.from(path);
  if (name.length === 0 || name.length > 100) throw new Error(`not a name of a bundle's member: ${path}`);
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0 || sizeBytes > maxMemberBytes)
    throw new Error(`not a size of a bundle's member: ${sizeBytes}`);
  const header = Buffer.alloc(blockBytes);
  name.copy(header, 0);
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  header.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write('00000000000\0', 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write('0', 156, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** Returns how many zeros follow a member of that size. */
export const paddingOf = (sizeBytes: number): number => (blockBytes - (sizeBytes % blockBytes)) % blockBytes;

/** Returns the bytes that a member takes, header and padding included. */
export const memberBytes = (sizeBytes: number): number => blockBytes + sizeBytes + paddingOf(sizeBytes);

/** Returns the size that a header claims for the path, or undefined when it is not the header of that path. */
export function sizeInHeader(header: Buffer, path: string): number | undefined {
  const digits = header.toString('latin1', 124, 135);
  if (!/^[0-7]{11}$/.test(digits)) return undefined;
  const sizeBytes = Number.parseInt(digits, 8);
  return tarHeader(path, sizeBytes).equals(header) ? sizeBytes : undefined;
}
