import { emergencies } from '../../domain/emergencies/emergency.ts';
import type { Operation } from '../operation.ts';
import { optionsOf, type OperationOption } from '../options.ts';

/** What a shell offers for an argument or the value of an option. */
export interface CompletedValue {
  /** Fixed words; empty: none. */
  readonly choices: readonly string[];
  /** Kind of the ids that the installation is asked for, see `readQuickIds` and `readIdsAround`; null: files. */
  readonly ids: string | null;
}

/** A command for the shell: its words, its arguments in order, and its options. */
export interface CompletedCommand {
  readonly words: readonly string[];
  readonly summary: string;
  readonly positional: readonly CompletedValue[];
  /** The last argument may be repeated. */
  readonly isRepeated: boolean;
  /** `value` is null where the option takes none. */
  readonly flags: readonly { readonly flag: string; readonly value: CompletedValue | null }[];
}

/** What a field holds by its name, in every operation. */
const byName: Readonly<Record<string, string>> = {
  run: 'run',
  change: 'change',
  point: 'restore',
  tree: 'tree',
  agent: 'agent',
  playbook: 'playbook',
  slot: 'slot',
  condition: 'condition',
  key: 'memory',
  subject: 'work',
  works: 'work',
  target: 'run',
  alert: 'alert',
  suppression: 'suppression',
  names: 'slot',
};

/** What `id`, `ids` and `name` hold depends on the group. */
const byGroup: Readonly<Record<string, string>> = {
  outside: 'outside',
  trash: 'trash',
  windows: 'window',
  followups: 'followup',
  trees: 'tree',
  agents: 'agent',
  playbooks: 'playbook',
  conditions: 'condition',
  bus: 'message',
  smoke: 'smoke',
  templates: 'template',
  schedule: 'schedule',
};

/** Words that fit a field which takes any: those that are worth offering. */
const words: Readonly<Record<string, readonly string[]>> = { symptom: [...emergencies, 'all'] };

/** Options that every command takes. */
const common: CompletedCommand['flags'] = [
  { flag: '--json', value: null },
  { flag: '--home', value: { choices: [], ids: null } },
  { flag: '--verbose', value: null },
  { flag: '--help', value: null },
];

/** Returns what a shell needs to know of an operation. */
export function completedCommand(operation: Operation): CompletedCommand {
  const options = optionsOf(operation);
  const words = operation.name.split(' ');
  const positional = options.filter(({ isPositional }) => isPositional);
  return {
    words,
    summary: operation.summary,
    positional: positional.map((option) => valueOf(option, words)),
    isRepeated: positional.at(-1)?.type === 'strings',
    flags: [
      ...options
        .filter(({ isPositional }) => !isPositional)
        .map((option) => ({
          flag: option.flag,
          value: option.type === 'boolean' ? null : valueOf(option, words),
        })),
      ...common,
    ],
  };
}

function valueOf({ name, choices }: OperationOption, [group = '']: readonly string[]): CompletedValue {
  const isId = name === 'id' || name === 'ids' || name === 'name';
  return { choices: choices ?? words[name] ?? [], ids: byName[name] ?? (isId ? (byGroup[group] ?? null) : null) };
}
