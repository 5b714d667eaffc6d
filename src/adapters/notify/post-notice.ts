import { createHmac } from 'node:crypto';

import { Fault } from '../../base/fault.ts';
import { webhookProblem } from '../../domain/definitions/alerts-config.ts';
import type { Notice, NoticeTarget } from '../../ports/index.ts';
import type { ReadSecret } from '../files/secret.ts';

type Webhook = Extract<NoticeTarget, { kind: 'webhook' }>;

/** A receiver that takes longer is tried again later. */
const timeoutMs = 10_000;

/**
 * Posts the notice as JSON, signed. Any answer of 200 to 299 means that it arrived; its body is not read, and no redirect is followed: it
 * would carry the notice, and its signature, somewhere that nobody wrote down. Fault: `NOTICE_FAILED`, with the host and the status.
 */
export async function postNotice(
  target: Webhook,
  notice: Notice,
  { readSecret, nowMs }: { readonly readSecret: ReadSecret; readonly nowMs: number },
): Promise<void> {
  const [address, secret] = [await readSecret(target.url), await readSecret(target.secret)];
  const problem = webhookProblem(address);
  if (problem !== null) throw new Fault('NOTICE_FAILED', `The address of the webhook ${problem}.`);
  const url = new URL(address);
  const timestamp = String(Math.floor(nowMs / 1000));
  const { title, text, severity, key, data } = notice;
  const body = JSON.stringify({ title, text, severity, key, data });
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'orchestrate',
    'x-orchestrate-timestamp': timestamp,
    'x-orchestrate-signature': `sha256=${signatureOf(secret, timestamp, body)}`,
  };
  let status: number;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    status = answer.status;
    await answer.body?.cancel();
  } catch (cause) {
    throw new Fault('NOTICE_FAILED', `${url.host} could not be reached: ${reasonOf(cause)}.`, { cause });
  }
  if (status < 200 || status > 299) throw new Fault('NOTICE_FAILED', `${url.host} answered ${status}.`);
}

/** What a receiver compares, in hex: HMAC-SHA256 over `<timestamp>.<body>`. */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
}

/** The code alone: the sentence of an error may name the whole address. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer in ${timeoutMs / 1000} seconds`;
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code ?? 'the connection failed';
}
