import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { factText } from '../../domain/changes/fact-text.ts';
import { type ConflictPair, meetText } from '../../domain/conflicts/pairs.ts';
import type { JournalKinds } from '../../domain/journal/kinds.ts';
import { newest, type JournalReader } from './journal-reader.ts';
import { machineState } from './machine-state.ts';
import { listText } from './text.ts';

const fightSchema = z.object({
  fact: z.string().describe('What both touch, e.g. `package:torch`.'),
  what: z.string().describe('The same in words.'),
  first: z.string().describe('What the first makes of it; empty: it goes.'),
  second: z.string().describe('What the second makes of it.'),
});

const pairSchema = z.object({
  first: z.string().describe('Which of the two merges first as things stand.'),
  second: z.string().describe('The other one.'),
  mark: z.string().describe('`T`: the same lines. `S`: the same thing by its meaning. `TS`: both.'),
  textual: z.array(z.string()).describe('Files of which both edit the same lines.'),
  semantic: z.array(fightSchema).describe('What both make something else of.'),
  advice: z
    .enum(['regenerate', 'again', 'person'])
    .describe(
      '`regenerate`: nothing is to be done. `again`: the second has to be made again. `person`: somebody decides.',
    ),
  sentence: z.string().describe('What to do, in words.'),
  commands: z.array(z.string()).describe('What can be typed for it.'),
});

/** The conflict matrix as outputs carry it. */
export const conflictsSchema = z
  .object({
    works: z
      .array(
        z.object({
          id: z.string().describe('A change, a run at work, or a slot.'),
          kind: z.enum(['change', 'run', 'slot']),
          run: z.string().nullable(),
          title: z.string(),
        }),
      )
      .describe(
        'What was compared, in the order in which it would merge; where ids were asked for, those and what they meet.',
      ),
    asked: z.array(z.string()).describe('Ids that were asked for, as works are named here; empty: all.'),
    notCompared: z.array(z.string()).describe('Of those asked for: open, and not among what was looked at last.'),
    leftOut: z.number().describe('Works that are open and were not compared, as they come too late in line.'),
    pairs: z
      .array(pairSchema)
      .describe('Pairs that meet; any other two do not. Where ids were asked for: pairs of those only.'),
    atMs: z
      .number()
      .nullable()
      .describe('When it was looked at, in milliseconds since 1970; null: there was nothing to look at.'),
    row: z.number().nullable().describe('Journal row that holds it.'),
  })
  .describe('Who stands in whose way: open changes and runs at work, pair by pair.');
export type ConflictsView = z.infer<typeof conflictsSchema>;

/** Returns what the radar found last, without what has ended since. */
export function conflictsView(reader: JournalReader): ConflictsView {
  const found = newest(reader, 'conflicts.found', 'conflicts');
  const works = (found?.data.members ?? []).filter((one) => isOpen(reader, one));
  const ids = new Set(works.map(({ id }) => id));
  const pairs = (found?.data.pairs ?? []).filter(({ first, second }) => ids.has(first) && ids.has(second));
  return {
    works: works.map(({ id, kind, run, title }) => ({ id, kind, run, title })),
    pairs: pairs.map((pair) => pairView(pair, new Map(works.map((one) => [one.id, one])))),
    ...{ asked: [], notCompared: [], leftOut: found?.data.nLeftOut ?? 0 },
    atMs: found?.atMs ?? null,
    row: found?.seq ?? null,
  };
}

/**
 * Returns the same for one id and what it meets, or for two of them. A run is named for its change, a slot for who works in it. Faults: `CHANGE_NOT_FOUND`,
 * `RUN_NOT_FOUND`, `CHANGE_FINISHED`, `RUN_FINISHED`, `USAGE_BAD_ARGUMENT` for what is nobody's work.
 */
export function conflictsAmong(reader: JournalReader, names: readonly string[]): ConflictsView {
  const view = conflictsView(reader);
  const asked = [...new Set(names.map((name) => workNamed(reader, view, name)))];
  if (asked.length === 0) return view;
  const pairs = view.pairs.filter(({ first, second }) => asked.every((id) => id === first || id === second));
  const shown = new Set(
    asked.length > 1 ? asked : [...asked, ...pairs.flatMap(({ first, second }) => [first, second])],
  );
  const works = view.works.filter(({ id }) => shown.has(id));
  const notCompared = asked.filter((id) => !works.some((one) => one.id === id));
  return { ...view, works, asked, notCompared, pairs };
}

const nothingChanged = { state: 'Nothing was changed.' } as const;

function workNamed(reader: JournalReader, { works }: ConflictsView, name: string): string {
  const holder = newest(reader, 'lease.taken', `lease:slot:${name}`)?.data.run;
  const id = holder ?? name;
  const isChange = reader.latest(`change:${id}`) !== undefined;
  if (!isChange && reader.latest(`run:${id}`) === undefined) throw unknownFault(name);
  const at = machineState(reader, id);
  if (at === undefined || at.isFinal || isMerged(at))
    throw isChange
      ? new Fault('CHANGE_FINISHED', `${id} is ${at?.state ?? 'gone'}: it is in nobody's way any more.`, nothingChanged)
      : new Fault('RUN_FINISHED', `${id} has ended: it is in nobody's way any more.`, nothingChanged);
  return works.find((one) => one.id === id || one.run === id)?.id ?? id;
}

function unknownFault(name: string): Fault {
  if (/^c\d+$/.test(name)) return new Fault('CHANGE_NOT_FOUND', `There is no change ${name}.`, nothingChanged);
  if (/^r\d+$/.test(name)) return new Fault('RUN_NOT_FOUND', `There is no run ${name}.`, nothingChanged);
  return new Fault('USAGE_BAD_ARGUMENT', `${name} is no change, no run, and no slot that somebody works in.`, {
    ...nothingChanged,
    hints: ['orchestrate conflicts'],
  });
}

type Found = JournalKinds['conflicts.found']['members'][number];

/** Merged is as good as ended: its files are the branch's. */
function isOpen(reader: JournalReader, { id }: Found): boolean {
  const at = machineState(reader, id);
  return at !== undefined && !at.isFinal && !isMerged(at);
}

const isMerged = ({ state }: { readonly state: string }): boolean => ['merged', 'switchHeld'].includes(state);

function pairView(pair: ConflictPair, works: ReadonlyMap<string, Found>): ConflictsView['pairs'][number] {
  const { first, second, textual, semantic, advice } = pair;
  const { sentence, commands } = whatToDo(pair, works);
  return {
    ...{ first, second, advice, sentence, commands: [...commands], textual: [...textual] },
    mark: `${textual.length > 0 ? 'T' : ''}${semantic.length > 0 ? 'S' : ''}`,
    semantic: semantic.map((fight) => ({ ...fight, what: factText(fight.fact) })),
  };
}

function whatToDo(
  { first, second, textual, advice, semantic }: ConflictPair,
  works: ReadonlyMap<string, Found>,
): { readonly sentence: string; readonly commands: readonly string[] } {
  // What a person has in a slot is theirs to take back: no command of ours does.
  const callOff = (id: string): readonly string[] => {
    const kind = works.get(id)?.kind;
    if (kind === 'slot') return [];
    return [kind === 'change' ? `orchestrate review reject ${id}` : `orchestrate runs cancel ${id}`];
  };
  switch (advice) {
    case 'regenerate':
      return {
        sentence: `Nothing: ${first} merges first, then the lock of ${second} is made anew from both.`,
        commands: [],
      };
    case 'again':
      return {
        sentence: `${first} merges first; then ${second} has to be brought onto the branch as it is: ${listText([...textual])}.`,
        commands: works.get(second)?.kind === 'change' ? [`orchestrate review resubmit ${second}`] : callOff(second),
      };
    case 'person':
      return {
        sentence: `Somebody has to say which is meant, as both are about ${listText(semantic.map(({ fact }) => factText(fact)))}: call one of them off.`,
        commands: [...callOff(second), ...callOff(first)],
      };
  }
}

/** Returns what a change or run meets, one clause each: `r12: package torch (somebody decides)`. */
export function conflictClauses(
  reader: JournalReader,
  ids: readonly string[],
): { readonly sentence: string; readonly row: number }[] {
  const { pairs, row } = conflictsView(reader);
  return pairs.flatMap((pair) => {
    const other = ids.includes(pair.first) ? pair.second : ids.includes(pair.second) ? pair.first : undefined;
    if (other === undefined || row === null) return [];
    return [{ sentence: `${other}: ${meetText(pair)} (${adviceWords[pair.advice]})`, row }];
  });
}

/** Returns all that meets in one line for the summary, null where nothing does. */
export function conflictLine(reader: JournalReader): string | null {
  const [worst, ...others] = [...conflictsView(reader).pairs].sort((a, b) => rank(a) - rank(b));
  if (worst === undefined) return null;
  const more = others.length === 0 ? '' : ` · ${others.length} more`;
  return `${worst.first} × ${worst.second}: ${meetText(worst)} (${adviceWords[worst.advice]})${more}`;
}

const rank = ({ advice }: Pick<ConflictPair, 'advice'>): number => ['person', 'again', 'regenerate'].indexOf(advice);

const adviceWords: Readonly<Record<ConflictPair['advice'], string>> = {
  regenerate: 'made anew at the merge',
  again: 'the second is made again',
  person: 'somebody decides',
};
