import { z } from 'zod';

import { newest, rowsOf, type JournalReader } from './journal-reader.ts';
import { machineState } from './machine-state.ts';

/** A slot that a person has, or had. */
export const openedSchema = z.object({
  run: z.string().describe('Run that holds it.'),
  tree: z.string().describe('Tree that it is a slot of.'),
  state: z
    .enum(['waiting', 'open', 'closed'])
    .describe('`waiting`: all slots are in use, or it is being prepared; `closed`: it was given back.'),
  slot: z.string().nullable().describe('Folder below `trees/`, or null while it waits.'),
  dir: z.string().nullable().describe('Folder to work in.'),
  port: z.number().nullable().describe('Port that is yours while you have it.'),
  environment: z.record(z.string(), z.string()).describe('To be set where you start something there.'),
  commit: z.string().nullable().describe('Commit that it was brought to.'),
  kept: z
    .object({
      files: z.string().nullable().describe('Ref of the store that holds the files that were left there, or null.'),
      commits: z.string().nullable().describe('Ref of the store that holds commits that were made there, or null.'),
      problem: z.string().nullable().describe('Why files could not be stored, or null.'),
    })
    .nullable()
    .describe('What was kept when it was given back.'),
  submit: z.string().nullable().describe('How to propose what you did there.'),
  close: z.string().nullable().describe('How to give it back.'),
});
export type OpenedView = z.infer<typeof openedSchema>;

/** Returns the slot of an open run, or undefined when the run is none. */
export function openedView(reader: JournalReader, run: string): OpenedView | undefined {
  const created = newest(reader, 'run.created', `run:${run}`);
  if (created?.data.kind !== 'open') return undefined;
  const opened = newest(reader, 'slot.opened', `opened:${run}`)?.data;
  const kept = newest(reader, 'slot.kept', `kept:${run}`)?.data;
  const isFinal = machineState(reader, run)?.isFinal ?? false;
  const state = isFinal ? 'closed' : opened === undefined ? 'waiting' : 'open';
  return {
    run,
    tree: created.data.tree ?? '',
    state,
    slot: opened?.slot ?? null,
    dir: opened?.dir ?? null,
    port: opened?.port ?? null,
    environment: opened === undefined ? {} : { COMFY_PORT: String(opened.port) },
    commit: opened?.commit ?? null,
    kept: kept === undefined ? null : { files: kept.files, commits: kept.commits, problem: kept.problem },
    submit: state === 'open' && opened !== undefined ? `cd ${opened.dir} && orchestrate submit` : null,
    close: state === 'closed' ? null : `orchestrate open --close ${run}`,
  };
}

/** Returns the slots that people have now, oldest first. */
export function openedViews(reader: JournalReader): OpenedView[] {
  return rowsOf(reader, 'run.created')
    .flatMap((created) => (created.data.kind === 'open' ? (openedView(reader, created.data.run) ?? []) : []))
    .filter((one) => one.state !== 'closed');
}
