import type { App } from '../../app/app.ts';
import type { DiffView } from '../../app/operations/_change-diff.ts';
import type { ChangeView } from '../../app/views/change-view.ts';
import type { RunView } from '../../app/views/run-view.ts';
import { exitCodes } from '../../base/fault-kinds.ts';
import { Fault } from '../../base/fault.ts';
import type { OperationTable } from './commands.ts';
import { exitStatusOfRun } from './exit-status.ts';
import { faultLines } from './failure.ts';
import { accent, dim, lineText, printLines, warn } from './line.ts';
import { performOperation } from './perform-operation.ts';
import { reviewSummary } from './render/review-summary.ts';
import type { Streams } from './streams.ts';
import { loadTonight } from './tonight.ts';
import { runWatcher } from './watch-run.ts';

export interface FollowContext {
  readonly app: App;
  readonly table: OperationTable;
  readonly streams: Streams;
  readonly signal: AbortSignal;
  /** A program reads the answer: nobody is asked. */
  readonly json: boolean;
}

export interface FollowedRun {
  readonly view: RunView;
  readonly exitStatus: number;
}

/** Narrates a run to its end, asks the person in place where it waits for one, and returns how it is then. */
export async function followRun(context: FollowContext, first: RunView): Promise<FollowedRun> {
  const { app, streams, signal } = context;
  const watcher = runWatcher(app, first.run, streams.err, { tellPlan: !first.previewOnly });
  for (;;) {
    await watcher.watch(signal);
    const view = await showRun(context, first.run);
    if (signal.aborted && !view.isFinal) {
      await askAboutInterrupt(context, view);
      return { view: await showRun(context, first.run), exitStatus: exitCodes.interrupted };
    }
    if (view.waiting?.what === 'review' && view.change !== null && !context.json)
      printLines(streams.err, reviewSummary(view.change));
    const isDecided = view.waiting !== null && mayAsk(context) && (await decide(context, view));
    if (!isDecided) return { view, exitStatus: exitStatusOfRun(view) };
  }
}

/** Asks for the decision that the run waits for. Returns whether one was given and the run goes on. */
async function decide(context: FollowContext, view: RunView): Promise<boolean> {
  const { waiting, change, plan, run } = view;
  if (waiting?.what === 'plan' && plan !== null) {
    return ask(context, 'approve the plan', {
      approve: () => perform(context, 'runs-approve', { run, plan: plan.hash }),
      reject: () => perform(context, 'runs-reject', { run, plan: plan.hash }),
    });
  }
  if (waiting?.what === 'step') {
    printLines(context.streams.err, [[warn('! '), waiting.sentence]]);
    const { step = null } = waiting;
    return ask(context, 'approve, go on', {
      approve: () => perform(context, 'runs-approve', { run, step }),
      reject: () => perform(context, 'runs-reject', { run, step }),
    });
  }
  if (waiting?.what !== 'review' || change === null || change.gate === null) return false;
  // Whoever has given their yes is not asked for it again: it waits for somebody else.
  if (hasApproved(change, context.app.outside.host.userName)) return false;
  const seen = { change: change.change, tree: change.gate.exact, base: change.gate.base };
  return ask(context, 'approve, switch now', {
    approve: () => perform(context, 'review-approve', seen),
    tonight: {
      at: await loadTonight(context),
      approve: () => perform(context, 'review-approve', { ...seen, tonight: true }),
    },
    reject: () => perform(context, 'review-reject', seen),
    diff: async () => {
      const diff = (await perform(context, 'review-diff', { change: change.change })) as DiffView;
      const { renderReviewDiff } = await import('./render/review-diff.ts');
      printLines(context.streams.err, renderReviewDiff(diff));
    },
  });
}

const hasApproved = ({ reviews }: ChangeView, login: string): boolean =>
  reviews.some(
    ({ by, verdict, isCurrent, said }) =>
      by.kind === 'person' &&
      isCurrent &&
      verdict === 'approved' &&
      (by.name === login || said.includes(`typed by ${login}`)),
  );

const mayAsk = ({ json, streams }: FollowContext): boolean => !json && streams.prompter !== null;

interface Choices {
  readonly approve: () => Promise<unknown>;
  readonly reject: () => Promise<unknown>;
  /** The same yes for the next window. */
  readonly tonight?: { readonly at: string | null; readonly approve: () => Promise<unknown> };
  readonly diff?: () => Promise<unknown>;
}

async function ask({ streams }: FollowContext, approval: string, choices: Choices): Promise<boolean> {
  const question = [
    accent('[a]'),
    `${approval.replace(/^a/, '')} · `,
    ...(choices.tonight === undefined
      ? []
      : [accent('[t]'), `onight${choices.tonight.at === null ? '' : ` ${choices.tonight.at}`} · `]),
    ...(choices.diff === undefined ? [] : [accent('[d]'), 'iff · ']),
    accent('[l]'),
    'ater · ',
    accent('[r]'),
    'eject >',
  ];
  for (;;) {
    const answer = (await streams.prompter?.ask(`${lineText(question, streams.err.hasColour)} `))?.toLowerCase();
    try {
      if (answer === 'a' || answer === 'approve') return await choices.approve().then(() => true);
      if (choices.tonight !== undefined && (answer === 't' || answer === 'tonight'))
        return await choices.tonight.approve().then(() => true);
      if (answer === 'r' || answer === 'reject') return await choices.reject().then(() => true);
      if (answer === undefined || answer === 'l' || answer === 'later') return false;
      if (choices.diff !== undefined && (answer === 'd' || answer === 'diff')) await choices.diff();
      else
        printLines(streams.err, [
          [
            dim('one letter: a, '),
            dim(choices.tonight === undefined ? '' : 't, '),
            dim(choices.diff === undefined ? '' : 'd, '),
            dim('l or r'),
          ],
        ]);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      printLines(streams.err, faultLines(error.toRecord()));
      // It moved while the person was reading: the next look shows what is there now. Any other refusal leaves the question open.
      if (error.code === 'CHANGE_MOVED') return true;
    }
  }
}

/** The run goes on without this process; the person may call it off. */
async function askAboutInterrupt(context: FollowContext, { run }: RunView): Promise<void> {
  const { err, prompter } = context.streams;
  printLines(err, [
    `${run} goes on without this command line.`,
    [dim('next: '), accent(`orchestrate runs show ${run}`)],
    [dim('next: '), accent(`orchestrate runs cancel ${run}`)],
  ]);
  if (!mayAsk(context) || prompter === null) return;
  const question = lineText([accent('[c]'), 'ancel the run · ', accent('[d]'), 'etach >'], err.hasColour);
  const answer = (await prompter.ask(`${question} `))?.toLowerCase();
  if (answer !== 'c' && answer !== 'cancel') return;
  await perform(context, 'runs-cancel', { run });
  printLines(err, [`${run} is called off; the branch and production are as they were.`]);
}

const showRun = async (context: FollowContext, run: string): Promise<RunView> =>
  (await perform(context, 'runs-show', { run })) as RunView;

const perform = (context: FollowContext, key: string, input: object): Promise<unknown> =>
  performOperation(context, key, input);
