import type { Json, JsonObject } from '../base/json.ts';

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
}

export interface Picture {
  readonly filename: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Every pixel has the same value: nothing was drawn. */
  readonly isFlat: boolean;
  readonly sha256: string;
  readonly sizeBytes: number;
}

export type WorkflowOutcome =
  | {
      readonly kind: 'ran';
      readonly promptId: string;
      readonly durationMs: number;
      readonly pictures: readonly Picture[];
      readonly nFrames: number;
    }
  /** The server refused the graph or a node failed. `reason` is one sentence. */
  | { readonly kind: 'failed'; readonly reason: string; readonly details: Json };

export interface QueueState {
  readonly running: number;
  readonly pending: readonly JsonObject[];
}

/**
 * A client of ComfyUI's HTTP and WebSocket API; facts in `test/fixtures/comfyui-transcript.json`.
 * `baseUrl` is like `http://127.0.0.1:8191`. Loopback only. Every call has a timeout;
 * a server that does not answer is `undefined` from `facts`, and a Fault `INSTANCE_UNHEALTHY` from the others.
 */
export interface ServiceClient {
  facts(baseUrl: string): Promise<ServiceFacts | undefined>;
  /** Node class names of `GET /object_info`, sorted. */
  nodeClasses(baseUrl: string): Promise<readonly string[]>;
  /** Posts the graph with a seed or prefix of its own so that no cache answers, follows the WebSocket to the end mark, fetches and decodes every picture. */
  runWorkflow(
    baseUrl: string,
    graph: JsonObject,
    options: { timeoutMs: number; nonce: string },
  ): Promise<WorkflowOutcome>;
  queue(baseUrl: string): Promise<QueueState>;
  /** Posts saved pending prompts again, in order; returns how many were accepted. */
  requeue(baseUrl: string, pending: readonly JsonObject[]): Promise<number>;
  /** Last lines of the server's own log (`/internal/logs/raw`), `[]` when it does not answer. */
  logTail(baseUrl: string, nLines: number): Promise<readonly string[]>;
}
