import { runCli } from '../../src/faces/cli/main.ts';
import { fakeApp, type FakeApp, type FakeAppOptions } from './fake-app.ts';
import { fakeStreams, type FakeStreams } from './fake-streams.ts';
import type { SceneLedger } from './scene-ledger.ts';

export interface Outcome {
  readonly exitStatus: number;
  readonly out: string;
  readonly err: string;
  readonly app: FakeApp;
  readonly streams: FakeStreams;
}

export interface OrchestrateOptions extends FakeAppOptions {
  readonly streams?: FakeStreams;
  readonly signal?: AbortSignal;
}

/** Runs one command over a hand-written journal and returns what it wrote. */
export async function orchestrate(
  scene: SceneLedger | null,
  argv: readonly string[],
  options: OrchestrateOptions = {},
): Promise<Outcome> {
  const app = fakeApp(scene, options);
  const streams = options.streams ?? fakeStreams();
  const exitStatus = await runCli({ argv, app, streams, signal: options.signal ?? new AbortController().signal });
  return { exitStatus, out: streams.outText(), err: streams.errText(), app, streams };
}
