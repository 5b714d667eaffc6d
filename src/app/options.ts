import { z } from 'zod';

import type { Operation } from './operation.ts';

/** One input field of an operation as faces see it. */
export interface OperationOption {
  /** Field of the input object. */
  readonly name: string;
  /** `--dry-run` */
  readonly flag: string;
  readonly type: 'boolean' | 'number' | 'string' | 'strings';
  readonly choices: readonly string[] | null;
  readonly description: string;
  /** Undefined when there is none: then the field is required or has no value. */
  readonly default: unknown;
  readonly isRequired: boolean;
  readonly isPositional: boolean;
}

interface FieldSchema {
  /** Several where it may be null. */
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly FieldSchema[];
}

/** Returns the input fields of an operation, positional ones first, in the order in which they are declared. */
export function optionsOf(operation: Pick<Operation, 'input' | 'positional'>): readonly OperationOption[] {
  const schema = z.toJSONSchema(operation.input, { io: 'input' }) as {
    properties?: Readonly<Record<string, FieldSchema>>;
    required?: readonly string[];
  };
  const positional = operation.positional ?? [];
  const options = Object.entries(schema.properties ?? {}).map(([name, field]) =>
    optionOf(name, field, {
      isRequired: schema.required?.includes(name) ?? false,
      isPositional: positional.includes(name),
    }),
  );
  const rank = ({ name, isPositional }: OperationOption): number =>
    isPositional ? positional.indexOf(name) : positional.length;
  return options.sort((a, b) => rank(a) - rank(b));
}

/** Returns `--dry-run` for `dryRun`. */
export const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function optionOf(
  name: string,
  field: FieldSchema,
  { isRequired, isPositional }: { isRequired: boolean; isPositional: boolean },
): OperationOption {
  // A nullable field is `anyOf: [what it is, null]`.
  const core = field.anyOf?.find(({ type }) => type !== 'null') ?? field;
  return {
    name,
    flag: flagOf(name),
    type: typeOf(core.type),
    choices: core.enum ?? null,
    description: field.description ?? core.description ?? '',
    default: field.default ?? undefined,
    isRequired,
    isPositional,
  };
}

function typeOf(given: FieldSchema['type']): OperationOption['type'] {
  const type = typeof given === 'string' ? given : given?.find((one) => one !== 'null');
  if (type === 'boolean') return 'boolean';
  if (type === 'integer' || type === 'number') return 'number';
  return type === 'array' ? 'strings' : 'string';
}
