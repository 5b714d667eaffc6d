import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { type ClaudeEvent, maxEventLength, readClaudeEvent } from '../../domain/hooks/claude-event.ts';
import { hookMs } from '../../domain/hooks/claude-hooks.ts';
import { type HookNote, noteKeys, sessionOf } from '../../domain/hooks/note-keys.ts';
import { latestSession, requireSessionId } from '../../domain/hooks/session-id.ts';
import type { App } from '../app.ts';
import { newest } from '../views/journal-reader.ts';
import { personOf } from './_run-output.ts';

/** What hooks take beside their own options. */
export const hookFields = {
  sessionId: z
    .string()
    .min(1)
    .max(200)
    .nullable()
    .default(null)
    .describe('Session that it belongs to; the one that you began last, when left out.'),
  event: z
    .string()
    .min(1)
    .max(maxEventLength)
    .nullable()
    .default(null)
    .describe(
      'Event of Claude Code as JSON; `-` reads it from standard input. The exit status is then 0, 2 (stop) or 1.',
    ),
};

/** For what an option of others asks for that there is not here. */
export const asksField = z.boolean().nullable().default(null);

/** What a hook answers. */
export const hookSchema = z.object({
  hook: z.string().describe('Which hook it was.'),
  ok: z.boolean().describe('False: do not go on; the sentence says why.'),
  sentence: z.string().describe('What was done, or why not.'),
  session: z.string().nullable().describe('Session that it was counted to.'),
  found: z.array(z.string()).describe('What is to be known, most pressing first.'),
  evidence: z
    .array(z.string())
    .describe('What it rests on: `#12` a journal row, `key@3` an entry of memory, a ref, `m4` a message.'),
  notDone: z.array(z.string()).describe('What was asked for and was not done, and why.'),
});
export type HookAnswer = z.infer<typeof hookSchema>;

/** What a hook knows before it begins. */
interface Told {
  readonly event: ClaudeEvent | null;
  readonly session: string | null;
  /** Folder that relative paths are taken from. */
  readonly cwd: string;
}

/** What a hook says; the rest is filled in. */
type Said = Pick<HookAnswer, 'sentence'> & Partial<Omit<HookAnswer, 'hook' | 'session'>>;

/**
 * Reads what was given, lets the hook work, and answers within `hookMs`: whoever waits has work to do. Faults: `USAGE_BAD_ARGUMENT` for an
 * event that is none or belongs to another hook, `HOOK_TOO_LONG`, and those of the hook.
 */
export async function answerHook<More extends object = object>(
  app: App,
  {
    hook,
    events,
    given,
  }: { hook: string; events: readonly string[]; given: { sessionId: string | null; event: string | null } },
  work: (told: Told) => Promise<Said & More>,
): Promise<HookAnswer & Omit<More, keyof Said>> {
  const event = given.event === null ? null : readClaudeEvent(given.event, app.cwd);
  if (event !== null && !events.includes(event.name))
    throw new Fault(
      'USAGE_BAD_ARGUMENT',
      `hooks ${hook} is for ${events.join(', ') || 'no event of Claude Code'}, not for ${event.name}.`,
      {
        hints: ['orchestrate hooks init'],
        state: 'Nothing was kept; nobody was kept from going on.',
      },
    );
  const session = await sessionOfHook(app, given.sessionId ?? event?.session ?? null);
  const said = await inTime(app, hook, work({ event, session, cwd: event?.cwd ?? app.cwd }));
  return { ok: true, found: [], evidence: [], notDone: [], ...said, hook, session };
}

/** The one that was named, else the one that this person or program began last and did not end. */
async function sessionOfHook(app: App, named: string | null): Promise<string | null> {
  const { ledger } = await app.installation();
  if (named !== null && named !== latestSession) return requireSessionId(named);
  const begun = newest(ledger, 'hook.session', sessionOf(personOf(app)))?.data.session ?? null;
  if (begun === null) return null;
  return newest(ledger, 'hook.session', `hook-session:${begun}`)?.data.act === 'saved' ? null : begun;
}

async function inTime<T>(app: App, hook: string, work: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = app.outside.clock.sleep(hookMs, stop.signal).then((isOver) => (isOver ? tooLate : undefined));
  try {
    const first = await Promise.race([
      work,
      late.then((over) => (over === tooLate ? tooLate : new Promise<never>(() => {}))),
    ]);
    if (first !== tooLate) return first as T;
  } finally {
    stop.abort();
  }
  throw new Fault('HOOK_TOO_LONG', `hooks ${hook} was not done within ${hookMs / 1000} s.`, {
    hints: ['orchestrate status'],
    state:
      'Go on with the work: nothing of yours was changed. What was asked for is kept, and may still be put on record.',
  });
}

const tooLate = Symbol('late');

/** Puts on record what a hook was told, and returns the row, as `#12`. */
export async function note(app: App, told: HookNote): Promise<string> {
  const token = app.outside.random.hex(8);
  const by = personOf(app);
  await app.ask('hook.note', { note: told, token, by });
  const { ledger } = await app.installation();
  const [key = ''] = noteKeys(told, { token, by });
  return `#${ledger.latest(key)?.seq ?? 0}`;
}

/** `--train-neural true` and its like: said not to be done, rather than passed over or claimed. */
export const notDone = (
  asked: Readonly<Record<string, { readonly wants: boolean | null; readonly why: string }>>,
): string[] => Object.entries(asked).flatMap(([flag, { wants, why }]) => (wants === true ? [`${flag}: ${why}`] : []));

/** `swarm/x/y@3` */
export const refText = ({ key, version }: { readonly key: string; readonly version: number }): string =>
  `${key}@${version}`;
