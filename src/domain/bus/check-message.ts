import { Fault } from '../../base/fault.ts';
import { canonicalJson, type Json } from '../../base/json.ts';
import { kindOf } from './address.ts';
import type { NewMessage } from './message.ts';

/** A message is a word between agents, not a file: what is larger lies in memory or in a tree, and is named. */
export const maxBodyBytes = 64 * 1024;
/** Deeper than what anybody writes, and shallow enough for every reader's stack. */
const maxBodyDepth = 16;
/** So that looking through a body ends before its size is known. */
const maxBodyValues = 10_000;
/** One line of a terminal, twice over. */
const maxSubjectChars = 200;
const maxDedupChars = 200;
/** Names that become something else than data when a reader copies fields from object to object. */
const dangerousNames = ['__proto__', 'constructor', 'prototype'];

/** Returns the body as the one text that stands for it. Fault `BUS_MESSAGE_INVALID` when the message cannot be accepted as it is. */
export function checkMessage(message: NewMessage): string {
  const { subject, body, dedup, to, expiresAtMs } = message;
  if (kindOf(to) === 'supervisor') throw invalid('to', 'The supervisor has no mailbox: it only sends.');
  if (subject.trim() === '' || subject.length > maxSubjectChars || !isOneLine(subject))
    throw invalid('subject', `A subject is one line of 1 to ${maxSubjectChars} characters.`);
  if (dedup !== null && (dedup === '' || dedup.length > maxDedupChars || !isOneLine(dedup)))
    throw invalid('dedup', `A key is one line of 1 to ${maxDedupChars} characters.`);
  if (expiresAtMs !== null && !Number.isSafeInteger(expiresAtMs))
    throw invalid('expiresAtMs', 'The time of expiry is not a whole number of milliseconds.');
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalid('body', 'A body is a JSON object.');
  walk(body, { path: 'body', depth: 1, left: { n: maxBodyValues } });
  const text = canonicalJson(body);
  const nBytes = new TextEncoder().encode(text).length;
  if (nBytes > maxBodyBytes)
    throw invalid(
      'body',
      `The body has ${nBytes} bytes; ${maxBodyBytes} are the most. Put it into memory and name its key.`,
    );
  return text;
}

function walk(value: Json | undefined, at: { path: string; depth: number; left: { n: number } }): void {
  const { path, depth, left } = at;
  if (depth > maxBodyDepth) throw invalid(short(path), `The body is nested deeper than ${maxBodyDepth} levels.`);
  if ((left.n -= 1) < 0) throw invalid('body', `The body holds more than ${maxBodyValues} values.`);
  if (typeof value === 'string' && !value.isWellFormed())
    throw invalid(short(path), 'A text holds half of a character (a lone surrogate).');
  if (typeof value === 'number' && !Number.isFinite(value)) throw invalid(short(path), 'A number is not finite.');
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    value.forEach((one: Json, index) => walk(one, { path: `${path}[${index}]`, depth: depth + 1, left }));
    return;
  }
  for (const [name, one] of Object.entries(value)) {
    if (dangerousNames.includes(name)) throw invalid(short(path), `A field cannot be called ${name}.`);
    if (!name.isWellFormed()) throw invalid(short(path), 'The name of a field holds half of a character.');
    walk(one, { path: `${path}.${name}`, depth: depth + 1, left });
  }
}

const isOneLine = (text: string): boolean => text.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(text);

const short = (path: string): string => (path.length <= 120 ? path : `${path.slice(0, 119)}…`);

function invalid(at: string, sentence: string): Fault {
  return new Fault('BUS_MESSAGE_INVALID', `${sentence} (at ${at})`, { state: 'Nothing was sent.', data: { at } });
}
