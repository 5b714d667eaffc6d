import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Message } from '../../domain/conversations/message.ts';
import type { Agent } from '../../domain/definitions/types.ts';
import type { Engine } from '../engine.ts';
import type { AskModel } from '../spending/ask-model.ts';

/** How often a model may mend its answer: what is wrong after that, it does not understand. */
export const MAX_REPAIRS = 3;

/** Most of an answer that is read, in characters: far above any plan or review. */
const maxAnswer = 64 * 1024;

/** What a model said, as the journal keeps it. */
export interface Said {
  readonly text: string;
  readonly provider: string;
  readonly model: string;
  readonly stop: 'end' | 'tools' | 'length' | 'refused';
}

export type Accepted<Value> =
  | { readonly kind: 'fits'; readonly value: Value }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

export interface FittingQuestion<Value> {
  /** `plan:r12`; names the asking for all time. */
  readonly conversation: string;
  readonly run: string;
  readonly agent: Pick<Agent, 'id' | 'model'>;
  readonly taskType: 'plan' | 'review';
  readonly avoid?: readonly string[];
  readonly system: string;
  readonly question: string;
  readonly format: { readonly name: string; readonly schema: JsonObject };
  readonly maxOutputTokens: number;
  accept(text: string): Accepted<Value>;
  /** Called before each asking; `faults` are what was wrong with the answer before. */
  begins?(nth: number, faults: readonly string[]): Promise<void>;
}

export type Fitting<Value> =
  | { readonly kind: 'fits'; readonly value: Value; readonly said: Said; readonly nAsked: number }
  | { readonly kind: 'faults'; readonly faults: readonly string[]; readonly nAsked: number };

/**
 * Asks until the answer fits, and gives back what was wrong with it as data in between. Each answer is on record before it is read: after
 * a kill what was answered is not asked again. Faults: those of `AskModel`.
 */
export async function askUntilFits<Value>(
  engine: Engine,
  asked: FittingQuestion<Value>,
  { ask, signal }: { readonly ask: AskModel; readonly signal: AbortSignal },
): Promise<Fitting<Value>> {
  const messages: Message[] = [{ role: 'user', text: asked.question }];
  let faults: readonly string[] = [];
  for (let nth = 0; nth <= MAX_REPAIRS; nth += 1) {
    await asked.begins?.(nth, faults);
    const said = await sayOnce(engine, { asked, messages, nth }, { ask, signal });
    const accepted = wrongStop(said) ?? asked.accept(said.text);
    if (accepted.kind === 'fits') return { ...accepted, said, nAsked: nth + 1 };
    faults = accepted.faults;
    messages.push({ role: 'model', text: said.text, calls: [] }, { role: 'user', text: repairText(faults) });
  }
  return { kind: 'faults', faults, nAsked: MAX_REPAIRS + 1 };
}

async function sayOnce<Value>(
  engine: Engine,
  { asked, messages, nth }: { asked: FittingQuestion<Value>; messages: readonly Message[]; nth: number },
  { ask, signal }: { ask: AskModel; signal: AbortSignal },
): Promise<Said> {
  const { conversation, run, agent, taskType, avoid, system, format, maxOutputTokens } = asked;
  const question = messages.at(-1);
  const { transcripts } = engine;
  return engine.perform<Said>(
    {
      key: `say:${conversation}:${nth}`,
      name: `ask a model for a ${taskType}`,
      input: { conversation, nth },
      run,
    },
    {
      async act() {
        const answered = await ask(
          engine,
          {
            ...{ conversation, run, task: null, agent: agent.id, taskType, wanted: agent.model },
            ...(avoid === undefined ? {} : { avoid }),
            ...{ system, tools: [], messages, maxOutputTokens, format },
          },
          { signal },
        );
        const { text, provider, model, stop } = answered;
        // What was asked stands in the transcript once it was answered: an attempt that failed said nothing.
        if (question !== undefined) await transcripts.append(conversation, question);
        await transcripts.append(conversation, { role: 'model', text, calls: answered.calls });
        return { text: text.slice(0, maxAnswer), provider, model, stop };
      },
    },
  );
}

/** An answer that is no whole one. */
function wrongStop({ stop, text }: Said): { readonly kind: 'faults'; readonly faults: readonly string[] } | undefined {
  if (stop === 'length') return { kind: 'faults', faults: ['The answer was cut at its end: say it shorter.'] };
  if (stop === 'tools') return { kind: 'faults', faults: ['There is no tool here: answer with the object alone.'] };
  if (stop !== 'refused') return undefined;
  throw new Fault('MODEL_FAILED', 'The model would not answer.', {
    data: { reason: 'content', words: text.slice(0, 500) },
    state: 'Nothing was changed.',
  });
}

/** Faults that a model is told at once: with more it mends none. */
const maxTold = 12;

const repairText = (faults: readonly string[]): string =>
  [
    'That does not fit. What is wrong with it:',
    ...faults.slice(0, maxTold).map((fault) => `- ${fault}`),
    ...(faults.length > maxTold ? [`- and ${faults.length - maxTold} more`] : []),
    'Answer with the whole object again, mended.',
  ].join('\n');
