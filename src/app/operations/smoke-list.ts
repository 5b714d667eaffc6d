import { z } from 'zod';

import { workflowFault } from '../../domain/changes/workflow-fault.ts';
import { readGraph } from '../../domain/instances/read-workflow.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { countOtherWorkflows } from '../../engine/proofs/other-workflows.ts';
import type { Installation } from '../app.ts';
import { defineOperation } from '../operation.ts';

const ran = z.object({
  durationMs: z.number().describe('How long it took, in milliseconds.'),
  pictures: z.number().describe('How many pictures it drew.'),
  failure: z.string().nullable().describe('Why it failed, or null.'),
  fault: workflowFault.nullable().describe('The same for programs; null when it ran, and in old rows.'),
  device: z.string().describe('What it ran on.'),
  atMs: z.number().describe('When, in milliseconds since 1970.'),
  row: z.number().describe('Journal row that says so.'),
});

/** `orchestrate smoke list` */
export const smokeList = defineOperation({
  name: 'smoke list',
  summary: 'List the workflows that every change has to run.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({
    workflows: z
      .array(
        z.object({
          name: z.string().describe('Its name; the file is workflows/<name>.json.'),
          nodes: z.number().nullable().describe('How many nodes it has; null when the file cannot be read.'),
          problem: z.string().nullable().describe('Why it cannot be read, or null.'),
          lastRun: ran.nullable().describe('What came of it when a change ran it last; null when none did.'),
        }),
      )
      .describe('In the order of their names.'),
    others: z
      .number()
      .nullable()
      .describe(
        'Your other workflows, in ComfyUI’s user folder: no change runs them. Null when they cannot be counted.',
      ),
  }),
  examples: [{ command: 'orchestrate smoke list', explains: 'Which workflows are tests, and how they ran last.' }],
  async run(app) {
    const installation = await app.installation();
    const { files } = app.outside;
    const names = (await files.list(`${installation.paths.home}/workflows`)).flatMap(
      (file) => /^(.+)\.json$/.exec(file)?.[1] ?? [],
    );
    const workflows = [];
    for (const name of names) {
      const text = (await files.readText(`${installation.paths.home}/workflows/${name}.json`)) ?? '';
      workflows.push({ name, ...nodesOf(name, text), lastRun: lastRunOf(installation, name) });
    }
    return { workflows, others: await countOtherWorkflows({ ...installation, outside: app.outside }) };
  },
});

function nodesOf(name: string, text: string): { nodes: number | null; problem: string | null } {
  try {
    return { nodes: Object.keys(readGraph(`workflows/${name}.json`, text)).length, problem: null };
  } catch (error) {
    return { nodes: null, problem: (error as Error).message };
  }
}

/** Rows of evidence that are looked through. */
const maxRows = 200;

function lastRunOf({ ledger }: Installation, name: string): z.infer<typeof ran> | null {
  for (const entry of ledger.read({ kinds: ['evidence.recorded'], descending: true, limit: maxRows })) {
    const evidence = dataOf('evidence.recorded', entry)?.evidence;
    if (evidence?.part !== 'smoke') continue;
    const found = evidence.workflows.find((one) => one.name === name);
    if (found === undefined) continue;
    const { durationMs, pictures, failure, fault = null } = found;
    return {
      durationMs,
      pictures: pictures.length,
      failure,
      fault,
      device: evidence.device,
      atMs: entry.atMs,
      row: entry.seq,
    };
  }
  return null;
}
