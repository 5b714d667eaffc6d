import { Fault } from '../../base/fault.ts';
import { readAgent } from './agent.ts';
import { checkReferences, type KnownNames } from './check-references.ts';
import type { Located } from './locator.ts';
import { readPlaybook } from './playbook.ts';
import { readTree } from './tree.ts';
import type { Definitions, DefinitionSource } from './types.ts';

/**
 * Returns everything that the files define, checked against each other. The kind of a file follows from its path:
 * `agents/<id>.md`, `trees/<id>.yaml`, `playbooks/<id>.yaml`; a README.md beside them is passed over. A file of the
 * installation takes the place of the built-in one with the same id. Maps are sorted by id.
 * Faults: those of the single files, `DEFINITION_INVALID`, `DEFINITION_DUPLICATE`, `PLAYBOOK_UNKNOWN_REFERENCE`.
 */
export function assembleDefinitions(sources: readonly DefinitionSource[], known: KnownNames): Definitions {
  const places = sources.map(placeOf).filter((place) => place !== undefined);
  const located = {
    agents: collect(places, 'agents', readAgent),
    trees: collect(places, 'trees', readTree),
    playbooks: collect(places, 'playbooks', readPlaybook),
  };
  checkReferences(located, known);
  return { agents: values(located.agents), trees: values(located.trees), playbooks: values(located.playbooks) };
}

type Folder = 'agents' | 'trees' | 'playbooks';

interface Place {
  readonly source: DefinitionSource;
  readonly folder: Folder;
  /** File name without its ending. */
  readonly name: string;
}

const extensions: Readonly<Record<Folder, string>> = { agents: '.md', trees: '.yaml', playbooks: '.yaml' };

function placeOf(source: DefinitionSource): Place | undefined {
  const [, folder, fileName] = /(?:^|[:/])(agents|trees|playbooks)\/([^/]+)$/.exec(source.file) ?? [];
  if (fileName === 'README.md') return undefined;
  const at = { file: source.file, line: 1, column: 1 };
  if (folder === undefined || fileName === undefined) {
    throw new Fault('DEFINITION_INVALID', 'The file is not in agents/, trees/ or playbooks/.', { at });
  }
  const extension = extensions[folder as Folder];
  if (!fileName.endsWith(extension)) {
    throw new Fault('DEFINITION_INVALID', `The name of a file in ${folder}/ has to end in ${extension}.`, { at });
  }
  return { source, folder: folder as Folder, name: fileName.slice(0, -extension.length) };
}

interface Entry<T> extends Located<T> {
  readonly place: Place;
}

type Read<T> = (source: DefinitionSource) => Located<T>;

function collect<T extends { readonly id: string }>(
  places: readonly Place[],
  folder: Folder,
  read: Read<T>,
): Map<string, Located<T>> {
  const byOrigin = { 'built-in': new Map<string, Entry<T>>(), installation: new Map<string, Entry<T>>() };
  for (const place of places) {
    if (place.folder !== folder) continue;
    const entry: Entry<T> = { ...read(place.source), place };
    const { id } = entry.value;
    const other = byOrigin[place.source.origin].get(id);
    if (other !== undefined) throw duplicate(entry, other);
    byOrigin[place.source.origin].set(id, entry);
  }
  for (const entry of [...byOrigin['built-in'].values(), ...byOrigin.installation.values()]) checkName(entry);
  const merged = new Map<string, Located<T>>([...byOrigin['built-in'], ...byOrigin.installation]);
  return new Map([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function duplicate<T extends { readonly id: string }>(entry: Entry<T>, other: Entry<T>): Fault {
  const files = [other.place.source.file, entry.place.source.file];
  return new Fault('DEFINITION_DUPLICATE', `The id ${entry.value.id} is in two files: ${files.join(' and ')}.`, {
    at: entry.locate.value(['id']),
    data: { files },
  });
}

function checkName<T extends { readonly id: string }>({ value, locate, place }: Entry<T>): void {
  if (value.id === place.name) return;
  throw new Fault('DEFINITION_INVALID', `The id ${value.id} is not the name of its file, ${place.name}.`, {
    at: locate.value(['id']),
  });
}

function values<T>(located: ReadonlyMap<string, Located<T>>): ReadonlyMap<string, T> {
  return new Map([...located].map(([id, { value }]) => [id, value]));
}
