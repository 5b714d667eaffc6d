import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { RequestAnswer, RequestKind, RequestKinds } from '../../domain/requests.ts';
import type { Engine } from '../engine.ts';
import type { Beside } from '../machines/host.ts';

/** Carries out a request. Its answer goes into the commit that carries it out; a refusal is thrown as its Fault. */
export type Handler<Kind extends RequestKind> = (engine: Engine, data: RequestKinds[Kind], id: number) => Promise<void>;
export type Handlers<Kinds extends RequestKind> = { readonly [Kind in Kinds]: Handler<Kind> };

/** The answer to request `id`, to be written beside a transition. */
export const accepted = (id: number, run: string | null, sentence: string): NonNullable<Beside['answers']> => [
  { id, answer: { kind: 'accepted', run, sentence } },
];

/** Answers where no machine moves. */
export async function answerAlone(engine: Engine, id: number, answer: RequestAnswer): Promise<void> {
  await engine.ledger.append([], [{ id, answer: answer as unknown as JsonObject }]);
}

/**
 * Moves a machine with the answer to a request beside it. Faults: `CHANGE_NOT_REVIEWABLE`,
 * `RUN_NOT_RESUMABLE`, `RUN_FINISHED` when it moved since it was looked at and does not know the event any more: then nothing is written,
 * and the person is not told that it was taken.
 */
export async function sendAnswered(
  engine: Engine,
  subject: string,
  event: Parameters<Engine['host']['send']>[1],
  beside: Beside,
): Promise<void> {
  if (await engine.host.send(subject, event, beside)) return;
  const view = engine.host.find(subject);
  const isChange = view?.machine === 'change';
  throw new Fault(
    isChange ? 'CHANGE_NOT_REVIEWABLE' : view?.isFinal === false ? 'RUN_NOT_RESUMABLE' : 'RUN_FINISHED',
    `${subject} is ${view?.state ?? 'gone'} by now, and does not take this any more.`,
    { hints: [isChange ? `orchestrate review show ${subject}` : `orchestrate runs show ${subject}`] },
  );
}
