/** Something that a person is told outside of the terminal. Plain text without a secret. */
export interface Notice {
  readonly title: string;
  readonly text: string;
  readonly severity: 'critical' | 'warning' | 'informational';
  /** The key of what it is about: a receiver that gets it twice sees that it is the same. */
  readonly key: string;
  /** For webhook and file. */
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * A text, or where it stands: the absolute path of a file that only its owner may read, or the name of a variable in this process's
 * environment. So no secret goes through the engine.
 */
export type SecretSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'environment'; readonly name: string };

export type NoticeTarget =
  /** One JSON object a line is appended; a file past 5 MiB is moved to `<path>.1` first. */
  | { readonly kind: 'file'; readonly path: string }
  /**
   * `POST` of JSON, to https or to this machine, with `X-Orchestrate-Timestamp` (seconds since 1970) and
   * `X-Orchestrate-Signature: sha256=<HMAC>`, taken of `<timestamp>.<body>`. Redirects are not followed.
   */
  | { readonly kind: 'webhook'; readonly url: SecretSource; readonly secret: SecretSource }
  /** A program that is given title and text on stdin, e.g. one that sends e-mail. No shell. */
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'desktop' };

/** Tells people. Faults: `NOTICE_FAILED` with what the target answered; nothing is tried again here. */
export interface Notifier {
  send(target: NoticeTarget, notice: Notice): Promise<void>;
}
