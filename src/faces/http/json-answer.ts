import type { HttpAnswer } from './exchange.ts';

export const jsonAnswer = (status: number, value: unknown): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: `${JSON.stringify(value)}\n`,
});

/** Refuses the method, and names those that fit. */
export function methodRefused(message: string, allow: string): HttpAnswer {
  const refused = jsonAnswer(405, { error: { message } });
  return { ...refused, headers: { ...refused.headers, allow } };
}
