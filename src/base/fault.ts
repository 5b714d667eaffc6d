import { faultCodes, type FaultCode } from './fault-codes.ts';
import type { FaultKind } from './fault-kinds.ts';

export type { FaultCode } from './fault-codes.ts';

/** Where in a text something is wrong. Lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The offending line, for the caret. */
  readonly text?: string;
}

export interface FaultDetails {
  /** What to type next, most useful first. */
  readonly hints?: readonly string[];
  /** What state the person's work is in after the failure, as a sentence. */
  readonly state?: string;
  readonly at?: Position;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A fault as plain data: what the journal keeps and `--json` prints. */
export interface FaultRecord {
  readonly code: FaultCode;
  readonly kind: FaultKind;
  readonly message: string;
  readonly hints: readonly string[];
  readonly state?: string;
  readonly at?: Position;
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * An expected failure: a permanent code, a sentence in the user's words, what to type next.
 * Anything thrown that is not a Fault is a bug and exits with 70.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly kind: FaultKind;
  readonly hints: readonly string[];
  readonly state: string | undefined;
  readonly at: Position | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(code: FaultCode, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Fault';
    this.code = code;
    this.kind = faultCodes[code].kind;
    this.hints = details.hints ?? faultCodes[code].hints;
    this.state = details.state;
    this.at = details.at;
    this.data = details.data;
  }

  /** Returns the fault with this state of the work, or itself when it already says one. */
  withState(state: string): Fault {
    return this.state === undefined ? Fault.fromRecord({ ...this.toRecord(), state }, this) : this;
  }

  /** Returns the fault as plain JSON data. */
  toRecord(): FaultRecord {
    return {
      code: this.code,
      kind: this.kind,
      message: this.message,
      hints: this.hints,
      ...(this.state === undefined ? {} : { state: this.state }),
      ...(this.at === undefined ? {} : { at: this.at }),
      ...(this.data === undefined ? {} : { data: this.data }),
    };
  }

  /** Returns the fault that a record describes, for example one read back from the journal. */
  static fromRecord(record: FaultRecord, cause?: unknown): Fault {
    return new Fault(record.code, record.message, {
      hints: record.hints,
      ...(record.state === undefined ? {} : { state: record.state }),
      ...(record.at === undefined ? {} : { at: record.at }),
      ...(record.data === undefined ? {} : { data: record.data }),
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** Returns the error as a record: a Fault as it is, anything else as the bug `INTERNAL_BUG`. */
export function faultRecord(error: unknown): FaultRecord {
  if (error instanceof Fault) return error.toRecord();
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  return new Fault('INTERNAL_BUG', message, stack === undefined ? {} : { data: { stack } }).toRecord();
}
