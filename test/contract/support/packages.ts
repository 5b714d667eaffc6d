import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeWheel, type Wheel, type WheelSpec } from '../../../demo/wheel/make-wheel.ts';
import { writeIndex } from '../../../demo/wheel/simple-index.ts';

/** A package of one module that says its version. */
export function plain(name: string, version: string, more: Partial<WheelSpec> = {}): WheelSpec {
  return { name, version, files: { [`${name}/__init__.py`]: `__version__ = "${version}"\n` }, ...more };
}

/** Writes wheels into a folder that serves as `--find-links`, and below `simple/` as an index. */
export function writePackages(folder: string, specs: readonly WheelSpec[]): readonly Wheel[] {
  const wheels = specs.map(makeWheel);
  writeIndex(folder, wheels);
  return wheels;
}

/** An sdist whose setup.py leaves a file behind when it runs. */
export function writeHostileSdist(
  folder: string,
  { name, version, traceFile }: { name: string; version: string; traceFile: string },
): void {
  const stem = `${name}-${version}`;
  const files = {
    [`${stem}/PKG-INFO`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${stem}/setup.py`]: `open(${JSON.stringify(traceFile)}, "w").write("ran")\nfrom setuptools import setup\nsetup(name="${name}", version="${version}")\n`,
  };
  writeFileSync(join(folder, `${stem}.tar`), tar(files));
}

/** Enough of https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html for small text files. */
function tar(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([path, text]) => {
    const body = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write('0000644\0', 100);
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write('0', 156);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
