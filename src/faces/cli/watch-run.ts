import type { App } from '../../app/app.ts';
import { liveSentence } from '../../app/views/live-view.ts';
import { progressOf, type ProgressEvent, type ProgressReader } from '../../app/views/progress.ts';
import { spanText } from '../../app/views/text.ts';
import { dim, type Line } from './line.ts';
import { liveNarration } from './live.ts';
import { progressLines, stepLine, type StepColumns } from './render/progress-lines.ts';
import type { Sink } from './streams.ts';
import { withTicks } from './with-ticks.ts';

const TICK_MS = 1000;
const LEAST_ID_WIDTH = 6;

/** Narrates a run. `watch` may be called again after the run waited: rows that were told are not told twice. */
export interface RunWatcher {
  /** Returns when the run has ended, waits for a person, or the signal aborts. */
  watch(signal: AbortSignal): Promise<void>;
}

/** `tellPlan` is false where the plan is the answer: then it is not narrated too. */
export function runWatcher(app: App, run: string, sink: Sink, options: { tellPlan: boolean }): RunWatcher {
  const reader = progressOf(run);
  const scene: Scene = { columns: { id: LEAST_ID_WIDTH }, current: null, note: null, live: null };
  return { watch: (signal) => watch({ app, run, sink, reader, scene, signal, tellPlan: options.tellPlan }) };
}

interface Scene {
  columns: StepColumns;
  current: Extract<ProgressEvent, { kind: 'started' }> | null;
  note: string | null;
  /** How far the workflow is that runs now, or null. */
  live: string | null;
}

async function watch({
  app,
  run,
  sink,
  reader,
  scene,
  signal,
  tellPlan,
}: {
  app: App;
  run: string;
  sink: Sink;
  reader: ProgressReader;
  scene: Scene;
  signal: AbortSignal;
  tellPlan: boolean;
}): Promise<void> {
  const narration = liveNarration(sink);
  const { clock } = app.outside;
  const ended = new AbortController();
  // Where nothing is overwritten nothing has to tick.
  const tick = sink.isTerminal ? () => clock.sleep(TICK_MS, ended.signal) : () => new Promise<never>(() => {});
  try {
    for await (const step of withTicks(app.follow(run, signal), tick)) {
      if (step.kind === 'value') {
        for (const event of reader.read(step.value)) {
          take(event, scene);
          if (event.kind !== 'plan' || tellPlan) narration.say(progressLines(event, scene.columns));
        }
      } else scene.live = scene.current === null ? null : await liveSentence(app, run);
      narration.show(liveLine(scene, clock.nowMs()));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    ended.abort();
    narration.show(undefined);
  }
}

function take(event: ProgressEvent, scene: Scene): void {
  if (event.kind === 'plan') scene.columns = { id: Math.max(LEAST_ID_WIDTH, ...event.ids.map((id) => id.length)) };
  if (event.kind === 'started') {
    scene.current = event;
    [scene.note, scene.live] = [null, null];
  }
  if (event.kind === 'note' && event.id === scene.current?.id) scene.note = event.sentence;
  if (event.kind === 'done' && event.id === scene.current?.id) scene.current = null;
}

function liveLine({ current, note, live, columns }: Scene, nowMs: number): Line | undefined {
  if (current === null) return undefined;
  const seconds = Math.max(0, Math.round((nowMs - current.atMs) / 1000));
  const elapsed = seconds < 60 ? `${seconds} s` : spanText(seconds * 1000);
  return stepLine(
    {
      n: current.n,
      id: current.id,
      mark: dim('…'),
      durationMs: null,
      text: `${live ?? note ?? current.title} · ${elapsed}`,
    },
    columns,
  );
}
