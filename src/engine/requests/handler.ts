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
