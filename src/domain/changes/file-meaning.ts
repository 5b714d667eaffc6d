import { z } from 'zod';

import { parseYaml } from '../definitions/parse-yaml.ts';
import { readLock } from '../environments/lock.ts';
import { parseRequirements, printRequirement } from '../environments/requirements.ts';
import { parseComponents } from '../instances/components.ts';

/** One side of a file that differs. */
export interface FileSide {
  /** Stands for its bytes and mode. */
  readonly id: string;
  /** Only where `isRead` asks for it, and it is text. */
  readonly text: string | null;
}

export interface ChangedFile {
  readonly path: string;
  /** Null: the file is not there. */
  readonly before: FileSide | null;
  readonly after: FileSide | null;
}

/** Files that are made from other files or that are lists: they are merged by what they say, never line by line. */
export const mergedByMeaning = ['requirements.in', 'components.lock', 'requirements.lock'] as const;

/** Begins what requirements.in asks of a package, as against where the lock has it. */
export const asks = 'asks ';
const locked = 'locked ';

type Facts = ReadonlyMap<string, string>;

interface Reader {
  readonly pattern: RegExp;
  /** Every fact that a text states, with its value. */
  readonly read: (text: string) => Facts;
  /** Value of a fact that is not stated any more. */
  readonly gone?: string;
}

/** Whether the meaning of a file lies in its text: everything else is told apart by its bytes. */
export const isRead = (path: string): boolean => readers.some(({ pattern }) => pattern.test(path));

/**
 * Returns the facts of a file that differ, each with what it becomes. A text that cannot be read as what it should be, and one that
 * differs in nothing that means something (a comment), is the fact of its path.
 */
export function meaningOf({ path, before, after }: ChangedFile): Facts {
  const plain = new Map([[plainFact(path), after?.id ?? '']]);
  const reader = readers.find(({ pattern }) => pattern.test(path));
  if (reader === undefined) return plain;
  const [old, now] = [factsOf(reader, before), factsOf(reader, after)];
  if (old === undefined || now === undefined) return plain;
  const changed = [...new Set([...old.keys(), ...now.keys()])].filter((fact) => old.get(fact) !== now.get(fact));
  if (changed.length === 0) return plain;
  return new Map(changed.map((fact) => [fact, now.get(fact) ?? reader.gone ?? '']));
}

/** Undefined: it cannot be read. */
function factsOf({ read }: Reader, side: FileSide | null): Facts | undefined {
  if (side === null) return new Map();
  if (side.text === null) return undefined;
  try {
    return read(side.text);
  } catch {
    // Any fault of a parser says the same here: the file means nothing that could be compared.
    return undefined;
  }
}

const named = [
  { pattern: /^workflows\/(.+)$/, word: 'workflow' },
  { pattern: /^agents\/([^/]+)\.md$/, word: 'agent' },
  { pattern: /^playbooks\/([^/]+)\.yaml$/, word: 'playbook' },
] as const;

function plainFact(path: string): string {
  for (const { pattern, word } of named) {
    const name = pattern.exec(path)?.[1];
    if (name !== undefined) return `${word}:${name}`;
  }
  return `path:${path}`;
}

const readers: readonly Reader[] = [
  { pattern: /^requirements\.in$/, read: requirementFacts, gone: `${asks}nothing` },
  { pattern: /^requirements\.lock$/, read: lockFacts, gone: `${locked}nothing` },
  { pattern: /^components\.lock$/, read: componentFacts },
  { pattern: /^extra_model_paths\.yaml$/, read: modelPathFacts },
  { pattern: /^orchestrate\.yaml$/, read: configFacts },
  { pattern: /^trees\/[^/]+\.yaml$/, read: treeFacts },
];

function requirementFacts(text: string): Facts {
  const lines = Map.groupBy(parseRequirements({ file: 'requirements.in', text }), ({ name }) => name);
  return new Map(
    [...lines].map(([name, asked]) => {
      const written = asked.map((one) => printRequirement({ ...one, writtenName: name, comment: null }));
      return [`package:${name}`, `${asks}${written.join(' and ')}`];
    }),
  );
}

function lockFacts(text: string): Facts {
  const { packages, abi, platform, build, borrowed, fingerprint } = readLock({ file: 'requirements.lock', text });
  const about = { python: abi, platform, build, borrowed, fingerprint };
  return new Map([
    ...packages.map(({ name, version, sha256, index }): [string, string] => [
      `package:${name}`,
      [`${locked}${version}`, index, ...sha256].filter((part) => part !== undefined).join(' '),
    ]),
    ...Object.entries(about).flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[`environment:${key}`, String(value)]],
    ),
  ]);
}

function componentFacts(text: string): Facts {
  const pins = parseComponents(text).map(({ id, ...rest }): [string, string] => [
    `component:${id}`,
    `${rest.commit ?? `files ${rest.tree}`} ${JSON.stringify(rest)}`,
  ]);
  return new Map(pins);
}

function modelPathFacts(text: string): Facts {
  const sections = z.record(z.string(), z.record(z.string(), z.unknown()));
  const { value } = parseYaml({ file: 'extra_model_paths.yaml', text });
  return new Map(
    Object.entries(sections.parse(value ?? {})).flatMap(([section, keys]) =>
      Object.entries(keys).map(([key, held]): [string, string] => [
        `model-path:${section}/${key}`,
        typeof held === 'string' ? held.trim() : JSON.stringify(held),
      ]),
    ),
  );
}

function configFacts(text: string): Facts {
  const facts = new Map<string, string>();
  collect(parseYaml({ file: 'orchestrate.yaml', text }).value, [], facts);
  return facts;
}

/** Keys whose value is a port that a program listens on. */
const portKeys: ReadonlySet<string> = new Set(['service.port']);

function collect(value: unknown, keys: readonly string[], facts: Map<string, string>): void {
  const dotted = keys.join('.');
  if (dotted === 'service.args' && Array.isArray(value)) {
    for (const [flag, given] of flagsOf(value.map(String))) facts.set(`flag:${flag}`, given);
    return;
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    for (const [key, below] of Object.entries(value)) collect(below, [...keys, key], facts);
    return;
  }
  facts.set(`config:${dotted}`, JSON.stringify(value));
  if (portKeys.has(dotted)) facts.set(`port:${String(value)}`, 'service');
}

/** `--reserve-vram 2 --cpu` and `--reserve-vram=2 --cpu`: each flag with what follows it; what stands before any is told by its place. */
function flagsOf(args: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  let flag = '(first)';
  for (const arg of args) {
    const [, name, given] = /^(--?[A-Za-z][^=]*)(?:=([\s\S]*))?$/.exec(arg) ?? [];
    if (name === undefined) flags.set(flag, [flags.get(flag) ?? '', arg].filter((one) => one !== '').join(' '));
    else {
      flag = name;
      flags.set(flag, given ?? '');
    }
  }
  return new Map([...flags].map(([name, given]) => [name, given === '' ? 'set' : given]));
}

function treeFacts(text: string): Facts {
  const { value } = parseYaml({ file: 'tree', text });
  const { id, 'home-port': port } = z.looseObject({ id: z.string(), 'home-port': z.number() }).parse(value);
  return new Map([
    [`tree:${id}`, JSON.stringify(value)],
    [`port:${port}`, id],
  ]);
}
