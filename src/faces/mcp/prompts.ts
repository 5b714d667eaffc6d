import type { GetPromptResult, Prompt } from '@modelcontextprotocol/sdk/types.js';

import type { App } from '../../app/app.ts';
import { Fault } from '../../base/fault.ts';
import type { Agent, Playbook } from '../../domain/definitions/types.ts';

const playbookPrefix = 'playbook_';
const agentPrefix = 'agent_';

/** Returns a prompt for each playbook and agent of the installation. */
export async function listPrompts(app: App): Promise<Prompt[]> {
  const { definitions } = await app.installation();
  return [
    ...[...definitions.playbooks.values()].map(({ id, title, description, inputs }) => ({
      name: playbookPrefix + id,
      title,
      description: description.trim(),
      arguments: Object.entries(inputs).map(([name, input]) => ({
        name,
        description: input.description,
        required: false,
      })),
    })),
    ...[...definitions.agents.values()].map(({ id, title, description }) => ({
      name: agentPrefix + id,
      title,
      description,
      arguments: [{ name: 'task', description: 'What it is asked for.', required: true }],
    })),
  ];
}

/** Returns one of them with its arguments. Fault: `USAGE_BAD_ARGUMENT` for a name or an argument that there is not. */
export async function getPrompt(
  app: App,
  { name, arguments: given = {} }: { readonly name: string; readonly arguments?: Record<string, string> | undefined },
): Promise<GetPromptResult> {
  const { playbooks, agents } = (await app.installation()).definitions;
  const playbook = name.startsWith(playbookPrefix) ? playbooks.get(name.slice(playbookPrefix.length)) : undefined;
  if (playbook !== undefined) return playbookPrompt(playbook, given);
  const agent = name.startsWith(agentPrefix) ? agents.get(name.slice(agentPrefix.length)) : undefined;
  if (agent !== undefined) return agentPrompt(agent, given);
  throw refused(`There is no prompt ${JSON.stringify(name.slice(0, 80))}.`);
}

function playbookPrompt(
  { id, title, description, triggers, inputs }: Playbook,
  given: Record<string, string>,
): GetPromptResult {
  requireKnown(Object.keys(inputs), given);
  const set = Object.entries(given).map(([name, value]) => `${name}=${value}`);
  const call = { goal: triggers.find((one) => !one.includes('{')) ?? title, playbook: id, dryRun: true, set };
  return told(
    title,
    `${description.trim()}\n\nCall the tool \`run\` with ${JSON.stringify(call)} and show me the plan. When I say so, call it again without "dryRun", and tell me what waits for my yes.`,
  );
}

function agentPrompt({ title, instructions }: Agent, given: Record<string, string>): GetPromptResult {
  requireKnown(['task'], given);
  const { task } = given;
  if (task === undefined || task.trim() === '') throw refused('The argument task is missing.');
  return told(title, `${instructions.trim()}\n\nThe task: ${task}`);
}

function requireKnown(known: readonly string[], given: Record<string, string>): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw refused(
      `There is no argument ${JSON.stringify(unknown.slice(0, 80))}: it takes ${known.join(', ') || 'none'}.`,
    );
}

const told = (description: string, text: string): GetPromptResult => ({
  description,
  messages: [{ role: 'user', content: { type: 'text', text } }],
});

const refused = (sentence: string): Fault =>
  new Fault('USAGE_BAD_ARGUMENT', sentence, { hints: ['prompts/list'], state: 'Nothing was done.' });
