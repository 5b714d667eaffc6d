import type { DetachedSpec, RawResult, RawSpec } from './spawner.ts';

/** How an open program ended. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

export type OpenSpec = Omit<RawSpec, 'stdin' | 'timeoutMs' | 'maxOutputBytes'>;

/** What the client sends to the spawn helper. `id` names the request that it belongs to. */
export type ToHelper =
  | { readonly kind: 'run'; readonly id: number; readonly spec: RawSpec }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'open'; readonly id: number; readonly spec: OpenSpec }
  | { readonly kind: 'write'; readonly id: number; readonly data: string | Uint8Array }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'detached'; readonly id: number; readonly spec: DetachedSpec };

/** What the spawn helper answers. Bytes travel as bytes: the channel uses the structured-clone format. */
export type FromHelper =
  | { readonly kind: 'result'; readonly id: number; readonly result: RawResult }
  | { readonly kind: 'opened'; readonly id: number }
  | { readonly kind: 'data'; readonly id: number; readonly chunk: Buffer }
  | { readonly kind: 'ended'; readonly id: number; readonly end: ProgramEnd }
  | { readonly kind: 'pid'; readonly id: number; readonly pid: number }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string; readonly code: string | undefined };
