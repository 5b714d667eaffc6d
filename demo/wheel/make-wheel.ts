import { createHash } from 'node:crypto';

import { type ZipEntry, zip } from './zip.ts';

/** What a wheel is made from. Nothing is checked, so that hostile wheels can be made too. */
export interface WheelSpec {
  readonly name: string;
  readonly version: string;
  readonly summary?: string;
  /** Lines of `Requires-Dist`, as pip writes requirements. */
  readonly requires?: readonly string[];
  /** `Requires-Python`; `>=3.10` when absent. */
  readonly requiresPython?: string;
  /** Path in the wheel → content. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Console command → `module:function`. */
  readonly entryPoints?: Readonly<Record<string, string>>;
}

export interface Wheel {
  readonly name: string;
  readonly version: string;
  /** File name, `name-version-py3-none-any.whl`. */
  readonly file: string;
  readonly bytes: Buffer;
  /** Lower-case hexadecimal, as in `--hash=sha256:…`. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Makes a pure wheel (`py3-none-any`); the same spec gives the same bytes on every machine. */
export function makeWheel(spec: WheelSpec): Wheel {
  const stem = `${spec.name.replaceAll(/[-_.]+/g, '_')}-${spec.version}`;
  const info = `${stem}.dist-info`;
  const entries = [
    ...Object.entries(spec.files).map(([path, content]) => entry(path, content)),
    entry(`${info}/METADATA`, metadata(spec)),
    entry(
      `${info}/WHEEL`,
      'Wheel-Version: 1.0\nGenerator: orchestrate-demo\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ),
    ...(spec.entryPoints ? [entry(`${info}/entry_points.txt`, entryPoints(spec.entryPoints))] : []),
  ];
  const bytes = zip([...entries, entry(`${info}/RECORD`, record(entries, info))]);
  return {
    name: spec.name,
    version: spec.version,
    file: `${stem}-py3-none-any.whl`,
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
  };
}

function entry(path: string, content: string | Uint8Array): ZipEntry {
  return { path, bytes: typeof content === 'string' ? Buffer.from(content, 'utf8') : content };
}

function metadata(spec: WheelSpec): string {
  return [
    'Metadata-Version: 2.1',
    `Name: ${spec.name}`,
    `Version: ${spec.version}`,
    ...(spec.summary ? [`Summary: ${spec.summary}`] : []),
    `Requires-Python: ${spec.requiresPython ?? '>=3.10'}`,
    ...(spec.requires ?? []).map((line) => `Requires-Dist: ${line}`),
    '',
  ].join('\n');
}

function entryPoints(commands: Readonly<Record<string, string>>): string {
  const lines = Object.entries(commands).map(([command, target]) => `${command} = ${target}`);
  return ['[console_scripts]', ...lines, ''].join('\n');
}

function record(entries: readonly ZipEntry[], info: string): string {
  const lines = entries.map(({ path, bytes }) => {
    const digest = createHash('sha256').update(bytes).digest('base64url');
    return `${csvField(path)},sha256=${digest},${bytes.length}`;
  });
  return [...lines, `${info}/RECORD,,`, ''].join('\n');
}

function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
