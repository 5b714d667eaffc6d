import type { Signature } from './signature.ts';

/** Packages whose module has another name. */
const packageOfModule: Readonly<Record<string, string>> = {
  cv2: 'opencv-python-headless',
  PIL: 'pillow',
  yaml: 'pyyaml',
  skimage: 'scikit-image',
  sklearn: 'scikit-learn',
  git: 'gitpython',
  comfy_aimdo: 'comfy-aimdo',
  bs4: 'beautifulsoup4',
  dateutil: 'python-dateutil',
  serial: 'pyserial',
  onnxruntime: 'onnxruntime',
};

const known: ReadonlySet<string> = new Set(Object.values(packageOfModule));

/** Whether the name is that of a package, and not merely of a module that a log names: anybody may publish a package under such a name. */
export const isKnownPackage = (name: string): boolean => known.has(name);

/** Returns who is to blame, as `package:scipy`, by what a pattern caught, the pack in the traceback and the file that it names; null: not known. */
export function culpritOf(
  { culprit }: Signature,
  {
    groups,
    pack,
    file,
  }: { readonly groups: readonly (string | undefined)[]; readonly pack: string | null; readonly file: string | null },
): string | null {
  if (culprit === undefined) return null;
  if ('said' in culprit) return file === null ? null : `model:${file}`;
  if (!('groups' in culprit)) return pack === null ? null : `pack:${pack}`;
  const caught = culprit.groups.map((number) => groups[number]).find((group) => group !== undefined && group !== '');
  if (caught === undefined) return null;
  switch (culprit.kind) {
    case 'pack':
      return `pack:${lastPart(caught)}`;
    case 'package': {
      const module = caught.split('.')[0] ?? caught;
      return `package:${packageOfModule[module] ?? module}`;
    }
    case 'model':
    case 'port':
    case 'path':
    case 'flag':
    case 'node':
    case 'input':
    case 'file':
      return `${culprit.kind}:${caught.trim().slice(0, 200)}`;
  }
}

const lastPart = (path: string): string =>
  path
    .trim()
    .replace(/[\\/]+$/, '')
    .split(/[\\/]/)
    .at(-1) ?? path;
