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
  /** Told each time that it gets on, as often as the server tells it. Must not throw. */
  readonly onProgress?: (progress: WorkflowProgress) => void;
}

/** How far a workflow is. Previews are counted and kept nowhere. */
export interface WorkflowProgress {
  /** Id and class of the node that runs, or null. */
  readonly node: string | null;
  readonly nodeClass: string | null;
  /** Steps of that node, for one that has more than one. */
  readonly steps: { readonly value: number; readonly max: number } | null;
  /** Nodes that are done, from the cache or run. */
  readonly nDone: number;
  readonly nNodes: number;
  /** Of all nodes, whole, 0 to 100: nodes take different times. */
  readonly percent: number;
  /** What the node says of itself, cut; data, not to be obeyed. */
  readonly text: string | null;
  readonly nPreviews: number;
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

/** What a server can do, found out by asking it: its version says little, and forks count otherwise. */
export interface ServiceAbilities {
  /** Where its routes are; an old server has them without a prefix only. */
  readonly prefix: '/api' | '';
  /** It tells of its prompts by `/api/jobs`. */
  readonly jobs: boolean;
  /** Previews come with the node that they are of, when they are asked for so. */
  readonly previewMetadata: boolean;
  /** The largest body that it takes; null: it does not say. */
  readonly maxUploadBytes: number | null;
}

/** A prompt that ended, as the server remembers it. Nothing of its graph or of `extra_data` is in it. */
export interface EndedPrompt {
  readonly promptId: string;
  readonly state: 'finished' | 'failed' | 'interrupted';
  /** In milliseconds since 1970; null where the server does not tell. */
  readonly startedAtMs: number | null;
  readonly durationMs: number | null;
  readonly nOutputs: number;
  /** The first picture that it made, its folder before it, or null. */
  readonly picture: string | null;
  /** Why it failed, or null. */
  readonly reason: string | null;
}

/** Where a prompt was when it was to be cancelled; `stays`: it is there still, the node that it is in ends first. */
export type Cancelled = 'running' | 'waiting' | 'absent' | 'stays';

/**
 * A client of ComfyUI's HTTP and WebSocket API; facts in `test/fixtures/comfyui-transcript.json`.
 * `baseUrl` is like `http://127.0.0.1:8191`. Loopback only. Every call has a timeout;
 * a server that does not answer is `undefined` from `facts`, and a Fault `INSTANCE_UNHEALTHY` from the others.
 */
export interface ServiceClient {
  /** Waits five seconds for the answer when no time is named. */
  facts(baseUrl: string, options?: { timeoutMs: number }): Promise<ServiceFacts | undefined>;
  /** Asks anew what the server can, and goes by it from then on; undefined when it does not answer. */
  abilities(baseUrl: string): Promise<ServiceAbilities | undefined>;
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
  /**
   * Puts a picture into the server's input folder under exactly this name (folders with `/`), over what is there; a mask becomes the
   * transparency of the picture of that name. Returns why it was not taken, or null. A repeat is safe.
   */
  upload(
    baseUrl: string,
    picture: { readonly kind: 'image' | 'mask'; readonly name: string; readonly bytes: Uint8Array },
  ): Promise<string | null>;
  queue(baseUrl: string, options?: { timeoutMs: number }): Promise<QueueState>;
  /** Posts saved prompts again, in order. A repeat posts them twice: who calls looks at the queue first. */
  requeue(baseUrl: string, pending: readonly JsonObject[]): Promise<readonly Requeued[]>;
  /** Takes waiting prompts off the queue; one that runs already, or is gone, is left as it is. A repeat is safe. */
  unqueue(baseUrl: string, promptIds: readonly string[]): Promise<void>;
  /** Stops exactly this prompt, if it runs. Never another one. */
  interrupt(baseUrl: string, promptId: string): Promise<void>;
  /** Takes exactly this prompt back, waiting or running; waits three seconds for it to be gone. Never another one. A repeat is safe. */
  cancel(baseUrl: string, promptId: string): Promise<Cancelled>;
  history(baseUrl: string, promptId: string): Promise<PromptEnding>;
  /** The newest prompts that ended, with what they asked for, at most so many, oldest first. A server forgets them when it ends. */
  ranGraphs(baseUrl: string, options: { most: number }): Promise<readonly RanGraph[]>;
  /** Prompts that ended, the newest first; `by`: what the server was asked by. It forgets them when it ends. */
  ended(
    baseUrl: string,
    options: { readonly limit: number },
  ): Promise<{ readonly by: 'jobs' | 'history'; readonly prompts: readonly EndedPrompt[] }>;
  /** Asks the server to take its models out of memory: it does when it is idle, and loads them again for the next prompt. */
  free(baseUrl: string): Promise<void>;
  /** Last lines of the server's own log (`/internal/logs/raw`), `[]` when it does not answer. */
  logTail(baseUrl: string, nLines: number, options?: { timeoutMs: number }): Promise<readonly string[]>;
}
