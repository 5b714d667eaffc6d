import type { Acceleration, Gpu } from './acceleration.ts';
import { driverFloors, lastCu128WithVolta, tagArchitectures } from './torch-table.ts';
import { compareVersions, publicPart } from './version.ts';

/** What a build computes with, as the local part of its version names it: `cu128`, `cpu`, `rocm6.4`, `xpu`; `''` for the plain one. */
export type Family = string;

/** Form of a family that may be asked for. */
export const familyPattern = /^(?:cu\d{3}|cpu|xpu|rocm\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)$/;

/** Returns the local part of a version: `cu128` of `2.8.0+cu128`, `''` of `2.8.0`. */
export function familyOf(version: string): Family {
  return version.includes('+') ? version.slice(version.indexOf('+') + 1) : '';
}

/** Returns the CUDA of a family, `12.8` of `cu128`; undefined of a family that has none. */
export function cudaOf(family: Family): string | undefined {
  const match = /^cu(\d+)(\d)$/.exec(family);
  return match === null ? undefined : `${match[1]}.${match[2]}`;
}

/**
 * Returns the family to look in: the one that is asked for, else the one in the version that is asked for, else the
 * installed one. `auto` is the newest CUDA that the driver serves and a card can run, `cu126` where the driver is not
 * known, `cpu` where there is none (the rule of comfy-cli).
 */
export function familyFor(question: {
  readonly cuda: string;
  readonly wanted: string;
  readonly installed: string;
  readonly machine: Acceleration;
}): Family {
  const { cuda, wanted, installed, machine } = question;
  if (cuda !== '' && cuda !== 'auto') return cuda;
  if (cuda === '') return wanted.includes('+') ? familyOf(wanted) : familyOf(installed);
  if (machine.kind === 'none') return 'cpu';
  if (machine.kind === 'unknown' || machine.cudaVersion === null) return 'cu126';
  const { cudaVersion, gpus } = machine;
  const fitting = tagArchitectures.find(
    ({ tag }) =>
      compareVersions(cudaOf(tag) ?? '', cudaVersion) <= 0 &&
      (gpus.length === 0 || gpus.some((gpu) => runsOn(gpu, tag, lastCu128WithVolta) !== false)),
  );
  return fitting?.tag ?? 'cu118';
}

/** Returns a clause why the driver is too old for a family, or undefined. */
export function driverObjection(family: Family, machine: Acceleration): string | undefined {
  const cuda = cudaOf(family);
  if (cuda === undefined || machine.kind !== 'nvidia') return undefined;
  const floor = driverFloors[Number(cuda.split('.', 1)[0])];
  if (floor === undefined || Number.parseInt(machine.driver, 10) >= floor) return undefined;
  return `${family} needs driver ${floor} or newer, and this machine has ${machine.driver}`;
}

/** Returns a clause why no card of the machine runs a build, or undefined: then at least one does, or nobody knows. */
export function cardObjection(family: Family, torch: string, machine: Acceleration): string | undefined {
  if (machine.kind !== 'nvidia' || machine.gpus.length === 0) return undefined;
  const answers = machine.gpus.map((gpu) => runsOn(gpu, family, torch));
  if (answers.some((runs) => runs !== false)) return undefined;
  const cards = machine.gpus.map(cardText).join(', ');
  return `${family} has no code for ${cards} (it has ${capabilitiesOf(family, torch).join(', ')})`;
}

/** Returns what a person should know about a family on this machine, as sentences. */
export function familyWarnings(family: Family, torch: string, machine: Acceleration): readonly string[] {
  const cuda = cudaOf(family);
  if (cuda === undefined) return [];
  switch (machine.kind) {
    case 'none':
      return [`no NVIDIA card was found here: that ${family} runs cannot be proven on this machine`];
    case 'unknown':
      return [`the driver and the card were not checked: ${machine.reason}`];
    case 'nvidia': {
      const { cudaVersion, driver, gpus } = machine;
      const warnings: string[] = [];
      if (cudaVersion === null) warnings.push(`driver ${driver} does not tell which CUDA it serves`);
      else if (compareVersions(cuda, cudaVersion) > 0)
        warnings.push(
          `driver ${driver} serves CUDA ${cudaVersion}, and ${family} is ${cuda}: it runs by minor-version compatibility`,
        );
      for (const gpu of gpus) {
        if (runsOn(gpu, family, torch) === false)
          warnings.push(`${family} has no code for ${cardText(gpu)}: the others will be used`);
        if (gpu.computeCapability === null) warnings.push(`driver ${driver} does not tell what ${gpu.name} can run`);
      }
      return warnings;
    }
  }
}

/**
 * Whether a card runs a build: code of the same major number and no newer minor one runs as it is (8.9 runs code of 8.6),
 * and a forward build is translated for newer cards. `undefined` where nothing is on record.
 */
function runsOn(gpu: Gpu, family: Family, torch: string): boolean | undefined {
  const capabilities = capabilitiesOf(family, torch);
  if (gpu.computeCapability === null || capabilities.length === 0) return undefined;
  const [major = 0, minor = 0] = gpu.computeCapability.split('.').map(Number);
  const runs = capabilities.some((one) => {
    const [ofMajor = 0, ofMinor = 0] = one.split('.').map(Number);
    return ofMajor === major && ofMinor <= minor;
  });
  const newest = Number(capabilities.at(-1));
  return runs || (isForward(family) && Number(gpu.computeCapability) > newest);
}

function capabilitiesOf(family: Family, torch: string): readonly string[] {
  const capabilities = tagArchitectures.find(({ tag }) => tag === family)?.capabilities ?? [];
  const hasVolta = family === 'cu128' && compareVersions(publicPart(torch), lastCu128WithVolta) <= 0;
  return hasVolta ? ['7.0', ...capabilities] : capabilities;
}

const isForward = (family: Family): boolean => tagArchitectures.find(({ tag }) => tag === family)?.isForward ?? false;

const cardText = ({ name, computeCapability }: Gpu): string =>
  `${name}${computeCapability === null ? '' : ` (${computeCapability})`}`;
