import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type ModelServer, startModelServer } from './model-server.ts';
import type { Served, ServedCall } from './served.ts';
import { makeServiceWorld, type ServiceWorld, startOptions } from './service-world.ts';

export const acpAgent = fileURLToPath(new URL('acp-agent.mjs', import.meta.url));

/** A service with an agent that a program works for, and a server that plays its model. */
export interface ProgramWorld {
  readonly world: ServiceWorld;
  readonly models: ModelServer;
  end(): Promise<void>;
}

/** Lines of the agent's file that say who works. */
export async function makeProgramWorld(lines: readonly string[]): Promise<ProgramWorld> {
  const [world, models] = [await makeServiceWorld(), await startModelServer()];
  await world.ok('init', ...startOptions, '--check', 'python3 -m unittest', '--port', String(world.port), '--yes');
  const config = fs.readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8');
  world.commit({
    'orchestrate.yaml': `${config.replace('watch-time: 5s', 'watch-time: 0s')}
compute:
  providers:
    anthropic: { url: "${models.urls.anthropic}", key: null }
    openai: { url: "${models.urls.openai}", key: null }
    local: { like: openai, dialect: openai-chat, url: "${models.urls.openai}", key: null }
`,
    'agents/mender.md': [
      '---',
      'name: mender',
      'tree: service',
      'tools: agent.work',
      ...lines,
      '---',
      'You mend what is asked.',
      '',
    ].join('\n'),
    'playbooks/mend.yaml': `id: mend
title: Mend the server
description: Lets an agent that thinks mend the server.
triggers: [mend server]
inputs: { version: { description: The version. } }
tree: service
plan: goal.plan
risk: low
steps:
  - id: mend
    title: Mend it
    action: agent.work
    agent: mender
    with: { task: 'In server.py write VERSION = "\${inputs.version}".' }
    timeout: 5m
`,
  });
  await world.ok('service', 'start');
  return {
    world,
    models,
    async end() {
      await world.end();
      await models.close();
    },
  };
}

/** A model that asks for one command of the shell, by the name that the program gives it, and then says that it is done. */
export function oneCommand(tool: { name: string; field: string }, command: string): (call: ServedCall) => Served {
  return ({ body }) => {
    const text = JSON.stringify(body);
    const isAnswered = /"type":"(?:tool_result|function_call_output)"|"role":"tool"/.test(text);
    if (isAnswered) return { text: 'The version is set.' };
    // Beside the work they ask for a title, without any tool.
    if (!text.includes(`"name":"${tool.name}"`)) return { text: 'a title' };
    return {
      calls: [{ name: tool.name, arguments: JSON.stringify({ [tool.field]: command, description: 'set it' }) }],
    };
  };
}
