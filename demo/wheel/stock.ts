import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import type { WheelSpec } from './make-wheel.ts';

/**
 * Where the newest torch fails: when it is imported, when the server starts
 * (importing it is fine), or in the picture (the server starts, renders black).
 */
export type BreakMode = 'import' | 'boot' | 'smoke';

export const BREAK_MODES: readonly BreakMode[] = ['import', 'boot', 'smoke'];

const SOURCES = join(import.meta.dirname, 'sources');
const BREAKS = join(import.meta.dirname, 'breaks');
const SUMMARY = 'A small demonstration stand-in. It is not the package of that name on the public index.';

const NUMPY_VERSIONS = ['1.26.4', '2.1.0'];

/** Every torch with the torchvision that pins it, and the numpy it accepts. */
const TORCH_FAMILIES: readonly TorchFamily[] = [
  { torch: '2.8.0', torchvision: '0.23.0', numpy: 'numpy<2' },
  { torch: '2.9.1', torchvision: '0.24.1', numpy: 'numpy>=1.26' },
  { torch: '2.10.0', torchvision: '0.25.0', numpy: 'numpy>=1.26' },
  { torch: '2.11.0', torchvision: '0.26.0', numpy: 'numpy>=1.26' },
];

const BROKEN_FAMILY: TorchFamily = { torch: '2.12.0', torchvision: '0.27.0', numpy: 'numpy>=1.26' };

interface TorchFamily {
  readonly torch: string;
  readonly torchvision: string;
  readonly numpy: string;
}

/** Lists the wheels of the demonstration; with a break mode also the one newer, bad torch. */
export function stock(breakMode?: BreakMode): readonly WheelSpec[] {
  return [
    ...NUMPY_VERSIONS.map((version) => plain('numpy', version)),
    plain('filelock', '3.20.0'),
    plain('typing-extensions', '4.15.0'),
    plain('comfyui-frontend-package', '1.27.10'),
    ...TORCH_FAMILIES.flatMap((family) => [torch(family), torchvision(family)]),
    ...(breakMode ? [torch(BROKEN_FAMILY, breakMode), torchvision(BROKEN_FAMILY)] : []),
  ];
}

/** Returns one newer torch, with its companion, that looks well and fails in a way that no small workflow tries. */
export const torchThatFailsLater = (): readonly WheelSpec[] => [
  torch(BROKEN_FAMILY, 'later'),
  torchvision(BROKEN_FAMILY),
];

function plain(name: string, version: string): WheelSpec {
  return { name, version, summary: SUMMARY, files: sources(name.replaceAll('-', '_'), { VERSION: version }) };
}

function torch(family: TorchFamily, breakMode?: BreakMode | 'later'): WheelSpec {
  const whole = sources('torch', { VERSION: family.torch });
  return {
    name: 'torch',
    version: family.torch,
    summary: SUMMARY,
    requires: ['filelock', 'typing-extensions>=4.10.0', family.numpy],
    files: breakMode ? broken(whole, breakMode) : whole,
    entryPoints: { torchrun: 'torch.distributed.run:main' },
  };
}

function torchvision(family: TorchFamily): WheelSpec {
  return {
    name: 'torchvision',
    version: family.torchvision,
    summary: SUMMARY,
    requires: ['numpy', `torch==${family.torch}`],
    files: sources('torchvision', { VERSION: family.torchvision, TORCH: family.torch }),
  };
}

/** The files of the break replace their namesakes; what they replace stays beside them as `_<name>_before.py`. */
function broken(whole: Record<string, string>, breakMode: BreakMode | 'later'): Record<string, string> {
  const files = { ...whole };
  for (const [path, content] of Object.entries(readTree(join(BREAKS, breakMode)))) {
    const replaced = files[path];
    if (replaced !== undefined && !path.endsWith('__init__.py')) {
      files[path.replace(/([^/]+)\.py$/, '_$1_before.py')] = replaced;
    }
    files[path] = content;
  }
  return files;
}

function sources(folder: string, marks: Readonly<Record<string, string>>): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [path, content] of Object.entries(readTree(join(SOURCES, folder)))) {
    files[`${folder}/${path}`] = content.replaceAll(/@([A-Z]+)@/g, (mark, name: string) => marks[name] ?? mark);
  }
  return files;
}

/** Reads every text file below a folder; keys use `/` and are in code-point order. */
function readTree(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() && !item.parentPath.includes('__pycache__'))
    .map((item) => relative(root, join(item.parentPath, item.name)).split(sep).join('/'))
    .sort();
  return Object.fromEntries(
    paths.map((path) => [path, readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n')]),
  );
}
