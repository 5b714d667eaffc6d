import type { App } from '../../../app/app.ts';
import type { DiffView } from '../../../app/operations/_change-diff.ts';
import type { ReviewView } from '../../../app/operations/_review-view.ts';
import { exitCodes } from '../../../base/fault-kinds.ts';
import { Fault, faultRecord } from '../../../base/fault.ts';
import type { OperationTable } from '../commands.ts';
import { performOperation } from '../perform-operation.ts';
import { loadTonight } from '../tonight.ts';
import { withTicks } from '../with-ticks.ts';
import { pressed } from './pressed.ts';
import { screenOf } from './screen.ts';
import { firstState, type Listed, type News, received, type ReviewerState, type Wish } from './state.ts';
import type { FullScreen, ScreenEvent } from './terminal.ts';

/** How often a look is taken at whether the journal has grown. */
const TICK_MS = 500;

export interface ReviewerOptions {
  readonly app: App;
  readonly table: OperationTable;
  readonly screen: FullScreen;
  /** Ends it: the terminal is given back. */
  readonly signal: AbortSignal;
}

/**
 * Shows the changes that wait, and lets the person answer them. It decides nothing: everything is shown and answered by the
 * operations that the command line has as well. Returns the exit status.
 */
export async function runReviewer(options: ReviewerOptions): Promise<number> {
  const { app, screen, signal } = options;
  const { clock } = app.outside;
  const ended = new AbortController();
  const onAbort = (): void => screen.close();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const scene: Scene = { ...options, state: firstState, seenRow: -1, readableFrame: 0, frame: 0 };
  try {
    await carryOut(scene);
    const tick = () => clock.sleep(TICK_MS, ended.signal);
    for await (const step of withTicks(screen.events, tick)) {
      if (step.kind === 'tick') await lookAgain(scene);
      else take(scene, step.value);
      await carryOut(scene);
      if (scene.state.isOver || signal.aborted) break;
    }
  } finally {
    ended.abort();
    signal.removeEventListener('abort', onAbort);
    screen.close();
  }
  return signal.aborted ? exitCodes.interrupted : 0;
}

interface Scene extends ReviewerOptions {
  state: ReviewerState;
  /** Newest journal row when what is shown was read. */
  seenRow: number;
  /** First frame in which the change that is shown now stood. */
  readableFrame: number;
  frame: number;
}

/** Keys that answer. One that was pressed before the change stood on the screen was meant for something else. */
const answering: readonly string[] = ['a', 't', 'm', 'c', 'r', 's', 'y', 'return'];

function take(scene: Scene, event: ScreenEvent): void {
  if (event.kind === 'resize') return;
  const isBlind = event.frame < scene.readableFrame && answering.includes(event.key.name);
  if (isBlind && scene.state.place !== 'list') return;
  scene.state = pressed(scene.state, event.key, scene.screen.size());
}

/** Does what the state wishes, one thing after the other, and draws what came of it. */
async function carryOut(scene: Scene): Promise<void> {
  for (;;) {
    draw(scene);
    const { wish } = scene.state;
    if (wish === null || scene.state.isOver || scene.signal.aborted) return;
    scene.state = { ...scene.state, wish: null };
    for (const news of await fulfil(scene, wish)) tell(scene, news);
  }
}

function draw(scene: Scene): void {
  scene.frame = scene.screen.draw(screenOf(scene.state, scene.screen.size()));
}

function tell(scene: Scene, news: News): void {
  const before = scene.state.review;
  scene.state = received(scene.state, news);
  const now = scene.state.review;
  const isOther =
    now?.change !== before?.change || now?.gate?.exact !== before?.gate?.exact || now?.draft !== before?.draft;
  if (isOther) scene.readableFrame = scene.frame + 1;
}

async function fulfil(scene: Scene, wish: Wish): Promise<readonly News[]> {
  try {
    switch (wish.do) {
      case 'list':
        return [await loadList(scene)];
      case 'open':
        return [
          ...(scene.state.tonight === null ? [{ kind: 'tonight', at: await loadTonight(scene) } as const] : []),
          await loadReview(scene, wish.change),
        ];
      case 'diff': {
        const { change, page } = wish;
        return [{ kind: 'diff', diff: (await performOperation(scene, 'review-diff', { change, page })) as DiffView }];
      }
      case 'answer': {
        await performOperation(scene, wish.operation, wish.input);
        const answered = await loadReview(scene, String(wish.input['change']));
        return [answered, { kind: 'answered', told: toldOf(wish, answered.review) }, await loadList(scene)];
      }
    }
  } catch (error) {
    return afterFailure(scene, wish, error);
  }
}

/** A change that moved is shown as it is now, before anything is asked again. */
async function afterFailure(scene: Scene, wish: Wish, error: unknown): Promise<readonly News[]> {
  if (!(error instanceof Fault)) throw error;
  const failed: News = { kind: 'failed', fault: faultRecord(error) };
  if (wish.do !== 'answer') return [failed];
  return [await loadReview(scene, String(wish.input['change'])), failed];
}

async function loadList(scene: Scene): Promise<News> {
  const { ledger } = await scene.app.installation();
  scene.seenRow = ledger.head().seq;
  const { changes } = (await performOperation(scene, 'review-list', { all: scene.state.isAll })) as {
    changes: readonly Listed[];
  };
  return { kind: 'list', changes, nowMs: scene.app.outside.clock.nowMs() };
}

/** One yes may not be enough: then what is still missing is told. */
function toldOf(wish: Extract<Wish, { do: 'answer' }>, { state, approvals }: ReviewView): string {
  const missing = approvals?.missing ?? [];
  if (wish.operation !== 'review-approve' || state !== 'reviewing.deciding' || missing.length === 0) return wish.told;
  return `Your yes is kept. Still missing: ${missing.map(({ sentence }) => sentence).join('; ')}.`;
}

const loadReview = async (scene: Scene, change: string): Promise<Extract<News, { kind: 'review' }>> => ({
  kind: 'review',
  review: (await performOperation(scene, 'review-show', { change })) as ReviewView,
});

/** Another terminal may answer, the branch may move: what is shown is read again as soon as the journal has grown. */
async function lookAgain(scene: Scene): Promise<void> {
  const { ledger } = await scene.app.installation();
  if (ledger.head().seq === scene.seenRow) return;
  const { review } = scene.state;
  const wishes: readonly Wish[] = [
    { do: 'list' },
    ...(review === null ? [] : [{ do: 'open', change: review.change } as const]),
  ];
  for (const wish of wishes) for (const news of await fulfil(scene, wish)) tell(scene, news);
}
