import { markVariable } from './process-table.ts';

/** Returns how this very program is started again with other arguments: same Node, same entry, same environment but for a mark that is not its own. */
export function ownProgram(args: readonly string[]): {
  program: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
} {
  const entry = process.argv[1];
  if (entry === undefined) throw new Error('orchestrate does not know its own entry file');
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && name !== markVariable) env[name] = value;
  return { program: process.execPath, args: [...process.execArgv, entry, ...args], env };
}
