import { z } from 'zod';

import type { Evidence, EvidencePart, SmokeEvidence } from '../../domain/changes/evidence.ts';
import { compareBoots } from '../../domain/changes/judge.ts';
import { readLock } from '../../domain/environments/lock.ts';
import { type Component, parseComponents } from '../../domain/instances/components.ts';
import { newest, type JournalReader } from './journal-reader.ts';

const moveSchema = z.object({
  name: z.string(),
  from: z.string().nullable().describe('What it is on the branch, or null: it is new.'),
  to: z.string().nullable().describe('What it becomes, or null: it goes.'),
});

const timeSchema = z.object({
  what: z.string().describe('`start`, or the name of a workflow.'),
  beforeMs: z.number().nullable().describe('On the branch; null: not proven.'),
  afterMs: z.number().nullable().describe('On the exact tree; null: not proven.'),
  isComparable: z.boolean().describe('Both were measured on the same sort of device.'),
  rows: z.array(z.number()).describe('Journal rows that hold the times.'),
});

const pictureSchema = z.object({
  workflow: z.string().describe('What drew it.'),
  number: z.number().describe('Which of its pictures, from 1.'),
  widthPx: z.number(),
  heightPx: z.number(),
  sizeBytes: z.number(),
  isFlat: z.boolean().describe('Every pixel has the same value: nothing was drawn.'),
  isSame: z.boolean().nullable().describe('The same bytes as on the branch; null: not drawn there.'),
  wasFlat: z.boolean().nullable().describe('Whether it was flat on the branch; null: not drawn there.'),
  file: z.string().nullable().describe('Where to look at it, while it is kept; else null.'),
  rows: z.array(z.number()).describe('Journal rows that hold it.'),
});

/** What a change does, before and after, as outputs carry it. */
export const comparisonSchema = z.object({
  beforeTree: z.string().describe('Git tree of the branch that it is compared with.'),
  afterTree: z.string().describe('Git tree that it is compared as.'),
  packages: z
    .array(moveSchema)
    .nullable()
    .describe('Packages of the two locks that differ; null: one of them cannot be read.'),
  components: z
    .array(moveSchema)
    .nullable()
    .describe('ComfyUI and node packs of the two locks that differ; null: one of them cannot be read.'),
  timing: z.array(timeSchema).describe('How long the service takes to start, and each workflow.'),
  pictures: z.array(pictureSchema).describe('Pictures that the workflows drew.'),
  nodes: z
    .object({ lost: z.array(z.string()), gained: z.array(z.string()), rows: z.array(z.number()) })
    .nullable()
    .describe('Node classes; null where one of the two was not booted.'),
  unread: z.array(z.string()).describe('What could not be compared, and why.'),
  row: z.number().describe('Journal row that names the two trees.'),
});
export type ComparisonView = z.infer<typeof comparisonSchema>;

/** Texts of the files that say what an installation is made of; null where a tree has none. */
export interface Declared {
  readonly lock: string | null;
  readonly components: string | null;
}

export interface Compared {
  readonly beforeTree: string;
  readonly afterTree: string;
  readonly before: Declared;
  readonly after: Declared;
  /** What the gate proved of the exact tree, by key; absent while there is no gate. */
  readonly keyOf: ((part: EvidencePart) => string) | null;
  readonly row: number;
  /** Returns where a picture of an instance lies, or null where it does not any more. */
  readonly fileOf: (instance: string, file: string) => string | null;
}

/** Compares a change with the branch, as far as locks and evidence on record tell. What nobody measured is null. */
export function comparisonView(reader: JournalReader, compared: Compared): ComparisonView {
  const { beforeTree, afterTree, before, after, row } = compared;
  const unread: string[] = [];
  const boots = bothOf(reader, compared, 'boot');
  const smokes = bothOf(reader, compared, 'smoke');
  return {
    beforeTree,
    afterTree,
    packages: movesOf(tryRead(packagesOf, before.lock, unread), tryRead(packagesOf, after.lock, unread)),
    components: movesOf(tryRead(pinsOf, before.components, unread), tryRead(pinsOf, after.components, unread)),
    timing: [...startTime(boots), ...workflowTimes(smokes)],
    pictures: picturesOf(smokes, compared.fileOf),
    nodes: nodesOf(boots),
    unread,
    row,
  };
}

type Found<Part extends EvidencePart> = Extract<Evidence, { part: Part }> & { readonly row: number };
interface Both<Part extends EvidencePart> {
  readonly before: Found<Part> | undefined;
  readonly after: Found<Part> | undefined;
}

function bothOf<Part extends EvidencePart>(
  reader: JournalReader,
  { beforeTree, keyOf }: Compared,
  part: Part,
): Both<Part> {
  const find = (key: string): Found<Part> | undefined => {
    const row = newest(reader, 'evidence.recorded', key);
    return row === undefined
      ? undefined
      : { ...(row.data.evidence as Extract<Evidence, { part: Part }>), row: row.seq };
  };
  return {
    before: find(`evidence-of:${beforeTree}:${part}`),
    after: keyOf === null ? undefined : find(`evidence:${keyOf(part)}:${part}`),
  };
}

type Rows = { readonly [Side in 'before' | 'after']: { readonly row: number } | undefined };
const rowsOf = ({ before, after }: Rows): number[] => [before?.row ?? [], after?.row ?? []].flat();

function startTime(boots: Both<'boot'>): ComparisonView['timing'] {
  const { before, after } = boots;
  if (before === undefined && after === undefined) return [];
  return [
    {
      what: 'start',
      beforeMs: before?.startMs ?? null,
      afterMs: after?.startMs ?? null,
      isComparable: before?.device === after?.device,
      rows: rowsOf(boots),
    },
  ];
}

function workflowTimes(smokes: Both<'smoke'>): ComparisonView['timing'] {
  const { before, after } = smokes;
  const names = new Set([...namesOf(after), ...namesOf(before)]);
  return [...names].map((what) => ({
    what,
    beforeMs: timeOf(before, what),
    afterMs: timeOf(after, what),
    isComparable: before?.device === after?.device,
    rows: rowsOf(smokes),
  }));
}

const namesOf = (smoke: SmokeEvidence | undefined): readonly string[] => smoke?.workflows.map(({ name }) => name) ?? [];

/** A workflow that failed took no time that could be compared. */
function timeOf(smoke: SmokeEvidence | undefined, name: string): number | null {
  const found = smoke?.workflows.find((one) => one.name === name);
  return found === undefined || found.failure !== null ? null : found.durationMs;
}

function picturesOf(smokes: Both<'smoke'>, fileOf: Compared['fileOf']): ComparisonView['pictures'] {
  const { before, after } = smokes;
  if (after === undefined) return [];
  return after.workflows.flatMap(({ name, pictures }) => {
    const old = before?.workflows.find((one) => one.name === name)?.pictures ?? [];
    return pictures.map(({ widthPx, heightPx, sizeBytes, isFlat, sha256, file }, index) => {
      const was = old[index];
      return {
        workflow: name,
        number: index + 1,
        widthPx,
        heightPx,
        sizeBytes,
        isFlat,
        isSame: was === undefined ? null : was.sha256 === sha256,
        wasFlat: was === undefined ? null : was.isFlat,
        file: file === undefined ? null : fileOf(after.instance, file),
        rows: was === undefined ? [after.row] : rowsOf(smokes),
      };
    });
  });
}

function nodesOf(boots: Both<'boot'>): ComparisonView['nodes'] {
  const { before, after } = boots;
  if (before === undefined || after === undefined) return null;
  const { lost, gained } = compareBoots(before, after);
  return { lost: [...lost], gained: [...gained], rows: rowsOf(boots) };
}

type Versions = ReadonlyMap<string, string>;

const packagesOf = (text: string): Versions =>
  new Map(readLock({ file: 'requirements.lock', text }).packages.map(({ name, version }) => [name, version]));

const SHORT = 7;
const pinsOf = (text: string): Versions =>
  new Map(parseComponents(text).map((component) => [component.id, pinOf(component)]));

const pinOf = ({ commit, tree, edits }: Component): string =>
  `${commit === null ? `files ${tree.slice(0, SHORT)}` : commit.slice(0, SHORT)}${edits === undefined ? '' : ` with ${edits.files} edited files (${tree.slice(0, SHORT)})`}`;

/** What an agent wrote need not be readable: then that is told, and nothing is claimed. */
function tryRead(read: (text: string) => Versions, text: string | null, unread: string[]): Versions | null {
  if (text === null) return new Map();
  try {
    return read(text);
  } catch (error) {
    unread.push(error instanceof Error ? error.message : String(error));
    return null;
  }
}

function movesOf(before: Versions | null, after: Versions | null): ComparisonView['packages'] {
  if (before === null || after === null) return null;
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort()
    .map((name) => ({ name, from: before.get(name) ?? null, to: after.get(name) ?? null }));
}
