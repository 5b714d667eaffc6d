import { z, type ZodType } from 'zod';

import { Fault } from '../../../base/fault.ts';
import type { JsonObject } from '../../../base/json.ts';
import { dataOf, row } from '../../../domain/journal/kinds.ts';
import { isEnd } from '../../effects/is-end.ts';
import type { Engine } from '../../engine.ts';
import type { SpecialistTool, ToolOutcome } from '../tool.ts';
import { faultText, misfitText } from './answers.ts';
import { capped, maxJournalChars } from './capped.ts';
import type { ToolScene } from './scene.ts';

interface Described<In> {
  readonly name: string;
  readonly description: string;
  readonly input: ZodType<In>;
}

export interface CallOptions {
  readonly callId: string;
  readonly signal: AbortSignal;
}

/** A tool that changes nothing: it is looked up again where it is asked again. */
export interface ReadTool<In> extends Described<In> {
  /** Faults go back as data. */
  read(input: In, options: CallOptions): Promise<ToolOutcome>;
}

/** A tool that changes the slot, memory, the bus, or starts something: done once for each call. */
export interface EffectTool<In> extends Described<In> {
  readonly effect: 'write' | 'run';
  /** What it is about to do: `sentence` is its name in the journal, `intent` what a look needs. Nothing is changed yet. Faults go back as data. */
  plan(input: In): Promise<{ readonly sentence: string; readonly intent: JsonObject }>;
  /** After a kill in the middle: whether it was done. Left out: `act` is safe to repeat. */
  look?(input: In, intent: JsonObject): Promise<ToolOutcome | undefined>;
  act(input: In, intent: JsonObject, options: CallOptions): Promise<ToolOutcome>;
}

/** Makes a tool of one that only looks. */
export const readTool = <In>(scene: ToolScene, tool: ReadTool<In>): SpecialistTool =>
  checked(scene, { ...tool, effect: 'read' }, (input, options) => tool.read(input, options));

/**
 * Makes a tool of one that changes something. Intent, act and outcome are rows under `tool:<conversation>:<call>`: a call that begins again
 * after a kill or a pause does nothing twice, and answers as it did.
 */
export const effectTool = <In>(scene: ToolScene, tool: EffectTool<In>): SpecialistTool =>
  checked(scene, tool, async (input, options) => {
    const { engine, conversation, run } = scene;
    const key = `tool:${conversation}:${options.callId}`;
    // What was begun before is not planned anew: a file that was edited already would not be as the plan expects it.
    const begun = engine.ledger.latest(`effect:${key}`);
    const isNew = begun === undefined || begun.kind === 'effect.failed';
    const done = begun?.kind === 'effect.failed' ? await doneAllTheSame(engine, key, { tool, input }) : undefined;
    if (done !== undefined) return done;
    const known = dataOf('effect.intended', begun) ?? dataOf('effect.done', begun);
    const { sentence, intent } = isNew ? await tool.plan(input) : { sentence: known?.name ?? tool.name, intent: {} };
    let whole: ToolOutcome | undefined;
    const { look } = tool;
    const outcome = await engine.perform<ToolOutcome>(
      { key, name: sentence, input: intent, run },
      {
        ...(look === undefined ? {} : { look: (decided: JsonObject) => look(input, decided) }),
        act: async (decided) => {
          whole = await tool.act(input, decided, options);
          return { ...whole, text: capped(engine.outside.secrets.text(whole.text), maxJournalChars) };
        },
      },
    );
    const said = whole ?? outcome;
    const used = { conversation, call: options.callId, tool: tool.name, sentence, isError: said.isError };
    const written =
      engine.ledger.latest(key) ?? (await engine.ledger.append([row('tool.used', used, { run, keys: [key] })]))[0];
    return written === undefined ? said : { ...said, row: written.seq };
  });

/** It failed, which may have been after the act: the record could not be written. Then nothing is left to do. */
async function doneAllTheSame<In>(
  engine: Engine,
  key: string,
  { tool, input }: { tool: EffectTool<In>; input: In },
): Promise<ToolOutcome | undefined> {
  const [intended] = engine.ledger.read({
    key: `effect:${key}`,
    kinds: ['effect.intended'],
    descending: true,
    limit: 1,
  });
  const intent = dataOf('effect.intended', intended)?.input;
  return intent === undefined ? undefined : tool.look?.(input, intent);
}

function checked<In>(
  scene: ToolScene,
  { name, description, effect, input }: Described<In> & { readonly effect: SpecialistTool['effect'] },
  call: (input: In, options: CallOptions) => Promise<ToolOutcome>,
): SpecialistTool {
  const { engine, conversation, run } = scene;
  return {
    ...{ name, description, effect, input },
    async call(given, options) {
      const parsed = input.safeParse(given);
      if (!parsed.success) return { isError: true, text: misfitText(name, z.prettifyError(parsed.error)) };
      try {
        const outcome = await call(parsed.data, options);
        return { ...outcome, text: capped(engine.outside.secrets.text(outcome.text)) };
      } catch (error) {
        // What stops us stops the agent too: it is no answer.
        options.signal.throwIfAborted();
        if (isEnd(error) || !(error instanceof Fault) || stopping.includes(error.code)) throw error;
        if (error.code === 'TOOL_REFUSED') {
          const refused = { conversation, call: options.callId, tool: name, why: error.message };
          const keys = [`tool:${conversation}:${options.callId}`];
          if (engine.ledger.latest(keys[0] ?? '') === undefined)
            await engine.ledger.append([row('tool.refused', refused, { run, keys })]);
        }
        return { isError: true, text: capped(engine.outside.secrets.text(faultText(error))) };
      }
    },
  };
}

/** Faults that only a person can clear, whoever met them. */
const stopping: readonly string[] = ['DISK_FULL', 'TREE_TAMPERED', 'WAITING_FOR_PERSON', 'BUDGET_REACHED'];
