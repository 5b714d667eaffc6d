import type { RunOptions } from '../../domain/runs/options.ts';
import { commandText } from '../../domain/templates/command-line.ts';

/** Longer than this nobody types it: another command gave the run its inputs. */
const longest = 200;

/** Playbooks that a command of their own starts: its options are the inputs, and one that was left out is empty. */
const ownCommands: ReadonlyMap<string, { readonly command: string; readonly inputs: readonly string[] }> = new Map([
  ['bisect-restore-points', { command: 'orchestrate restore bisect', inputs: ['good', 'bad', 'workflow'] }],
]);

/** Returns what to type to have a previewed goal carried out as it was shown, or null where that is not for a person to type. */
export function againCommand(goal: string, options: RunOptions): string | null {
  const text = ownCommand(options) ?? runCommand(goal, options);
  return text.length > longest || text.includes('\n') ? null : text;
}

function ownCommand({ playbook, inputs, until }: RunOptions): string | undefined {
  const own = ownCommands.get(playbook ?? '');
  if (own === undefined || until !== null) return undefined;
  const given = Object.entries(inputs).filter(([, value]) => value !== '');
  if (given.some(([name]) => !own.inputs.includes(name))) return undefined;
  return [own.command, ...given.map(([name, value]) => commandText([`--${name}`, value]))].join(' ');
}

function runCommand(goal: string, { playbook, inputs, until }: RunOptions): string {
  const options = [
    ...(playbook === null ? [] : ['--playbook', playbook]),
    ...Object.entries(inputs).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ...(until === null ? [] : ['--until', until]),
  ];
  return [`orchestrate run ${JSON.stringify(goal)}`, ...(options.length === 0 ? [] : [commandText(options)])].join(' ');
}
