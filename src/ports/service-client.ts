import type { Json, JsonObject } from '../base/json.ts';
import type { WorkflowFault } from '../domain/changes/workflow-fault.ts';
import type { NodeSource } from '../domain/instances/node-packs.ts';

/** What a running ComfyUI says about itself (`GET /system_stats`). */
export interface ServiceFacts {
  readonly comfyuiVersion: string;
  readonly pythonVersion: string;
  readonly pytorchVersion: string;
  /** The start command of the answering process: proof of who answers. */
  readonly argv: readonly string[];
  /** `cpu`, `cuda`, … of the first device. */
  readonly deviceType: string;
  readonly deviceName: string;
  /** Every device that it computes on, the first one first. */
  readonly devices: readonly ServiceDevice[];
}

/** A device as the server tells it; on `cpu` the memory is the machine's. */
export interface ServiceDevice {
  readonly type: string;
  readonly name: string;
  readonly memoryBytes: number;
  readonly freeBytes: number;
}

export interface Picture {
  readonly filename: string;
  /** Its place below the server's output folder, with `/`; null where it lies elsewhere, or names no plain place there. */
  readonly place: string | null;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Every pixel has the same value: nothing was drawn. */
  readonly isFlat: boolean;
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface WorkflowOptions {
  readonly timeoutMs: number;
  /** Seeds and file names are made of it. No two calls of one nonce run at the same time. */
  readonly nonce: string;
  readonly signal: AbortSignal;
}

export type WorkflowOutcome =
  | {
      readonly kind: 'ran';
      readonly promptId: string;
      readonly durationMs: number;
      readonly pictures: readonly Picture[];
      readonly nFrames: number;
    }
  /** The server refused the graph, all of it or a part, or a node failed. `reason` is one sentence. */
  | { readonly kind: 'failed'; readonly fault: WorkflowFault; readonly reason: string; readonly details: Json };

/** A prompt is kept as `{ number, prompt_id, prompt, extra_data, outputs }`. `extra_data` may hold keys of paid services. */
export interface QueueState {
  readonly running: number;
  /** What runs now, in the shape of `pending`. */
  readonly active: readonly JsonObject[];
  /** What waits, in the order in which the server would run it. */
  readonly pending: readonly JsonObject[];
}

/** What a server did with a prompt that was posted again. `reason` never holds the prompt itself or its keys. */
export type Requeued =
  | { readonly kind: 'accepted'; readonly promptId: string }
  /** It runs, but not all of it: the server refused the branch that `reason` names. */
  | { readonly kind: 'partly'; readonly promptId: string; readonly reason: string }
  | { readonly kind: 'refused'; readonly promptId: string; readonly reason: string };

/** How a prompt ended, from the history of the server; `unknown` where it has no entry of it. */
export type PromptEnding =
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'unknown' };

/** A prompt of the server's history. The graph holds what the person wrote: it is looked at and not kept. */
export interface RanGraph {
  readonly promptId: string;
  readonly graph: JsonObject;
  /** Milliseconds since 1970, by the server's clock. */
  readonly endedAtMs: number;
  /** Null where the server does not tell when it began and ended. */
  readonly durationMs: number | null;
  readonly isSuccess: boolean;
}

/**
 * A client of ComfyUI's HTTP and WebSocket API; facts in `test/fixtures/comfyui-transcript.json`.
 * `baseUrl` is like `http://127.0.0.1:8191`. Loopback only. Every call has a timeout;
 * a server that does not answer is `undefined` from `facts`, and a Fault `INSTANCE_UNHEALTHY` from the others.
 */
export interface ServiceClient {
  /** Waits five seconds for the answer when no time is named. */
  facts(baseUrl: string, options?: { timeoutMs: number }): Promise<ServiceFacts | undefined>;
  /** Node class names of `GET /object_info`, sorted. */
  nodeClasses(baseUrl: string): Promise<readonly string[]>;
  /** The same, each with the module that it came from. */
  nodeSources(baseUrl: string): Promise<readonly NodeSource[]>;
  /**
   * Posts the graph with a seed or prefix of its own so that no cache answers, follows the WebSocket to the end mark, fetches and
   * decodes every picture. Its prompt is taken back when the time is over or the signal aborts (its reason is thrown then);
   * what a killed call under the same nonce left on the server is taken back first.
   */
  runWorkflow(baseUrl: string, graph: JsonObject, options: WorkflowOptions): Promise<WorkflowOutcome>;
  queue(baseUrl: string, options?: { timeoutMs: number }): Promise<QueueState>;
  /** Posts saved prompts again, in order. A repeat posts them twice: who calls looks at the queue first. */
  requeue(baseUrl: string, pending: readonly JsonObject[]): Promise<readonly Requeued[]>;
  /** Takes waiting prompts off the queue; one that runs already, or is gone, is left as it is. A repeat is safe. */
  unqueue(baseUrl: string, promptIds: readonly string[]): Promise<void>;
  /** Stops exactly this prompt, if it runs. Never another one. */
  interrupt(baseUrl: string, promptId: string): Promise<void>;
  history(baseUrl: string, promptId: string): Promise<PromptEnding>;
  /** The newest prompts that ended, with what they asked for, at most so many, oldest first. A server forgets them when it ends. */
  ranGraphs(baseUrl: string, options: { most: number }): Promise<readonly RanGraph[]>;
  /** Asks the server to take its models out of memory: it does when it is idle, and loads them again for the next prompt. */
  free(baseUrl: string): Promise<void>;
  /** Last lines of the server's own log (`/internal/logs/raw`), `[]` when it does not answer. */
  logTail(baseUrl: string, nLines: number, options?: { timeoutMs: number }): Promise<readonly string[]>;
}
