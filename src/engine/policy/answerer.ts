import { Fault } from '../../base/fault.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import {
  type ApprovalSignature,
  type ApprovalStatement,
  approvalMessage,
  approvalNamespace,
} from '../../domain/policy/approval-message.ts';
import { principalOf } from '../../domain/policy/principals.ts';
import type { Principal } from '../../domain/policy/rules.ts';
import type { EngineContext } from '../context.ts';

/** Who answers, as the policy knows them. */
export interface Answerer {
  readonly principal: Principal;
  readonly signature: ApprovalSignature | null;
}

/** Refuses whoever is no person: agents are authors, and nothing that they type is an answer. Fault: `REVIEW_SELF`. */
export function requirePerson(by: Actor, what: string): void {
  if (by.kind === 'person') return;
  throw new Fault('REVIEW_SELF', `${by.name} is no person and cannot decide about ${what}.`, {
    hints: ['A person types it, in a terminal that orchestrate did not start.'],
  });
}

/**
 * Returns the principal behind a login, or behind the key of a signature where there is one.
 * Faults: `PRINCIPAL_UNKNOWN`, `SIGNATURE_INVALID`.
 */
export async function requireAnswerer(
  context: EngineContext,
  options: { readonly by: Actor; readonly armored: string | null; readonly statement: ApprovalStatement },
): Promise<Answerer> {
  const { by, armored, statement } = options;
  if (armored !== null) return signer(context, { armored, statement });
  const known = principalOf(context.config.principals, by.name);
  if (known.kind === 'one') return { principal: known.principal, signature: null };
  if (known.kind === 'several')
    throw new Fault(
      'PRINCIPAL_UNKNOWN',
      `The login ${by.name} is shared by ${known.names.join(', ')}: a signature has to say who it is.`,
      {
        hints: [`orchestrate review approve ${statement.change} --sign <key file>`, 'orchestrate principals list'],
      },
    );
  throw unknownLogin(by.name);
}

export const unknownLogin = (login: string): Fault =>
  new Fault('PRINCIPAL_UNKNOWN', `The login ${login} is none of the principals of orchestrate.yaml.`, {
    hints: ['orchestrate principals list', 'Add it to os-users of a principal in orchestrate.yaml.'],
  });

async function signer(
  { config, outside }: EngineContext,
  { armored, statement }: { armored: string; statement: ApprovalStatement },
): Promise<Answerer> {
  const signers = (config.principals ?? [])
    .filter(({ sshKeys }) => sshKeys.length > 0)
    .map(({ name, sshKeys }) => ({ name, keys: sshKeys }));
  const message = approvalMessage(statement);
  const found =
    signers.length === 0
      ? undefined
      : await outside.signatures.verify({ armored, message, signers, namespace: approvalNamespace });
  const principal = (config.principals ?? []).find(({ name }) => name === found?.name);
  if (found === undefined || principal === undefined)
    throw new Fault(
      'SIGNATURE_INVALID',
      signers.length === 0
        ? 'orchestrate.yaml names no SSH key, so no signature can be checked.'
        : `The signature is not one of a key of orchestrate.yaml over exactly this: ${statement.change}, its base, its tree, the policy, when and the ticket.`,
      { hints: ['orchestrate principals list', `orchestrate review show ${statement.change}`] },
    );
  return { principal, signature: { key: found.key, armored } };
}
