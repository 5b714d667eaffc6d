/** One request on the socket, whole. */
export interface HttpRequest {
  readonly method: string;
  /** Without what is asked behind a question mark. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parts as they come, until the request's signal aborts. */
  readonly body: string | AsyncIterable<string>;
}
