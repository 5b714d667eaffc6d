import type { OfferedFile } from './offer.ts';
import { findSpecifiers, meetsSpecifiers } from './specifier.ts';

/** The interpreter that a wheel has to fit. */
export interface Interpreter {
  readonly version: string;
  /** `cp312` */
  readonly abi: string;
  /** `linux-x86_64` */
  readonly platform: string;
}

/**
 * Returns whether a wheel is for an interpreter, by the tags of its file name (PEP 425) and its Python range; else why
 * not. The age of the C library is left to the resolver.
 */
export function wheelFits(file: OfferedFile, python: Interpreter): 'fits' | 'python' | 'platform' {
  const [pythons = '', abis = '', platforms = ''] = file.file
    .replace(/\.whl$/, '')
    .split('-')
    .slice(-3);
  if (!platforms.split('.').some((platform) => fitsPlatform(platform, python.platform))) return 'platform';
  const range = file.requiresPython === null ? [] : findSpecifiers(file.requiresPython);
  if (range !== undefined && !meetsSpecifiers(python.version, range)) return 'python';
  const minor = Number(/^cp3(\d+)/.exec(python.abi)?.[1] ?? Number.NaN);
  const fits = pythons.split('.').some((tag) => {
    if (/^py(?:2|3\d*)$/.test(tag)) return tag !== 'py2' && Number(tag.slice(3) || 0) <= minor && abis === 'none';
    const built = Number(/^cp3(\d+)$/.exec(tag)?.[1] ?? Number.NaN);
    if (abis.split('.').includes('abi3')) return built <= minor;
    return built === minor && abis.split('.').some((abi) => abi === python.abi || abi === 'none');
  });
  return fits ? 'fits' : 'python';
}

function fitsPlatform(tag: string, platform: string): boolean {
  if (tag === 'any') return true;
  const machine = platform.replaceAll(/[-.]/g, '_');
  if (platform.startsWith('linux-')) {
    const architecture = machine.slice('linux_'.length);
    return new RegExp(`^(?:many|musl)?linux(?:\\d+|_\\d+_\\d+)?_${architecture}$`).test(tag) && !tag.startsWith('musl');
  }
  const mac = /^macosx_(\d+)_\d+_(\w+)$/;
  const [, ours = '', architecture = ''] = mac.exec(machine) ?? [];
  const [, theirs = '', of = ''] = mac.exec(tag) ?? [];
  if (ours !== '') return (of === architecture || of === 'universal2') && Number(theirs) <= Number(ours);
  return tag === machine;
}
