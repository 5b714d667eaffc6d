import { Fault } from '../../base/fault.ts';
import type { InstallationConfig } from '../../domain/definitions/types.ts';
import { borrowedLock } from '../../domain/environments/borrowed.ts';
import { lockMeets } from '../../domain/environments/lock-meets.ts';
import { type LockedPackage, printLock } from '../../domain/environments/lock.ts';
import { parseRequirements, printRequirement } from '../../domain/environments/requirements.ts';
import type { PackageFate } from '../../domain/environments/sources.ts';
import type { PythonFacts, Survey } from '../../ports/index.ts';
import type { App } from '../app.ts';
import { packageFates } from './package-fates.ts';
import type { Surroundings } from './surroundings.ts';

/** The environment that an installation begins with. */
export type InitEnvironment =
  | {
      readonly kind: 'build';
      readonly python: PythonFacts;
      readonly packages: readonly LockedPackage[];
      readonly lockText: string;
      readonly notes: readonly string[];
    }
  | {
      readonly kind: 'borrow';
      readonly python: string;
      readonly how: string;
      readonly survey: Survey;
      readonly lockText: string;
      readonly fates: readonly PackageFate[];
      readonly notes: readonly string[];
    };

/** Surveys the environment that was found. Nothing is resolved and nothing built. Fault `PYTHON_MISSING` when its interpreter is gone. */
export async function borrowEnvironment(
  app: App,
  found: NonNullable<Surroundings['environment']>,
  { config, requirementsText }: { config: InstallationConfig; requirementsText: string },
): Promise<Extract<InitEnvironment, { kind: 'borrow' }>> {
  const { python, how } = found;
  const survey = await app.outside.python.survey({ python, mark: `init/${app.outside.random.hex(4)}` });
  const { lockText, unnamed } = borrowedLock({ ...survey, python });
  const fates = await packageFates(app, { survey, index: config.python.index });
  const notes = [
    ...unmet(requirementsText, survey),
    ...unnamed.map((name) => `${name} has a name or version that no lock can hold: it is used and not listed`),
    ...(survey.manager === 'system'
      ? ['this is the interpreter of the system: what others install there is noticed, and cannot be prevented']
      : []),
  ];
  return { kind: 'borrow', python, how, survey, lockText, fates, notes };
}

/** The person's requirements may hold lines that are not read here; then nothing is said of them. */
function unmet(requirementsText: string, survey: Survey): readonly string[] {
  try {
    return lockMeets(
      requirementsText,
      survey.packages.map(({ name, version }) => ({ name, version, sha256: [], file: '', sizeBytes: null })),
    ).map((sentence) => sentence.replace('The lock has', 'the environment has'));
  } catch (error) {
    if (error instanceof Fault) return [`requirements.txt of ComfyUI: ${error.message}`];
    throw error;
  }
}

/** Resolves a new environment. Faults of Python and the index. */
export async function resolveEnvironment(
  app: App,
  options: { config: InstallationConfig; requirementsText: string; toolsDir: string },
): Promise<Extract<InitEnvironment, { kind: 'build' }>> {
  const { config, requirementsText, toolsDir } = options;
  const { python: port, random, files } = app.outside;
  const python = await port.probe({
    toolsDir,
    resolver: config.python.resolver,
    ...(config.python.program === null ? {} : { program: config.python.program }),
  });
  const wanted = parseRequirements({ file: 'requirements.txt', text: requirementsText });
  const resolved = await port.resolve({
    requirements: wanted.map((one) => printRequirement({ ...one, comment: null })),
    index: config.python.index,
    python,
    toolsDir,
    mark: `init/${random.hex(4)}`,
  });
  if (resolved.kind === 'impossible')
    throw new Fault(resolved.code, resolved.reason, { hints: ['orchestrate init --help   (--require, --index)'] });
  const { abi, platform, program } = python;
  const { packages } = resolved;
  const prefix = program.slice(0, Math.max(1, program.lastIndexOf('/bin/')));
  const shadowed = config.python.program === null && (await files.info(`${prefix}/conda-meta`)) !== undefined;
  const notes = shadowed
    ? [`the python on your PATH is conda's (${prefix}): environments are made with it; --python takes another`]
    : [];
  return { kind: 'build', python, packages, lockText: printLock({ abi, platform, packages }), notes };
}
