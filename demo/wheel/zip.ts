import { crc32 } from 'node:zlib';

export interface ZipEntry {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** 1980-01-01 00:00 in DOS form, the earliest a zip can hold. */
const DOS_TIME = 0;
const DOS_DATE = 0x21;
const VERSION = 20;
const UTF8_NAMES = 0x800;
const UNIX_REGULAR_FILE_0644 = (0o100644 << 16) >>> 0;

/**
 * Returns the bytes of a zip archive with the entries in the given order.
 *
 * Entries are stored, not compressed: a compressor's output differs between
 * zlib versions, and the same entries must give the same bytes everywhere.
 * Paths are written as they are, `..` included.
 */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.path, 'utf8');
    const fields = commonFields(entry.bytes, name.length);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, entry.bytes]);
    directory.push(centralHeader(fields, name, offset));
    bodies.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...bodies, central, endRecord(entries.length, central.length, offset)]);
}

/** The 26 bytes that the local and the central header share, from "version needed" to "extra length". */
function commonFields(bytes: Uint8Array, nameLength: number): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(UTF8_NAMES, 2);
  fields.writeUInt16LE(DOS_TIME, 6);
  fields.writeUInt16LE(DOS_DATE, 8);
  fields.writeUInt32LE(crc32(bytes), 10);
  fields.writeUInt32LE(bytes.length, 14);
  fields.writeUInt32LE(bytes.length, 18);
  fields.writeUInt16LE(nameLength, 22);
  return fields;
}

function centralHeader(fields: Buffer, name: Buffer, offset: number): Buffer {
  const start = Buffer.alloc(6);
  start.write('PK\x01\x02', 'latin1');
  start.writeUInt16LE((3 << 8) | VERSION, 4);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(UNIX_REGULAR_FILE_0644, 6);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([start, fields, rest, name]);
}

function endRecord(nEntries: number, sizeBytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(nEntries, 8);
  end.writeUInt16LE(nEntries, 10);
  end.writeUInt32LE(sizeBytes, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
