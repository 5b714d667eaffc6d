import { hash } from 'node:crypto';

import { Fault } from '../../src/base/fault.ts';
import { normalName } from '../../src/domain/environments/package-name.ts';
import { parseRequirements, type Requirement } from '../../src/domain/environments/requirements.ts';
import { meetsSpecifiers } from '../../src/domain/environments/specifier.ts';
import type { TorchAnswer, UnmetNeed } from '../../src/domain/environments/torch-checks.ts';
import { compareVersions } from '../../src/domain/environments/version.ts';
import type {
  BuildRequest,
  BuiltEnvironment,
  LockedPackage,
  OfferedFile,
  Python,
  PythonFacts,
  Survey,
} from '../../src/ports/python.ts';
import type { FakeFiles } from './fake-files.ts';

/** A version of the index: what it needs, as requirement lines. */
export interface FakeWheel {
  readonly needs?: readonly string[];
  readonly sizeBytes?: number | null;
  readonly uploadedAtMs?: number;
  readonly yanked?: string;
  /** `py3-none-any` when left out. */
  readonly tags?: readonly string[];
}

export interface FakePython extends Python {
  /** Name to version to wheel: what the index offers. */
  readonly index: Record<string, Record<string, FakeWheel>>;
  /** Module to error: what does not import. */
  readonly brokenModules: Map<string, string>;
  /** Interpreters of the search path; the first is the default. */
  readonly installed: PythonFacts[];
  /** What torch answers; by default a torch on the CPU that computes. */
  torch: readonly TorchAnswer[];
  /** What `unmetNeeds` finds, by the interpreter's path; nothing by default. */
  readonly unmet: Map<string, readonly UnmetNeed[]>;
  /** Environments that were built, in order. */
  readonly built: BuildRequest[];
  /** Requirement lines of every `resolve`. */
  readonly resolved: (readonly string[])[];
  /** Interpreter to what a survey of its environment finds; beside them only environments that were built are there. */
  readonly surveys: Map<string, Survey>;
  /** Packages of surveys whose files have other bytes than their `RECORD` says. */
  readonly edited: Set<string>;
  /** Kept wheels that every `resolve` was shown. */
  readonly shownKept: (readonly string[])[];
  /** Constraints of every `resolve`. */
  readonly constrained: (readonly string[])[];
  /** Files that every build from now on makes otherwise than before. */
  readonly otherwise: string[];
  /** A file of a built environment is changed by somebody. */
  drift(dir: string, file: string): void;
}

export const fakePythonFacts: PythonFacts = {
  program: '/usr/bin/python3',
  version: '3.12.4',
  abi: 'cp312',
  platform: 'linux-x86_64',
  pipVersion: '25.2',
};

/** Returns what a survey of a venv finds: packages by name and version, all from an index unless `more` says otherwise. */
export function fakeSurvey(
  prefix: string,
  versions: Readonly<Record<string, string>>,
  more: Partial<Survey> = {},
): Survey {
  const { program, version, abi, platform } = fakePythonFacts;
  const packages = Object.entries(versions).map(([name, at]) => ({
    name,
    version: at,
    installer: 'pip',
    origin: { kind: 'index' as const },
    mark: hash('sha256', `${name} ${at}`).slice(0, 16),
    record: hash('sha256', `RECORD of ${name} ${at}`).slice(0, 16),
  }));
  packages.sort((a, b) => (a.name < b.name ? -1 : 1));
  const fingerprint = hash('sha256', JSON.stringify(packages));
  const frame = hash('sha256', JSON.stringify(versions));
  return { prefix, program, version, abi, platform, manager: 'venv', packages, fingerprint, frame, ...more };
}

const torchOnCpu: readonly TorchAnswer[] = [
  { question: 'build', outcome: 'passed', device: null, fact: 'torch 2.9.0, built for the CPU' },
  { question: 'device', outcome: 'passed', device: 'cpu', fact: 'torch.cuda.is_available() is False' },
  { question: 'arch', outcome: 'skipped', device: null, fact: 'no graphics card is seen' },
  { question: 'matmul', outcome: 'passed', device: 'cpu', fact: 'fp32 matmul 16 x 16 gives 16' },
  { question: 'conv', outcome: 'passed', device: 'cpu', fact: 'fp32 conv2d 3 x 3 over 4 channels gives 36' },
  { question: 'nms', outcome: 'passed', device: 'cpu', fact: 'torchvision.ops.nms keeps [0, 2] of 3 boxes' },
];

/** Returns the wheel of a version as a lock names it. */
export function fakeLocked(name: string, version: string, sizeBytes: number | null = 1_000): LockedPackage {
  const file = `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`;
  return { name, version, sha256: [hash('sha256', file)], file, sizeBytes };
}

/** Python in memory: a small index with a resolver that tries the newest first, and environments that are folders of `files`. */
export function createFakePython(files: FakeFiles, index: FakePython['index'] = {}): FakePython {
  const environments = new Map<
    string,
    { manifestDigest: string; sizeBytes: number; changed: string[]; versions: Record<string, string> }
  >();
  const python: FakePython = {
    index,
    brokenModules: new Map(),
    installed: [fakePythonFacts],
    torch: torchOnCpu,
    unmet: new Map(),
    built: [],
    resolved: [],
    surveys: new Map(),
    edited: new Set(),
    constrained: [],
    shownKept: [],
    otherwise: [],
    drift: (dir, file) => void environments.get(dir)?.changed.push(file),

    async probe({ program }) {
      const found = python.installed.find((one) => one.program === program || one.program.endsWith(`/${program}`));
      if (found !== undefined || program === undefined) return found ?? fakePythonFacts;
      throw new Fault('PYTHON_MISSING', `No Python was found at ${program}; Python 3.10 or newer is needed.`);
    },
    interpreters: async () =>
      python.installed.map(({ program, version, abi }) => {
        const name = program.slice(program.lastIndexOf('/') + 1);
        return { name, program, version, abi, problem: null };
      }),
    async resolve({ requirements, constraints = [], taken = [], kept = [] }) {
      python.resolved.push(requirements);
      python.shownKept.push(kept);
      python.constrained.push(constraints);
      const read = (lines: readonly string[]) =>
        parseRequirements({ file: 'requirements', text: `${lines.join('\n')}\n` });
      const settled = new Map(taken.map(({ locked }) => [locked.name, locked]));
      const chosen = new Map([...settled].map(([name, { version }]) => [name, version]));
      const lines = [...requirements, ...taken.flatMap(({ needs }) => needs)];
      const found = solve(withKept(index, kept), read(lines), { bounds: read(constraints), chosen });
      if (found.kind === 'found') {
        const packages = [...found.chosen].map(([name, version]) => {
          const { sizeBytes = 1_000 } = index[name]?.[version] ?? {};
          return settled.get(name) ?? fakeLocked(name, version, sizeBytes);
        });
        const needs = Object.fromEntries(
          [...found.chosen].map(([name, version]) => [name, index[name]?.[version]?.needs ?? []]),
        );
        return { kind: 'resolved', packages: packages.sort((a, b) => (a.name < b.name ? -1 : 1)), needs };
      }
      return { kind: 'impossible', code: found.code, reason: found.reason, log: '' };
    },
    async take({ requirements, indexName }) {
      const packages = requirements.flatMap((line) => {
        const [name = '', version = ''] = line.split('===');
        const wheel = index[name]?.[version];
        if (wheel === undefined) return [];
        const locked = { ...fakeLocked(name, version, wheel.sizeBytes), index: indexName };
        return [{ locked, needs: wheel.needs ?? [], requiresPython: null, extras: [] }];
      });
      if (packages.length === requirements.length) return { kind: 'taken', packages };
      return { kind: 'impossible', reason: `${indexName} has not all of ${requirements.join(', ')}` };
    },
    offers: async ({ name }) =>
      Object.entries(index[name] ?? {})
        .map(([version, wheel]) => ({ version, files: offeredFiles(name, version, wheel) }))
        .sort((a, b) => compareVersions(b.version, a.version)),

    async build(request): Promise<BuiltEnvironment> {
      const { dir, packages, wheelsDir } = request;
      let downloadedBytes = 0;
      let fromKeptWheels = 0;
      for (const one of packages) {
        const kept = `${wheelsDir}/${one.sha256[0]}/${one.file}`;
        if ((await files.info(kept)) !== undefined) fromKeptWheels += 1;
        else if (request.index === undefined) {
          throw new Fault(
            'INDEX_UNREACHABLE',
            `No kept wheel of ${one.name} ${one.version}, and no index may be used.`,
          );
        } else {
          files.put(kept, one.file);
          downloadedBytes += one.sizeBytes ?? 0;
        }
        files.put(`${dir}/lib/${one.file}`, one.version);
      }
      files.put(`${dir}/bin/python`, 'python');
      python.built.push(request);
      const environment = {
        manifestDigest: hash('sha256', [request.lockText, ...python.otherwise].join('\n')),
        sizeBytes: packages.length * 1_000,
        changed: [],
        versions: Object.fromEntries(packages.map(({ name, version }) => [name, version])),
      };
      environments.set(dir, environment);
      const { manifestDigest, sizeBytes } = environment;
      return {
        python: `${dir}/bin/python`,
        manifestDigest,
        nFiles: packages.length,
        sizeBytes,
        downloadedBytes,
        fromKeptWheels,
      };
    },
    async inspect(dir) {
      const found = environments.get(dir);
      if (found === undefined || (await files.info(dir)) === undefined) return { kind: 'missing' };
      if (found.changed.length > 0) return { kind: 'drifted', changed: found.changed };
      return {
        kind: 'intact',
        manifestDigest: found.manifestDigest,
        python: `${dir}/bin/python`,
        sizeBytes: found.sizeBytes,
      };
    },
    async recorded(dir) {
      const found = environments.get(dir);
      if (found === undefined || (await files.info(dir)) === undefined) return undefined;
      const { manifestDigest, sizeBytes } = found;
      return { manifestDigest, nFiles: sizeBytes / 1_000, sizeBytes };
    },
    async asIfAt({ dir, place }) {
      const found = environments.get(dir);
      if (found === undefined) throw new Error(`nothing was built at ${dir}`);
      const { manifestDigest, sizeBytes } = found;
      const there = environments.get(place);
      const isSame = there?.manifestDigest === manifestDigest;
      const unlike = there === undefined ? null : isSame ? [] : [...python.otherwise];
      return { digest: manifestDigest, nFiles: sizeBytes / 1_000, nPlaced: 1, unlike };
    },
    async importCheck({ modules }) {
      return modules.map((module) => {
        const error = python.brokenModules.get(module) ?? null;
        return { module, ok: error === null, version: error === null ? '1.0' : null, error };
      });
    },
    async survey({ python: program, read = [] }) {
      const found = python.surveys.get(program);
      if (found !== undefined) {
        const isAsInstalled = (name: string): boolean => !python.edited.has(name);
        const packages = found.packages.map((one) =>
          read.includes(one.name) ? { ...one, isAsInstalled: isAsInstalled(one.name) } : one,
        );
        return { ...found, packages };
      }
      const dir = program.replace(/\/bin\/python$/, '');
      const built = environments.get(dir);
      if (built !== undefined && (await files.info(program)) !== undefined) return fakeSurvey(dir, built.versions);
      throw new Fault('PYTHON_MISSING', `There is no interpreter at ${program}.`);
    },
    torchCheck: async () => python.torch,
    unmetNeeds: async ({ python: program }) => python.unmet.get(program) ?? [],
    freeze: async () => [],
    modulesOf: async () => ({}),
  };
  return python;
}

function offeredFiles(name: string, version: string, wheel: FakeWheel): readonly OfferedFile[] {
  return (wheel.tags ?? ['py3-none-any']).map((tags) => {
    const file = `${name.replaceAll('-', '_')}-${version}-${tags}.whl`;
    const { sizeBytes = 1_000, uploadedAtMs = null, yanked = null } = wheel;
    return { file, url: `file:///wheels/${file}`, sha256: null, sizeBytes, uploadedAtMs, yanked, requiresPython: null };
  });
}

/** What is offered once wheels that are kept count, too. */
function withKept(index: FakePython['index'], kept: readonly string[]): FakePython['index'] {
  const all: FakePython['index'] = { ...index };
  for (const path of kept) {
    const [written = '', version = ''] = path.slice(path.lastIndexOf('/') + 1).split('-');
    const name = normalName(written);
    all[name] = { [version]: {}, ...all[name] };
  }
  return all;
}

type Solution =
  | { readonly kind: 'found'; readonly chosen: ReadonlyMap<string, string> }
  | { readonly kind: 'none'; readonly code: 'PACKAGE_NOT_FOUND' | 'PACKAGE_CONFLICT'; readonly reason: string };

/** Depth first, newest version first. Small indexes only. */
function solve(
  index: FakePython['index'],
  wanted: readonly Requirement[],
  { bounds, chosen }: { readonly bounds: readonly Requirement[]; readonly chosen: ReadonlyMap<string, string> },
): Solution {
  for (const { name, specifiers, specifier } of [...wanted, ...bounds]) {
    const version = chosen.get(name);
    if (version !== undefined && !meetsSpecifiers(version, specifiers)) {
      return { kind: 'none', code: 'PACKAGE_CONFLICT', reason: `${name} ${version} does not meet ${name}${specifier}` };
    }
  }
  const open = wanted.find(({ name }) => !chosen.has(name));
  if (open === undefined) return { kind: 'found', chosen };
  const offered = Object.keys(index[open.name] ?? {}).sort((a, b) => compareVersions(b, a));
  const fitting = offered.filter((version) =>
    [...wanted, ...bounds].every(({ name, specifiers }) => name !== open.name || meetsSpecifiers(version, specifiers)),
  );
  let last: Solution = {
    kind: 'none',
    code: 'PACKAGE_NOT_FOUND',
    reason: `the index has no ${open.name}${open.specifier}`,
  };
  for (const version of fitting) {
    const needs = parseRequirements({
      file: open.name,
      text: `${(index[open.name]?.[version]?.needs ?? []).join('\n')}\n`,
    });
    last = solve(index, [...wanted, ...needs], { bounds, chosen: new Map([...chosen, [open.name, version]]) });
    if (last.kind === 'found') return last;
  }
  return last;
}
