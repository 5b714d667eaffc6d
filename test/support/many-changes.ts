import * as fs from 'node:fs';
import { join } from 'node:path';

import type { WheelSpec } from '../../demo/wheels.ts';
import { placeMs, type Priority } from '../../src/domain/queue/rank.ts';
import type { Entry } from '../../src/ports/index.ts';
import { textOf, until } from './fault-processes.ts';
import type { FaultWorld } from './fault-world.ts';

/** Small packages that need nothing; the last one does not import. */
export const manyWheels = (n: number): readonly WheelSpec[] =>
  Array.from({ length: n }, (_, index) => {
    const name = `tiny${index + 1}`;
    return { name, version: '1.0', files: { [`${name}/__init__.py`]: `VALUE = ${index + 1}\n` } };
  });

/** What is asked for: a goal with its arguments, and whether somebody said yes beforehand. */
export interface Wanted {
  readonly args: readonly string[];
  readonly yes: boolean;
}

/** `n` changes of three trees, by turns; two of them write the same workflow with different content, a few wait for a person. */
export function wanted(world: FaultWorld, n: number): readonly Wanted[] {
  const folder = join(world.live, 'mine');
  fs.mkdirSync(folder, { recursive: true });
  const graph = (name: string, seed: number): string => {
    const shipped = JSON.parse(fs.readFileSync(join(world.live, 'w/ComfyUI/smoke/padded-card.json'), 'utf8')) as Record<
      string,
      { inputs: Record<string, unknown> }
    >;
    for (const node of Object.values(shipped)) if ('seed' in node.inputs) node.inputs['seed'] = seed;
    const file = join(folder, `${name}-${seed}.json`);
    // The same picture by other numbers: the title of a node is no part of what runs.
    fs.writeFileSync(
      file,
      JSON.stringify({ ...shipped, ['900']: { ...Object.values(shipped)[0], _meta: { title: `${seed}` } } }),
    );
    return file;
  };
  return Array.from({ length: n }, (_, index): Wanted => {
    const nth = Math.floor(index / 3) + 1;
    const yes = index % 5 !== 4;
    if (index % 3 === 0) return { args: ['run', `add tiny${nth}`], yes };
    if (index % 3 === 1)
      return { args: ['smoke', 'add', graph('card', index), '--name', nth === 2 ? 'card-1' : `card-${nth}`], yes };
    return { args: ['run', `write runbook page-${nth}`, '--set', `text=# Page ${nth}\n\nWhat to do.`], yes };
  });
}

/** States in which a change goes on only when a person says something. */
const asks = ['conflicted', 'changesRequested', 'queued.holding', 'mergeHeld', 'switchHeld'];

/** Approves what is asked about, as a person at the terminal would, until nothing goes on by itself. Returns the approvals. */
export async function untilSettled(world: FaultWorld, nRuns: number, limitMs: number): Promise<number> {
  let nApproved = 0;
  await until(
    'every change to merge or to stop',
    async () => {
      const journal = world.journal();
      const states = statesOf(journal);
      const runs = journal.filter((one) => one.kind === 'run.created').map((one) => textOf(one.run));
      for (const [subject, state] of states) {
        if (state !== 'reviewing.deciding') continue;
        const answer = await world.run(['review', 'approve', subject, '--detach', '--json']);
        if (answer.exitStatus === 0) nApproved += 1;
      }
      const isSettled = (run: string): boolean => {
        const change = changeOf(journal, run);
        const closed = journal.some((one) => one.kind === 'run.closed' && one.run === run);
        return (
          closed || (change !== undefined && asks.includes(states.get(change) ?? '')) || states.get(run) === 'paused'
        );
      };
      return runs.length === nRuns && runs.every(isSettled);
    },
    limitMs,
    500,
  );
  return nApproved;
}

export function statesOf(journal: readonly Entry[]): ReadonlyMap<string, string> {
  const states = new Map<string, string>();
  for (const { kind, data } of journal)
    if (kind === 'machine.moved' || kind === 'machine.created') states.set(textOf(data['subject']), textOf(data['to']));
  return states;
}

export const changeOf = (journal: readonly Entry[], run: string): string | undefined => {
  const drafted = journal.find((one) => one.kind === 'change.drafted' && one.data['run'] === run);
  return drafted && textOf(drafted.data['change']);
};

const ready = ['approved', 'queued.asking', 'regating'];
/** Between the look at who is first and the row of the merge; a change that becomes ready in it is not passed over. */
const lookMs = 3_000;

/**
 * Who was passed over: a change that was ready all the while another one, which stands behind it by age and priority, began to
 * merge. Empty where the order was fair. `turned` takes the youngest for the first: what a queue the wrong way round would say.
 */
export function passedOver(journal: readonly Entry[], order: 'right' | 'turned' = 'right'): readonly string[] {
  const at = new Map<string, { state: string; sinceMs: number }>();
  const place = new Map<string, number>();
  const found: string[] = [];
  for (const { kind, data, atMs } of journal) {
    if (kind === 'change.drafted' && !place.has(textOf(data['change']))) {
      const run = journal.find((one) => one.kind === 'run.created' && one.run === data['run'])?.data['options'] as {
        priority?: Priority;
      };
      const sign = order === 'right' ? 1 : -1;
      place.set(textOf(data['change']), sign * placeMs({ priority: run.priority ?? 'normal', sinceMs: atMs }));
    }
    if (kind !== 'machine.moved' || data['machine'] !== 'change') continue;
    const [change, from, to] = [textOf(data['subject']), textOf(data['from']), textOf(data['to'])];
    if (to === 'merging' && from === 'queued.asking') {
      for (const [other, { state, sinceMs }] of at) {
        const isBefore = (place.get(other) ?? 0) < (place.get(change) ?? 0);
        if (other !== change && isBefore && ready.includes(state) && atMs - sinceMs > lookMs)
          found.push(`${other} was ${state} for ${atMs - sinceMs} ms when ${change} began to merge`);
      }
    }
    const before = at.get(change);
    const isSame = before !== undefined && ready.includes(before.state) && ready.includes(to);
    at.set(change, { state: to, sinceMs: isSame ? before.sinceMs : atMs });
  }
  return found;
}

/** One line per run: what came of it, how long it waited, what its last gate cost, and what it merged as. */
export function changesTable(world: FaultWorld): string {
  const journal = world.journal();
  const states = statesOf(journal);
  const lines = journal
    .filter((one) => one.kind === 'run.created')
    .map(({ run, data }) => {
      const name = textOf(run);
      const change = changeOf(journal, name);
      const drafted = journal.find((one) => one.kind === 'change.drafted' && one.data['run'] === run);
      const merging = journal.find(
        (one) => one.kind === 'machine.moved' && one.data['subject'] === change && one.data['to'] === 'merging',
      );
      const gates = journal.filter((one) => one.kind === 'change.gated' && one.data['change'] === change);
      const moved = journal.find((one) => one.keys.includes(`merged:${change}`));
      const point = journal.find((one) => one.kind === 'restore.created' && one.data['commit'] === moved?.data['to']);
      const waited = drafted && merging ? `${((merging.atMs - drafted.atMs) / 1000).toFixed(1)} s` : '–';
      return [
        change ?? '–',
        textOf(drafted?.data['tree'] ?? '–'),
        name,
        waited,
        `${gates.length} gates, ${gateText(journal, gates.at(-1), change)}`,
        moved ? textOf(moved.data['to']).slice(0, 7) : stopText(journal, name, change, states),
        point ? textOf(point.data['tag']) : '–',
        textOf(data['goal']),
      ];
    });
  const head = ['change', 'tree', 'run', 'waited', 'gate', 'merged as', 'restore point', 'goal'];
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((line) => (line[column] ?? '').length)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function gateText(journal: readonly Entry[], gate: Entry | undefined, change: string | undefined): string {
  if (gate === undefined) return 'none';
  if (gate.data['verdict'] !== 'proven') return textOf(gate.data['verdict']);
  if ((gate.data['reused'] as readonly string[]).length === 0) return 'proven';
  const boot = journal.findLast(
    (one) =>
      one.kind === 'evidence.recorded' &&
      one.seq < gate.seq &&
      (one.data['evidence'] as Entry['data'])['part'] === 'boot' &&
      (one.data['evidence'] as Entry['data'])['tree'] === gate.data['exact'],
  );
  return (boot?.data['evidence'] as Entry['data'] | undefined)?.['run'] === `ahead:${change}` ? 'ahead' : 'reused';
}

function stopText(
  journal: readonly Entry[],
  run: string,
  change: string | undefined,
  states: ReadonlyMap<string, string>,
): string {
  const fault = journal.findLast((one) => {
    const { event } = one.data as { event?: { fault?: unknown; error?: unknown; output?: { fault?: unknown } } };
    return (
      one.kind === 'machine.moved' &&
      [run, change].includes(textOf(one.data['subject'])) &&
      (event?.fault ?? event?.error ?? event?.output?.fault) !== undefined
    );
  });
  const { event } = (fault?.data ?? {}) as { event?: Record<string, { code?: string; fault?: { code?: string } }> };
  const code = event?.['fault']?.code ?? event?.['error']?.code ?? event?.['output']?.fault?.code ?? 'no reason';
  return `${(change && states.get(change)) ?? states.get(run) ?? '?'}: ${code}`;
}
