import { z } from 'zod';

import { notUsedOf } from '../../domain/definitions/not-used.ts';
import type { Agent, Definitions } from '../../domain/definitions/types.ts';

/** An agent as outputs carry it. */
export const agentSchema = z.object({
  agent: z.string().describe('Its id.'),
  title: z.string().describe('Its name for people.'),
  description: z.string().describe('When it is asked.'),
  tree: z.string().nullable().describe('Tree that it belongs to, or null.'),
  tools: z.array(z.string()).describe('Actions that it may use.'),
  otherTools: z.array(z.string()).describe('Other tools that its runner gives it, as its file names them.'),
  notUsed: z.array(z.string()).describe('Tools and fields of its file that its runner does not use.'),
  runner: z.string().describe('Who carries out its steps.'),
  timeLimitSeconds: z.number().describe('Longest time of one of its steps.'),
  file: z.string().describe('Where it is written.'),
  steps: z.array(z.string()).describe('Steps that playbooks give it: `playbook/step`.'),
});
export type AgentView = z.infer<typeof agentSchema>;

/** Returns an agent with the steps that playbooks give it. */
export function agentView(agent: Agent, { playbooks }: Pick<Definitions, 'playbooks'>): AgentView {
  const notUsed = notUsedOf(agent);
  const steps = [...playbooks.values()].flatMap((playbook) =>
    playbook.steps.filter((step) => step.agent === agent.id).map((step) => `${playbook.id}/${step.id}`),
  );
  return {
    agent: agent.id,
    title: agent.title,
    description: agent.description,
    tree: agent.tree,
    tools: [...agent.tools],
    otherTools: agent.otherTools.filter((tool) => !notUsed.includes(tool)),
    notUsed: [...notUsed],
    runner: agent.runner,
    timeLimitSeconds: agent.maxMinutes * 60,
    file: agent.file,
    steps,
  };
}
