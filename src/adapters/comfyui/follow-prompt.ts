import { Fault } from '../../base/fault.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import type { Clock } from '../../ports/system.ts';
import type { Abilities } from './abilities.ts';
import type { BinaryFrame } from './binary-frames.ts';
import type { EventStream, ServerEvent } from './event-stream.ts';
import type { FailedWorkflow } from './failure-reason.ts';
import { textOf } from './http.ts';
import { failureOf, lookUpPrompt, type PromptEnd } from './look-up-prompt.ts';
import type { SentPictures } from './sent-pictures.ts';
import type { ProgressKeeper } from './workflow-progress.ts';

/** While the socket lives, the server is asked only in case a frame got lost. */
const slowPollMs = 3000;
const fastPollMs = 250;
/** Questions in a row without an answer, or without a trace of the prompt, before it counts as lost. */
const maxMisses = 8;

/** Collects what the server tells about one prompt. */
export function createFollower(
  promptId: string,
  { progress, sent }: { readonly progress?: ProgressKeeper | undefined; readonly sent?: SentPictures } = {},
): Follower {
  const outputs: Record<string, Json> = {};
  let failure: FailedWorkflow | undefined;
  let hasEnded = false;
  let nFrames = 0;
  let node: string | null = null;
  let wake = (): void => {};
  return {
    outputs,
    nFrames: () => nFrames,
    failure: () => failure,
    hasEnded: () => hasEnded,
    wake: () => wake(),
    takeBinary(frame) {
      const isOurs = frame.kind !== 'preview' || frame.promptId === null || frame.promptId === promptId;
      if (!isOurs) return;
      progress?.takeBinary(frame);
      sent?.take(frame, node);
    },
    nextWake: () => new Promise((resolve) => (wake = resolve)),
    take({ type, data }) {
      if (data['prompt_id'] !== promptId) return;
      nFrames += 1;
      progress?.take({ type, data });
      if (type === 'executed') outputs[textOf(data['node'])] = data['output'] ?? null;
      else failure ??= failureOf(type, data);
      if (type === 'executing') node = textOf(data['node']) || null;
      if (type === 'executing' && data['node'] === null) {
        hasEnded = true;
        wake();
      }
    },
  };
}

export interface Follower {
  /** Outputs of the nodes that the socket told of. */
  readonly outputs: JsonObject;
  nFrames(): number;
  failure(): FailedWorkflow | undefined;
  hasEnded(): boolean;
  take(event: ServerEvent): void;
  takeBinary(frame: BinaryFrame): void;
  wake(): void;
  nextWake(): Promise<void>;
}

/**
 * Waits for the end of a prompt: the end mark on the socket, or what the server says of it when the
 * socket died. Undefined when the time is over; throws the reason of the signal when that aborts.
 * Faults: `INSTANCE_UNHEALTHY` when the server is gone, or was started anew and forgot the prompt.
 */
export async function followPrompt(options: {
  abilities: Abilities;
  baseUrl: string;
  promptId: string;
  follower: Follower;
  events: EventStream;
  clock: Clock;
  timeoutMs: number;
  signal: AbortSignal;
}): Promise<PromptEnd | undefined> {
  const { baseUrl, follower, events, clock, signal } = options;
  const until = clock.monotonicMs() + options.timeoutMs;
  for (let misses = 0; ;) {
    if (follower.hasEnded()) {
      const seen = await lookUpPrompt(options);
      const end = seen.kind === 'ended' ? seen.end : undefined;
      return follower.failure() ?? end ?? { kind: 'success', outputs: follower.outputs };
    }
    signal.throwIfAborted();
    const leftMs = until - clock.monotonicMs();
    if (leftMs <= 0) return undefined;
    const waitMs = Math.min(leftMs, events.isOpen() ? slowPollMs : fastPollMs);
    await waitOrWake({ follower, clock, waitMs, signal });
    signal.throwIfAborted();
    if (follower.hasEnded()) continue;
    const seen = await lookUpPrompt(options);
    if (seen.kind === 'ended') return follower.failure() ?? seen.end;
    misses = seen.kind === 'queued' ? 0 : misses + 1;
    if (seen.kind === 'nowhere' && misses >= maxMisses) throw lost(baseUrl, seen.fault);
  }
}

async function waitOrWake(options: {
  follower: Follower;
  clock: Clock;
  waitMs: number;
  signal: AbortSignal;
}): Promise<void> {
  const { follower, clock, waitMs, signal } = options;
  const abort = new AbortController();
  await Promise.race([follower.nextWake(), clock.sleep(waitMs, AbortSignal.any([abort.signal, signal]))]);
  abort.abort();
}

function lost(baseUrl: string, cause: unknown): Fault {
  if (cause instanceof Fault) return cause;
  return new Fault('INSTANCE_UNHEALTHY', `The service at ${baseUrl} no longer knows the workflow that it was running.`);
}
