import { readFileSync } from 'node:fs';

import { parseAgent } from '../../../../src/domain/definitions/agent.ts';
import type { Agent, Definitions } from '../../../../src/domain/definitions/types.ts';
import type { ModelCall } from '../../../../src/ports/index.ts';
import type { ScriptedAnswer } from '../../../fakes/fake-language-models.ts';
import { definitions, type World, type WorldOptions } from '../../../fakes/fake-world.ts';
import { type Scene, supervised } from '../supervisor/supervised-scene.ts';

/** Two servers of the person's own that cost nothing. */
export const compute = `compute:
  providers:
    own: { url: 'http://127.0.0.1:8080/v1', dialect: openai-chat, free: true, models: [{ id: first, context: 200000, output: 16000, tier: large }] }
    other: { url: 'http://127.0.0.1:8081/v1', dialect: openai-chat, free: true, models: [{ id: second, context: 200000, output: 16000, tier: large }] }
`;

/** Shipped agents by their files; the tests run in the root. */
const shipped = ['change-reader', 'environment-specialist', 'general-specialist', 'package-manager', 'planner'].map(
  (id) => parseAgent({ file: `agents/${id}.md`, text: readFileSync(`agents/${id}.md`, 'utf8'), origin: 'built-in' }),
);

export const thinkingDefinitions: Definitions = {
  ...definitions,
  agents: new Map(shipped.map((agent) => [agent.id, agent])),
};

export type Answer = ScriptedAnswer | ((call: ModelCall) => ScriptedAnswer);

export interface ThinkingOptions extends WorldOptions {
  readonly agents?: readonly Agent[];
  /** What models say, one after the other. */
  readonly says?: readonly Answer[];
  prepare?(world: World): void;
  /** No model is configured. */
  readonly without?: boolean;
}

/** Returns an installation with models, whose supervisor runs. */
export function thinking({
  agents = [],
  says = [],
  prepare,
  without = false,
  ...options
}: ThinkingOptions = {}): Promise<Scene> {
  return supervised({ ...options, config: `${options.config ?? ''}${without ? '' : compute}` }, (world) => {
    world.models.say(...says);
    prepare?.(world);
    const all = new Map([...thinkingDefinitions.agents, ...agents.map((one) => [one.id, one] as const)]);
    return { ...world, context: { ...world.context, definitions: { ...thinkingDefinitions, agents: all } } };
  });
}

/** A plan that a model could write: it records what is installed, and writes nothing. */
export const goodPlan = {
  title: 'Look at what is installed',
  description: 'Nothing is different afterwards.',
  triggers: ['tell me what lies around'],
  tree: 'env-setup',
  plan: 'goal.plan',
  risk: 'low',
  steps: [{ id: 'record', title: 'Record it', action: 'env.record', agent: 'environment-specialist', timeout: '10m' }],
};

export const says = (value: unknown): ScriptedAnswer => ({
  text: typeof value === 'string' ? value : JSON.stringify(value),
});
