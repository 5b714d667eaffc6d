import { markerApplies, type MarkerFacts } from './marker.ts';
import type { ComponentRequirements } from './pack-requirements.ts';
import { normalName } from './package-name.ts';
import { printRequirement, type Requirement } from './requirements.ts';
import { meetsSpecifiers } from './specifier.ts';

/** Something that a node pack asks for and does not get: a later failure of the pack can be blamed on it. */
export interface BrokenPromise {
  /** Id of the component that asks; for a package of the environment its name. */
  readonly pack: string;
  /** As it asks: `numpy<2`. */
  readonly requirement: string;
  /** `numpy 2.1.0`: what is there instead, or null when nothing is. */
  readonly chosen: string | null;
}

/** One requirement of a pack, and the line that the resolver is given for it. */
export interface PackLine {
  readonly pack: string;
  readonly requirement: Requirement;
  /** May ask for less than the pack does, or for another variant of the same modules. */
  readonly line: string;
}

/** Packages whose versions a pack never decides: a build for this machine's graphics card is chosen for all at once. */
export const torchFamily: ReadonlySet<string> = new Set(['torch', 'torchvision', 'torchaudio']);

/** Packages that install the same modules over each other: one of each group may be in an environment. */
const variantGroups: readonly (readonly string[])[] = [
  ['opencv-python', 'opencv-contrib-python', 'opencv-python-headless', 'opencv-contrib-python-headless'],
  ['onnxruntime', 'onnxruntime-gpu', 'onnxruntime-directml', 'onnxruntime-openvino'],
];

/**
 * Returns the lines of all packs as the resolver gets them: nothing that does not apply to this interpreter, the torch
 * family without a version, and one variant of OpenCV and of onnxruntime. `own` are the requirements of ComfyUI and the person,
 * which win.
 */
export function packLines(
  packs: readonly ComponentRequirements[],
  options: { readonly own: readonly Requirement[]; readonly facts: MarkerFacts },
): readonly PackLine[] {
  const asked = packs.flatMap(({ component, requirements }) =>
    requirements
      .filter(({ marker }) => marker === null || markerApplies(marker, options.facts) !== false)
      .map((requirement) => ({ pack: component, requirement })),
  );
  const own = new Set(options.own.map(({ name }) => name));
  const all = [...own, ...asked.map(({ requirement }) => requirement.name)];
  const variants = new Map(variantGroups.flatMap((group) => chosenVariants(group, { own, all })));
  return asked.map(({ pack, requirement }) => {
    const name = variants.get(requirement.name) ?? requirement.name;
    const specifier = torchFamily.has(requirement.name) ? '' : requirement.specifier;
    const writtenName = name === requirement.name ? requirement.writtenName : name;
    return { pack, requirement, line: printRequirement({ ...requirement, writtenName, specifier, ...bare }) };
  });
}

/** The marker is decided already. */
const bare = { marker: null, comment: null };

/** Returns the line of a pack without its version: what is left of it when its version fights with something that wins. */
export function relaxedLine({ line, requirement }: PackLine): string {
  const writtenName = /^[A-Za-z0-9._-]+/.exec(line)?.[0] ?? requirement.writtenName;
  return printRequirement({ ...requirement, writtenName, specifier: '', ...bare });
}

/**
 * Returns which packages of a variant group stand in for which. OpenCV: without windows when anybody asks for that, with the
 * contributed modules when anybody asks for those. onnxruntime: the accelerated one. One that ComfyUI or the person names wins.
 */
function chosenVariants(
  group: readonly string[],
  { own, all }: { readonly own: ReadonlySet<string>; readonly all: readonly string[] },
): readonly (readonly [string, string])[] {
  const asked = group.filter((name) => all.includes(name));
  if (asked.length < 2) return [];
  const among = group.filter((name) => own.has(name));
  const chosen = bestVariant(among.length > 0 ? among : asked);
  return asked.filter((name) => name !== chosen).map((name) => [name, chosen] as const);
}

function bestVariant(names: readonly string[]): string {
  const [first = ''] = names;
  if (!first.startsWith('opencv')) return names.find((name) => name !== 'onnxruntime') ?? first;
  const contrib = names.some((name) => name.includes('contrib')) ? '-contrib' : '';
  const headless = names.some((name) => name.endsWith('-headless')) ? '-headless' : '';
  return `opencv${contrib}-python${headless}`;
}

/** Returns the packages of a resolution that lie over another variant of the same modules, with the one that stays. */
export function doubledVariants(
  names: readonly string[],
  wanted: readonly string[],
): readonly { readonly name: string; readonly stays: string }[] {
  return variantGroups.flatMap((group) => {
    const present = group.filter((name) => names.includes(name));
    if (present.length < 2) return [];
    const named = present.filter((name) => wanted.includes(name));
    const best = bestVariant(named.length > 0 ? named : present);
    const stays = present.includes(best) ? best : (present.at(-1) ?? best);
    return present.filter((name) => name !== stays).map((name) => ({ name, stays }));
  });
}

/** Returns which packages need one, with the requirement as their metadata has it without its condition. */
export function needersOf(
  name: string,
  needs: Readonly<Record<string, readonly string[]>>,
): readonly { readonly by: string; readonly requirement: string }[] {
  return Object.entries(needs).flatMap(([by, lines]) =>
    lines
      .filter((line) => !/;.*\bextra\b/.test(line))
      .map((line) => (line.split(';', 1)[0] ?? '').trim())
      .filter((line) => normalName(/^[A-Za-z0-9._-]+/.exec(line)?.[0] ?? '') === name)
      .map((requirement) => ({ by, requirement })),
  );
}

/** Returns every requirement of a pack that a set of versions does not meet. */
export function brokenPromises(
  lines: readonly PackLine[],
  versions: ReadonlyMap<string, string>,
): readonly BrokenPromise[] {
  return lines.flatMap(({ pack, requirement }) => {
    const group = variantGroups.find((one) => one.includes(requirement.name)) ?? [];
    const name = [requirement.name, ...group].find((one) => versions.has(one));
    const version = name === undefined ? undefined : versions.get(name);
    if (version !== undefined && name === requirement.name && meetsSpecifiers(version, requirement.specifiers))
      return [];
    const chosen = name === undefined || version === undefined ? null : `${name} ${version}`;
    return [{ pack, requirement: printRequirement({ ...requirement, comment: null }), chosen }];
  });
}

/** Returns a broken promise as a warning: `pack-a asks for numpy<2 and gets numpy 2.1.0: …`. */
export function promiseWarning({ pack, requirement, chosen }: BrokenPromise): string {
  return chosen === null
    ? `${pack} asks for ${requirement} and does not get it: it fights with what wins over it. If ${pack} fails, this is why.`
    : `${pack} asks for ${requirement} and gets ${chosen}. If ${pack} fails, this is why.`;
}
