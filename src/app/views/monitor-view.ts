import { z } from 'zod';

import { severities } from '../../domain/diagnosis/finding.ts';
import { impactText } from '../../domain/diagnosis/impact.ts';
import { partStates } from '../../domain/health/part.ts';
import { alertViews } from './alert-view.ts';
import { newest, rowOf, type JournalReader } from './journal-reader.ts';
import { machineState } from './machine-state.ts';
import { runHeads } from './run-view.ts';
import { serviceView } from './service-view.ts';

export const monitorSchema = z.object({
  atMs: z.number().describe('When it was looked, in milliseconds since 1970.'),
  name: z.string().describe('Name of the installation.'),
  supervisor: z.boolean().describe('One is at work: without it nothing is measured and no log is read.'),
  health: z
    .object({
      score: z.number().nullable().describe('0 to 100; null where nothing could be looked at.'),
      state: z.enum(partStates).describe('That of the worst part.'),
      wrong: z.array(z.string()).describe('What is not good, one sentence for each part.'),
      atMs: z.number().describe('When it was looked at: at most once a minute.'),
    })
    .describe('The health of it; see `orchestrate health`.'),
  services: z
    .array(
      z.object({
        instance: z.string(),
        what: z.enum(['production', 'proof']),
        state: z.string(),
        port: z.number().nullable(),
        run: z.string().nullable().describe('Run that it stands for, or null.'),
        sinceMs: z.number().describe('Since when it is in that state.'),
        problem: z.string().nullable(),
      }),
    )
    .describe('Production first, then what is up for runs.'),
  runs: z
    .array(
      z.object({
        run: z.string(),
        goal: z.string(),
        state: z.string(),
        waiting: z.string().nullable().describe('What it waits for a person for, or null.'),
      }),
    )
    .describe('Runs that go on, oldest first.'),
  alerts: z
    .array(
      z.object({
        alert: z.string(),
        severity: z.enum(severities),
        state: z.string(),
        sentence: z.string(),
        times: z.number(),
        raisedAtMs: z.number(),
      }),
    )
    .describe('Open ones that follow from no other, the worst first.'),
  findings: z
    .array(
      z.object({
        row: z.number(),
        atMs: z.number(),
        signature: z.string(),
        severity: z.enum(severities),
        sentence: z.string(),
        hits: z.string().nullable().describe('Who is hit, or null.'),
      }),
    )
    .describe('The newest findings in logs, newest first, five at most.'),
});
export type MonitorView = z.infer<typeof monitorSchema>;
export type MonitorHealth = MonitorView['health'];

/** Instances that are looked at: of older ones none is up. */
const maxInstances = 50;
const maxFindings = 5;

/** Returns what a look shows, from the journal alone. */
export function monitorView(
  reader: JournalReader,
  { nowMs, ...given }: Pick<MonitorView, 'name' | 'supervisor' | 'health'> & { readonly nowMs: number },
): MonitorView {
  return {
    ...{ atMs: nowMs, ...given },
    services: servicesNow(reader),
    runs: runHeads(reader)
      .filter(({ isFinal }) => !isFinal)
      .toReversed()
      .map(({ run, goal, state, waiting }) => ({ run, goal, state, waiting: waiting?.sentence ?? null })),
    alerts: alertViews(reader, { nowMs, all: false })
      .filter(({ cause }) => cause === null)
      .map(({ alert, severity, state, sentence, times, raisedAtMs }) => ({
        ...{ alert, severity, state, sentence, times, raisedAtMs },
      })),
    findings: reader
      .read({ kinds: ['diagnosis.found'], descending: true, limit: maxFindings })
      .flatMap((entry) => rowOf('diagnosis.found', entry) ?? [])
      .map(({ seq, atMs, data }) => ({
        ...{ row: seq, atMs, signature: data.signature, severity: data.severity, sentence: data.sentence },
        hits: data.hits === undefined ? null : impactText(data.hits),
      })),
  };
}

function servicesNow(reader: JournalReader): MonitorView['services'] {
  const production = serviceView(reader);
  const proofs = reader
    .read({ kinds: ['instance.composed'], descending: true, limit: maxInstances })
    .flatMap((entry) => rowOf('instance.composed', entry) ?? [])
    .filter(({ data }) => data.instance !== production.instance && data.purpose === 'proof')
    .flatMap(({ data }) => {
      const now = machineState(reader, data.instance);
      if (now === undefined || now.isFinal || now.state === 'stopped') return [];
      const { instance, port, run } = data;
      return [{ instance, what: 'proof' as const, state: now.state, port, run, sinceMs: now.atMs, problem: null }];
    });
  if (production.instance === null) return proofs;
  const { instance, state, port, problem, sinceMs } = production;
  const since =
    machineState(reader, instance)?.atMs ?? sinceMs ?? newest(reader, 'production.set', 'production')?.atMs ?? 0;
  return [{ instance, what: 'production', state, port, run: null, sinceMs: since, problem }, ...proofs];
}
