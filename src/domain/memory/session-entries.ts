import type { FaultRecord } from '../../base/fault.ts';
import { dataOf } from '../journal/kinds.ts';
import { type FactRow, oneLine } from './note.ts';

export interface SessionFacts {
  readonly run: string;
  readonly state: string;
  readonly fault: FaultRecord | null;
  /** Rows of the run, oldest first. */
  readonly rows: readonly FactRow[];
}

/** Returns what a run that is over leaves in memory beside its decisions: its figures, and what is left to do. */
export const sessionEntries = (facts: SessionFacts): readonly { readonly key: string; readonly text: string }[] => [
  { key: `sessions/execution_metrics/${facts.run}.json`, text: `${JSON.stringify(metricsOf(facts), null, 2)}\n` },
  { key: `sessions/next_actions/${facts.run}.md`, text: nextActions(facts) },
];

function metricsOf({ run, state, rows }: SessionFacts) {
  const plan = all('plan.made', rows).at(-1)?.data.plan;
  const gated = all('change.gated', rows).at(-1)?.data;
  const switched = all('service.switched', rows).at(-1)?.data;
  return {
    run,
    state,
    playbook: plan?.playbook ?? null,
    'duration-ms': rows.length === 0 ? 0 : (rows.at(-1)?.atMs ?? 0) - (rows[0]?.atMs ?? 0),
    'download-bytes': plan?.estimates.downloadBytes ?? null,
    'disk-bytes': plan?.estimates.diskBytes ?? null,
    steps: all('step.reported', rows).map(({ seq, data }) => ({
      task: data.task,
      agent: data.agent,
      ms: data.durationMs,
      row: seq,
    })),
    'gate-ms': gated?.durationMs ?? null,
    'down-ms': switched?.downMs ?? null,
    rows: { first: rows[0]?.seq ?? null, last: rows.at(-1)?.seq ?? null },
  };
}

/** What was not proven, what was broken, and what the fault says to type: each with its row. */
function nextActions({ run, state, fault, rows }: SessionFacts): string {
  const plan = all('plan.made', rows).at(-1);
  const gated = all('change.gated', rows).at(-1);
  const actions = [
    ...(fault?.hints ?? []).map((hint) => `- ${oneLine(hint)} (${fault?.code ?? ''})`),
    ...(gated?.data.notProven ?? []).map((what) => `- not proven: ${oneLine(what)} #${gated?.seq ?? 0}`),
    ...(plan?.data.plan.brokenPromises ?? []).map(
      ({ pack, requirement, chosen }) =>
        `- ${oneLine(pack)} asks for ${oneLine(requirement)} and has ${oneLine(chosen ?? 'nothing')} #${plan?.seq ?? 0}`,
    ),
  ];
  const told = fault === null ? '' : `\n${fault.code}: ${oneLine(fault.message)}\n`;
  return `# ${run} ended as ${state}\n${told}\n${actions.length === 0 ? 'Nothing is left to do.' : actions.join('\n')}\n`;
}

const all = <Kind extends Parameters<typeof dataOf>[0]>(kind: Kind, rows: readonly FactRow[]) =>
  rows.flatMap((row) => {
    const data = dataOf(kind, row);
    return data === undefined ? [] : [{ seq: row.seq, data }];
  });
