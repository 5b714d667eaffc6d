import { Fault } from '../../base/fault.ts';
import { readAgent } from './agent.ts';
import type { KnownNames } from './check-references.ts';
import { attempt, throwTogether } from './faults.ts';
import type { Located } from './locator.ts';
import { readPlaybook } from './playbook.ts';
import { referenceFaults } from './reference-faults.ts';
import { readTree } from './tree.ts';
import type { Definitions, DefinitionSource } from './types.ts';

/**
 * Returns everything that the files define, checked against each other. The kind of a file follows from its path:
 * `agents/<id>.md`, `trees/<id>.yaml`, `playbooks/<id>.yaml`; a README.md beside them and tests of playbooks are passed over. A
 * file of the installation takes the place of the built-in one with the same id. Maps are sorted by id.
 * Faults of all files together: those of the single files, `DEFINITION_INVALID`, `DEFINITION_DUPLICATE`,
 * `PLAYBOOK_UNKNOWN_REFERENCE`.
 */
export function assembleDefinitions(sources: readonly DefinitionSource[], known: KnownNames): Definitions {
  const { definitions, faults } = checkDefinitions(sources, known);
  throwTogether(faults);
  return definitions;
}

/** What the files define, as far as they can be read, and everything that is wrong with them. */
export interface CheckedDefinitions {
  readonly definitions: Definitions;
  /** In the order of the files, then what they say about each other; each ends with the command that checks it again. */
  readonly faults: readonly Fault[];
}

/** Checks all files and never throws a Fault: what cannot be read is not among the definitions. */
export function checkDefinitions(sources: readonly DefinitionSource[], known: KnownNames): CheckedDefinitions {
  const faults: Fault[] = [];
  const places = sources.map((source) => attempt(faults, () => placeOf(source))).filter((place) => place !== undefined);
  const agents = collect(places, 'agents', readAgent, faults);
  const trees = collect(places, 'trees', readTree, faults);
  const playbooks = collect(places, 'playbooks', readPlaybook, faults);
  // What a broken file would define counts as there: else every file that names it were wrong too.
  const broken = { agents: agents.broken, trees: trees.broken, playbooks: playbooks.broken };
  const located = { agents: agents.located, trees: trees.located, playbooks: playbooks.located };
  faults.push(...referenceFaults(located, { known, broken }));
  return {
    definitions: { agents: values(agents.located), trees: values(trees.located), playbooks: values(playbooks.located) },
    faults: faults.map(withCheck),
  };
}

/** Returns the fault with the command that checks its file again as the last hint. */
function withCheck(fault: Fault): Fault {
  const folder = folderOf(fault.at?.file ?? '');
  if (folder === undefined) return fault;
  const hints = fault.hints.filter((hint) => !hint.startsWith('orchestrate '));
  return Fault.fromRecord({ ...fault.toRecord(), hints: [...hints, `orchestrate ${folder} check`] }, fault);
}

type Folder = 'agents' | 'trees' | 'playbooks';

interface Place {
  readonly source: DefinitionSource;
  readonly folder: Folder;
  /** File name without its ending. */
  readonly name: string;
}

const extensions: Readonly<Record<Folder, string>> = { agents: '.md', trees: '.yaml', playbooks: '.yaml' };

/** Files of editors and systems beside those of people: `.x.md.swp`, `x.md~`, `#x.md#`, `.DS_Store`. */
const othersPattern = /^(?:README\.md|\..*|.*~|#.*#)$/;

const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

/** Tells whether a file in a folder of definitions is there for us at all: a definition, or the test of one. */
export const isOurs = (file: string): boolean => !othersPattern.test(nameOf(file));

/** Tells whether a file in a folder of definitions is meant to be one. */
export const isDefinitionFile = (file: string): boolean => isOurs(file) && !file.endsWith('.test.yaml');

const folderOf = (file: string): Folder | undefined =>
  /(?:^|[:/])(agents|trees|playbooks)\/[^/]+$/.exec(file)?.[1] as Folder | undefined;

function placeOf(source: DefinitionSource): Place | undefined {
  const folder = folderOf(source.file);
  const fileName = nameOf(source.file);
  if (!isDefinitionFile(source.file)) return undefined;
  const at = { file: source.file, line: 1, column: 1 };
  if (folder === undefined) {
    throw new Fault('DEFINITION_INVALID', 'The file is not in agents/, trees/ or playbooks/.', { at });
  }
  const extension = extensions[folder];
  if (!fileName.endsWith(extension)) {
    throw new Fault('DEFINITION_INVALID', `The name of a file in ${folder}/ has to end in ${extension}.`, {
      at,
      hints: [`Name it ${fileName.replace(/\.[^.]*$/, '')}${extension}, or move it elsewhere.`],
    });
  }
  return { source, folder, name: fileName.slice(0, -extension.length) };
}

interface Entry<T> extends Located<T> {
  readonly place: Place;
}

type Read<T> = (source: DefinitionSource) => Located<T>;

interface Collected<T> {
  readonly located: ReadonlyMap<string, Located<T>>;
  /** Names of the files that could not be read. */
  readonly broken: ReadonlySet<string>;
}

function collect<T extends { readonly id: string }>(
  places: readonly Place[],
  folder: Folder,
  read: Read<T>,
  faults: Fault[],
): Collected<T> {
  const byOrigin = { 'built-in': new Map<string, Entry<T>>(), installation: new Map<string, Entry<T>>() };
  const broken = new Set<string>();
  const twice = new Set<string>();
  for (const place of places) {
    if (place.folder !== folder) continue;
    const entry = attempt(faults, () => readPlace(place, read));
    if (entry === undefined) broken.add(place.name);
    const other = entry && byOrigin[place.source.origin].get(entry.value.id);
    if (entry && other) {
      faults.push(duplicate(entry, other));
      twice.add(entry.value.id);
    } else if (entry) byOrigin[place.source.origin].set(entry.value.id, entry);
  }
  // Of two files with one id, one has the wrong name anyway.
  const named = [...byOrigin['built-in'].values(), ...byOrigin.installation.values()];
  for (const entry of named.filter(({ value }) => !twice.has(value.id))) attempt(faults, () => checkName(entry));
  const merged = new Map<string, Located<T>>([...byOrigin['built-in'], ...byOrigin.installation]);
  return { located: new Map([...merged].sort(([a], [b]) => (a < b ? -1 : 1))), broken };
}

function readPlace<T>(place: Place, read: Read<T>): Entry<T> {
  const { file, unread } = place.source;
  if (unread !== undefined)
    throw new Fault('DEFINITION_INVALID', unread.why, { at: { file, line: 1, column: 1 }, hints: [unread.remedy] });
  return { ...read(place.source), place };
}

function duplicate<T extends { readonly id: string }>(entry: Entry<T>, other: Entry<T>): Fault {
  const files = [other.place.source.file, entry.place.source.file];
  return new Fault('DEFINITION_DUPLICATE', `The id ${entry.value.id} is in two files: ${files.join(' and ')}.`, {
    at: entry.locate.value(['id']),
    data: { files },
    hints: ['Give one of them another id, or take it away.'],
  });
}

function checkName<T extends { readonly id: string }>({ value, locate, place }: Entry<T>): void {
  if (value.id === place.name) return;
  throw new Fault('DEFINITION_INVALID', `The id ${value.id} is not the name of its file, ${place.name}.`, {
    at: locate.value(['id']),
    hints: [`Write ${place.name} here, or rename the file to ${value.id}${extensions[place.folder]}.`],
  });
}

function values<T>(located: ReadonlyMap<string, Located<T>>): ReadonlyMap<string, T> {
  return new Map([...located].map(([id, { value }]) => [id, value]));
}
