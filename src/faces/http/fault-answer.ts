import type { FaultKind } from '../../base/fault-kinds.ts';
import { type FaultRecord, faultRecord } from '../../base/fault.ts';
import type { HttpAnswer } from './exchange.ts';
import { jsonAnswer } from './json-answer.ts';

/** HTTP's word for each kind of fault; the code in the body says more. */
const statuses: Readonly<Record<FaultKind, number>> = {
  usage: 400,
  user: 422,
  'not-found': 404,
  conflict: 409,
  waiting: 409,
  busy: 503,
  interrupted: 503,
  outside: 502,
  bug: 500,
};

/** Returns the error as the body `{ error }`: code, message, hints, state of the work, and never a stack. */
export function faultAnswer(error: unknown): HttpAnswer {
  const record = faultRecord(error);
  // A name that is not there is an address that is not there.
  const status = record.code === 'USAGE_UNKNOWN_COMMAND' ? 404 : statuses[record.kind];
  return jsonAnswer(status, { error: withoutStack(record) });
}

function withoutStack(record: FaultRecord): FaultRecord {
  if (record.data?.['stack'] === undefined) return record;
  const { stack: _, ...data } = record.data;
  return { ...record, data };
}
