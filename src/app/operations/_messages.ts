import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Message } from '../../domain/bus/message.ts';
import { durationField } from '../../domain/definitions/units.ts';
import type { App } from '../app.ts';

/** Input fields that the operations of the bus share. */
export const addressField = z.string().min(1).max(80);
export const mailboxField = addressField.nullable().default(null);
export const messageIdField = z
  .string()
  .regex(/^m?[1-9]\d{0,14}$/, 'has to be the id of a message, like m12')
  .describe('A message, like m12.');
export const subjectField = z.string().min(1).max(200).describe('One line.');
export const bodyField = z
  .string()
  .max(100_000)
  .nullable()
  .default(null)
  .describe('A JSON object that goes along, at most 64 KiB.');
export const dedupField = z
  .string()
  .min(1)
  .max(200)
  .nullable()
  .default(null)
  .describe('A key: a message of yours with the same key is accepted once.');
export const waitField = durationField({ least: '0s', most: '30d' })
  .default(0)
  .describe('How long to wait while a mailbox is full, e.g. 10m.');
export const pageFields = {
  after: messageIdField.nullable().default(null).describe('Only messages after this one.'),
  limit: z.number().int().min(1).max(1_000).default(50).describe('At most this many.'),
};

/** Returns the number of `m12` or `12`. */
export const messageNumber = (text: string): number => Number(text.replace(/^m/, ''));

/** Returns the body that was typed. Fault `BUS_MESSAGE_INVALID`, with the place. */
export function parseBody(text: string | null): JsonObject {
  if (text === null) return {};
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    throw notJson(text, error);
  }
  throw new Fault('BUS_MESSAGE_INVALID', 'The body is JSON, but no object.', {
    hints: [`--body '{"text": …}'`],
    state: 'Nothing was sent.',
  });
}

function notJson(text: string, error: unknown): Fault {
  const offset = Number(/position (\d+)/.exec(String(error))?.[1] ?? text.length);
  const before = text.slice(0, offset).split('\n');
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  return new Fault('BUS_MESSAGE_INVALID', 'The body is not well-formed JSON.', {
    at: { file: '--body', line, column, text: text.split('\n')[line - 1] ?? '' },
    hints: [`--body '{"version": "2.4"}'`],
    state: 'Nothing was sent.',
    cause: error,
  });
}

/** Fault: `BUS_MESSAGE_NOT_FOUND`. */
export async function requireMessage(app: App, id: number): Promise<Message> {
  const message = (await app.installation()).bus.find(id);
  if (message !== undefined) return message;
  throw new Fault('BUS_MESSAGE_NOT_FOUND', `There is no message m${id}.`, { state: 'Nothing was changed.' });
}
