import { Fault } from '../base/fault.ts';
import { type Lock, readLock } from '../domain/environments/lock.ts';
import { parseRequirements, type Requirement } from '../domain/environments/requirements.ts';
import type { PlanningContext } from './_context.ts';
import { type AskedByComponents, packRequirements } from './_pack-requirements.ts';

/** The environment of the branch, as every plan for it starts. */
export interface EnvironmentBefore {
  readonly requirementsText: string;
  readonly requirements: readonly Requirement[];
  readonly lock: Lock;
  /** Name to version. */
  readonly versions: ReadonlyMap<string, string>;
  readonly asked: AskedByComponents;
}

/** A requirement that wins over node packs. */
export interface OwnRequirement {
  /** Who asks, as people are told: `requirements.in`, `this run`. */
  readonly by: string;
  readonly requirement: Requirement;
}

/** Reads the branch's requirements, its lock, and what its components ask for. Faults: `CONFIG_INVALID`, `DEFINITION_INVALID`, `LOCK_INVALID`. */
export async function readEnvironment(context: PlanningContext): Promise<EnvironmentBefore> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const read = async (path: string): Promise<string> => {
    const bytes = await context.store.readFile(context.baseTree, path);
    if (!bytes) throw new Fault('CONFIG_INVALID', `The branch has no ${path}.`, { hints: ['orchestrate doctor'] });
    return decoder.decode(bytes);
  };
  const requirementsText = await read('requirements.in');
  const lock = readLock({ file: 'requirements.lock', text: await read('requirements.lock') });
  return {
    requirementsText,
    requirements: parseRequirements({ file: 'requirements.in', text: requirementsText }),
    lock,
    versions: new Map(lock.packages.map((one) => [one.name, one.version])),
    asked: await packRequirements(context),
  };
}

/** Returns the lines of requirements.in as the person's. */
export const ownRequirements = (requirements: readonly Requirement[]): readonly OwnRequirement[] =>
  requirements.map((requirement) => ({ by: 'requirements.in', requirement }));

/** Returns the lines that keep every package where it is, but those that move. */
export const pinsOf = (versions: ReadonlyMap<string, string>, moving: ReadonlySet<string> = new Set()): string[] =>
  [...versions].filter(([name]) => !moving.has(name)).map(([name, version]) => `${name}===${version}`);

/** Fault `PACKAGE_NOT_FOUND` for a package that the environment does not hold. */
export function requirePackage({ versions }: EnvironmentBefore, name: string): string {
  const version = versions.get(name);
  if (version !== undefined) return version;
  throw new Fault('PACKAGE_NOT_FOUND', `${name} is not part of this installation.`, {
    hints: [`It holds: ${[...versions.keys()].slice(0, 12).join(', ')}`],
    state: 'Nothing was changed.',
  });
}
