import type { LockedPackage } from './lock.ts';
import { parseRequirements, type Requirement } from './requirements.ts';
import { meetsSpecifiers } from './specifier.ts';

/**
 * Returns a sentence for every requirement that a lock does not meet; `[]` when it meets all. Requirements with a
 * marker may not apply to the interpreter of the lock: their package may be absent, and one of its lines has to be met.
 * Fault: `DEFINITION_INVALID` when the requirements are not well-formed.
 */
export function lockMeets(requirementsText: string, packages: readonly LockedPackage[]): readonly string[] {
  const versions = new Map(packages.map(({ name, version }) => [name, version]));
  const requirements = parseRequirements({ file: 'requirements.in', text: requirementsText });
  return requirements.flatMap((requirement) => {
    const version = versions.get(requirement.name);
    const { writtenName, specifier, marker } = requirement;
    if (version === undefined) return marker === null ? [`The lock has no ${writtenName}.`] : [];
    const alternatives =
      marker === null ? [requirement] : requirements.filter((other) => isAlternative(other, requirement));
    if (alternatives.some(({ specifiers }) => meetsSpecifiers(version, specifiers))) return [];
    return [`The lock has ${writtenName} ${version}, which does not meet ${specifier}.`];
  });
}

function isAlternative(other: Requirement, requirement: Requirement): boolean {
  return other.name === requirement.name && other.marker !== null;
}
