/** What the server answers one call with, in whichever dialect it is asked. */
export type Served =
  | {
      readonly text?: string;
      readonly calls?: readonly { readonly name: string; readonly arguments: string; readonly id?: string }[];
      /** Thought before it, and the signature that has to come back. */
      readonly thinking?: { readonly text: string; readonly signature: string };
      /** Usage block of the dialect that asks, as the provider writes it. */
      readonly usage?: Readonly<Record<string, unknown>>;
      /** Why it ended, in the words of Chat Completions: `length`, `content_filter`. */
      readonly finish?: string;
      /** Name under which it says that it answered. */
      readonly model?: string;
      /** Characters in one piece of the stream. */
      readonly chunkSize?: number;
      /** The connection breaks after so many pieces. */
      readonly cutAfter?: number;
      /** Milliseconds before each piece. */
      readonly paceMs?: number;
    }
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** It takes the call and says nothing. */
  | { readonly hangs: true }
  /** These bytes as a stream, whatever they are. */
  | { readonly raw: string };

/** A call as it came. */
export interface ServedCall {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An answer that is spoken, not a failure. */
export type Spoken = Exclude<Served, { readonly status: number } | { readonly hangs: true } | { readonly raw: string }>;
