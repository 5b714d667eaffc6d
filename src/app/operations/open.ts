import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { openedSchema, openedView, openedViews, type OpenedView } from '../views/opened-view.ts';
import { detachField } from './_inputs.ts';
import { personOf, requireRun, runOptions } from './_run-output.ts';

/** `orchestrate open [tree]` */
export const open = defineOperation({
  name: 'open',
  summary: 'Get a slot of a tree to work in yourself, or give it back.',
  description:
    'Brings a slot of the tree to the branch and leases it, and a port, to you until you give it back; runs wait in line for slots, and so does this. `orchestrate submit` typed in its folder proposes what you did. Given back, nothing is lost: files and commits are kept under refs of the store.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    tree: z.string().nullable().default(null).describe('Its id; without one, the slots that you have are listed.'),
    close: z
      .string()
      .nullable()
      .default(null)
      .describe('Give back this slot: its run, its name, or `.` for the one where you are.'),
    detach: detachField.describe('Return at once, also when all slots are in use.'),
  }),
  output: z.object({ opened: z.array(openedSchema).describe('Slots that were asked for, or all that people have.') }),
  positional: ['tree'],
  examples: [
    { command: 'orchestrate open ops-maint', explains: 'A folder and a port to try something in.' },
    { command: 'orchestrate open', explains: 'Which slots people have.' },
    { command: 'orchestrate open --close .', explains: 'Give back the slot where you are.' },
  ],
  async run(app, { tree, close, detach }) {
    const { ledger } = await app.installation();
    if (tree !== null && close !== null)
      throw new Fault('USAGE_BAD_ARGUMENT', 'Either a tree is opened or a slot is given back.', {
        hints: ['orchestrate open --help'],
        state: 'Nothing was changed.',
      });
    if (close !== null) return { opened: [await giveBack(app, close)] };
    if (tree === null) return { opened: openedViews(ledger) };
    const options = runOptions({ dryRun: false, yes: false });
    const { run } = await app.ask('open.start', { tree, options, by: personOf(app) });
    if (run === null) throw new Error('the supervisor accepted without naming the run');
    if (!detach) await follow(app, run);
    return { opened: [requireOpened(await openedNow(app, run), run)] };
  },
});

async function giveBack(app: App, asked: string): Promise<OpenedView> {
  const { ledger, paths } = await app.installation();
  const all = openedViews(ledger);
  const here = app.cwd.startsWith(`${paths.trees}/`) ? app.cwd.slice(paths.trees.length + 1).split('/')[0] : undefined;
  const wanted = asked === '.' ? here : asked;
  const found = all.find((one) => one.run === wanted || one.slot === wanted || one.dir === wanted);
  if (!found)
    throw new Fault('RUN_NOT_FOUND', `Nobody has a slot ${JSON.stringify(asked.slice(0, 100))} open.`, {
      hints: all.length === 0 ? ['orchestrate open <tree>'] : all.map((one) => `orchestrate open --close ${one.run}`),
      state: 'Nothing was changed.',
    });
  const by = personOf(app);
  if (found.state === 'open') await app.ask('run.close', { run: found.run, by });
  else await app.ask('run.cancel', { run: found.run, by });
  await follow(app, found.run);
  return requireOpened(await openedNow(app, found.run), found.run);
}

/** Until the slot is there, or given back. A run that failed or is paused is told as its fault. */
async function follow(app: App, run: string): Promise<void> {
  for await (const entry of app.follow(run, app.signal)) {
    if (entry.kind === 'lease.taken') app.narrate(`${run} has its slot; it is brought to the branch.`);
  }
  const { fault, state } = await requireRun(app, run);
  if ((state === 'failed' || state === 'paused') && fault !== null) throw Fault.fromRecord(fault);
}

const openedNow = async (app: App, run: string): Promise<OpenedView | undefined> =>
  openedView((await app.installation()).ledger, run);

function requireOpened(view: OpenedView | undefined, run: string): OpenedView {
  if (view === undefined) throw new Error(`${run} opens no slot`);
  return view;
}
