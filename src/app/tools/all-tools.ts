import { Fault } from '../../base/fault.ts';
import { nearestWord } from '../../domain/definitions/did-you-mean.ts';
import { operations } from '../operations/index.gen.ts';
import type { Operations } from '../perform-for-program.ts';
import { renamed, withKnownArguments } from '../swarm-names/also-taken.ts';
import { swarmNames } from '../swarm-names/swarm-names.ts';
import { operationTools } from './operation-tools.ts';
import type { ProgramTool } from './tool.ts';

let made: Promise<readonly ProgramTool[]> | undefined;

/** Returns every tool that there is, by name. They are the same for every installation, and made once. */
export function allTools(): Promise<readonly ProgramTool[]> {
  made ??= operationTools(operations as unknown as Operations).then((tools) => {
    const own = tools.map(withKnownArguments);
    return [...own, ...renamed(own), ...swarmNames].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  });
  return made;
}

/** Returns the tool of that name. Fault: `TOOL_UNKNOWN`, with the nearest one. */
export async function requireTool(name: string): Promise<ProgramTool> {
  const tools = await allTools();
  const tool = tools.find((one) => one.name === name);
  if (tool !== undefined) return tool;
  const near = nearestWord(
    name.slice(0, 80),
    tools.map((one) => one.name),
  );
  throw new Fault(
    'TOOL_UNKNOWN',
    `There is no tool ${JSON.stringify(name.slice(0, 80))}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
    { state: 'Nothing was done.', hints: near === undefined ? ['tools/list', 'orchestrate mcp --list'] : [near] },
  );
}
