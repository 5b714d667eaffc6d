import { Fault } from '../../base/fault.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import type { Clock } from '../../ports/system.ts';
import type { EventStream, ServerEvent } from './event-stream.ts';
import { executionReason, failed, type FailedWorkflow, redacted } from './failure-reason.ts';
import { callJson, listOf, objectOf, textOf } from './http.ts';

export type PromptEnd = { readonly kind: 'success'; readonly outputs: JsonObject } | FailedWorkflow;

/** While the socket lives, the history is asked only in case a frame got lost. */
const slowPollMs = 3000;
const fastPollMs = 250;
/** Questions in a row without an answer, or without a trace of the prompt, before it counts as lost. */
const maxMisses = 8;

/** Collects what the server tells about one prompt. */
export function createFollower(promptId: string): Follower {
  const outputs: Record<string, Json> = {};
  let failure: FailedWorkflow | undefined;
  let hasEnded = false;
  let nFrames = 0;
  let wake = (): void => {};
  return {
    outputs,
    nFrames: () => nFrames,
    failure: () => failure,
    hasEnded: () => hasEnded,
    wake: () => wake(),
    nextWake: () => new Promise((resolve) => (wake = resolve)),
    take({ type, data }) {
      if (data['prompt_id'] !== promptId) return;
      nFrames += 1;
      if (type === 'executed') outputs[textOf(data['node'])] = data['output'] ?? null;
      else failure ??= failureOf(type, data);
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
  wake(): void;
  nextWake(): Promise<void>;
}

/**
 * Waits for the end of a prompt: the end mark on the socket, or an entry in the history when the
 * socket died. Undefined when the time is over; throws the reason of the signal when that aborts.
 * Faults: `INSTANCE_UNHEALTHY` when the server is gone, or was started anew and forgot the prompt.
 */
export async function followPrompt(options: {
  baseUrl: string;
  promptId: string;
  follower: Follower;
  events: EventStream;
  clock: Clock;
  timeoutMs: number;
  signal: AbortSignal;
}): Promise<PromptEnd | undefined> {
  const { baseUrl, promptId, follower, events, clock, signal } = options;
  const until = clock.monotonicMs() + options.timeoutMs;
  for (let misses = 0; ;) {
    if (follower.hasEnded()) {
      const entry = await findEntry(baseUrl, promptId).catch(() => undefined);
      return follower.failure() ?? endOf(entry) ?? { kind: 'success', outputs: follower.outputs };
    }
    signal.throwIfAborted();
    const leftMs = until - clock.monotonicMs();
    if (leftMs <= 0) return undefined;
    const waitMs = Math.min(leftMs, events.isOpen() ? slowPollMs : fastPollMs);
    await waitOrWake({ follower, clock, waitMs, signal });
    signal.throwIfAborted();
    if (follower.hasEnded()) continue;
    const seen = await lookUp(baseUrl, promptId);
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

type Seen = { kind: 'ended'; end: PromptEnd } | { kind: 'queued' } | { kind: 'nowhere'; fault: unknown };

async function lookUp(baseUrl: string, promptId: string): Promise<Seen> {
  try {
    const end = endOf(await findEntry(baseUrl, promptId));
    if (end !== undefined) return { kind: 'ended', end };
    const queue = objectOf(await callJson(baseUrl, '/api/queue'));
    const items = [...listOf(queue['queue_running']), ...listOf(queue['queue_pending'])];
    return items.some((item) => listOf(item)[1] === promptId)
      ? { kind: 'queued' }
      : { kind: 'nowhere', fault: undefined };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { kind: 'nowhere', fault: error };
  }
}

async function findEntry(baseUrl: string, promptId: string): Promise<JsonObject | undefined> {
  const history = objectOf(await callJson(baseUrl, `/api/history/${encodeURIComponent(promptId)}`));
  return history[promptId] === undefined ? undefined : objectOf(history[promptId]);
}

function endOf(entry: JsonObject | undefined): PromptEnd | undefined {
  if (entry === undefined) return undefined;
  const status = objectOf(entry['status']);
  for (const message of listOf(status['messages'])) {
    const [type, data] = [textOf(listOf(message)[0]), objectOf(listOf(message)[1])];
    const failure = failureOf(type, data);
    if (failure !== undefined) return failure;
  }
  if (status['status_str'] === 'error')
    return failed('WORKFLOW_NODE_FAILED', 'The server says that the workflow failed, and not why', {
      details: redacted(status),
    });
  return { kind: 'success', outputs: objectOf(entry['outputs']) };
}

function failureOf(type: string, data: JsonObject): FailedWorkflow | undefined {
  const told = { nodes: [textOf(data['node_id'])], details: redacted(data) };
  if (type === 'execution_error') return failed('WORKFLOW_NODE_FAILED', executionReason(data), told);
  if (type === 'execution_interrupted') return failed('WORKFLOW_INTERRUPTED', 'The workflow was interrupted', told);
  return undefined;
}

function lost(baseUrl: string, cause: unknown): Fault {
  if (cause instanceof Fault) return cause;
  return new Fault('INSTANCE_UNHEALTHY', `The service at ${baseUrl} no longer knows the workflow that it was running.`);
}
