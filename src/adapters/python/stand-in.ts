import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

import { Fault } from '../../base/fault.ts';
import type { TakenPackage } from '../../ports/python.ts';

/**
 * Writes a wheel that has the name, the version and the needs of a real one and nothing else, and returns its path. It
 * stands in while the rest is resolved: the real one may have gigabytes, and lies on another index.
 */
export async function writeStandIn(folder: string, taken: TakenPackage): Promise<string> {
  const stem = `${taken.locked.name.replaceAll('-', '_')}-${taken.locked.version}`;
  const info = `${stem}.dist-info`;
  const path = join(folder, `${stem}-py3-none-any.whl`);
  const wheel = 'Wheel-Version: 1.0\nGenerator: orchestrate\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
  const names = ['METADATA', 'WHEEL', 'RECORD'].map((name) => `${info}/${name}`);
  const record = names.map((name) => `${name},,\n`).join('');
  await writeFile(path, storedZip(names.map((name, at) => [name, [metadata(taken), wheel, record][at] ?? ''])));
  return path;
}

/** https://packaging.python.org/en/latest/specifications/core-metadata/ */
function metadata({ locked, needs, requiresPython, extras }: TakenPackage): string {
  const fields: [string, string][] = [
    ['Metadata-Version', '2.1'],
    ['Name', locked.name],
    ['Version', locked.version],
    ...(requiresPython === null ? [] : [['Requires-Python', requiresPython] as [string, string]]),
    ...extras.map((extra): [string, string] => ['Provides-Extra', extra]),
    ...needs.map((line): [string, string] => ['Requires-Dist', line]),
  ];
  const bad = fields.find(([, value]) => /[\r\n\0]/.test(value));
  if (bad !== undefined)
    throw new Fault('ENVIRONMENT_BUILD_FAILED', `The metadata of ${locked.file} is not well-formed (${bad[0]}).`);
  return `${fields.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`;
}

/** 1 January 1980, the first day that a zip file knows. */
const firstDay = 0x00_21;

/** Returns a zip file of texts, not compressed (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT). */
function storedZip(entries: readonly (readonly [string, string])[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of entries) {
    const [name, body] = [Buffer.from(path), Buffer.from(text)];
    // What both the local head and the directory say: version 2.0, names in UTF-8, stored, the day, sizes.
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(0x08_00, 2);
    facts.writeUInt16LE(firstDay, 8);
    facts.writeUInt32LE(crc32(body), 10);
    facts.writeUInt32LE(body.length, 14);
    facts.writeUInt32LE(body.length, 18);
    facts.writeUInt16LE(name.length, 22);
    bodies.push(Buffer.from('PK\u0003\u0004'), facts, name, body);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), facts, rest, name);
    offset += 30 + name.length + body.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, ...directory, Buffer.from('PK\u0005\u0006'), end]);
}
