import type { Playbook } from '../definitions/types.ts';
import type { Message } from './message.ts';

/** What a message gives a playbook that it starts. */
export type StartInputs =
  | { readonly kind: 'fits'; readonly inputs: Readonly<Record<string, string>> }
  | { readonly kind: 'unfit'; readonly why: string };

/** Longest text that becomes an input. */
const maxChars = 1_000;

/**
 * Returns the inputs that a message gives: the texts of its body that are called like inputs of the playbook. They are data, as a
 * person's `--set` is; nothing else of a message decides anything.
 */
export function startInputs(playbook: Playbook, { body }: Pick<Message, 'body'>): StartInputs {
  const inputs: Record<string, string> = {};
  for (const [name, { default: otherwise }] of Object.entries(playbook.inputs)) {
    const given = Object.hasOwn(body, name) ? body[name] : undefined;
    if (given === undefined && otherwise !== null) continue;
    if (given === undefined)
      return { kind: 'unfit', why: `${playbook.id} needs ${name}, and the message has no such text` };
    if (typeof given !== 'string' || given.length > maxChars)
      return { kind: 'unfit', why: `${name} for ${playbook.id} has to be a text of at most ${maxChars} characters` };
    inputs[name] = given;
  }
  return { kind: 'fits', inputs };
}
