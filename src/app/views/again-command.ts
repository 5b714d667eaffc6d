import type { RunOptions } from '../../domain/runs/options.ts';
import { commandText } from '../../domain/templates/command-line.ts';

/** Longer than this nobody types it: another command gave the run its inputs. */
const longest = 200;

/** Returns what to type to have a previewed goal carried out as it was shown, or null where that is not for a person to type. */
export function againCommand(goal: string, { playbook, inputs, until }: RunOptions): string | null {
  const options = [
    ...(playbook === null ? [] : ['--playbook', playbook]),
    ...Object.entries(inputs).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ...(until === null ? [] : ['--until', until]),
  ];
  const command = [`orchestrate run ${JSON.stringify(goal)}`, ...(options.length === 0 ? [] : [commandText(options)])];
  const text = command.join(' ');
  return text.length > longest || text.includes('\n') ? null : text;
}
