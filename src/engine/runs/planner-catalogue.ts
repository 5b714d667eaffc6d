import { z } from 'zod';

import { actions } from '../../actions/index.gen.ts';
import { jsonSchemaOf } from '../../domain/definitions/schemas.ts';
import type { Definitions } from '../../domain/definitions/types.ts';

/** Most of an agent's description that a planner is given, in characters. */
const maxDescription = 400;

/**
 * Returns what a plan may be made of: trees, agents with their tools, actions with what they take, and the form of a playbook. The same text
 * while no definition changes, so that a cache holds it.
 */
export function plannerCatalogue({ trees, agents, playbooks }: Definitions): string {
  const used = new Set([...agents.values()].flatMap(({ tools }) => tools));
  return [
    '# Trees: where the work is done, and what may be changed there',
    ...[...trees.values()].map(({ id, title, scope }) => `- ${id}: ${title}; scope ${scope.join(', ')}`),
    '# Agents: who does a step, and the actions that each may use',
    ...[...agents.values()].map(
      ({ id, tree, runner, tools, description }) =>
        `- ${id} (${tree ?? 'no tree'}; ${runner === 'program' ? 'a program' : 'thinks'}): ${description.replaceAll(/\s+/g, ' ').slice(0, maxDescription)} Tools: ${tools.join(', ') || 'none'}`,
    ),
    '# Actions that plan: one of them is "plan"; what it takes are inputs of the playbook',
    ...actions.flatMap((one) => (one.effect === 'plan' ? [actionLine(one)] : [])),
    '# Actions of steps: only those that one of the agents may use',
    ...actions.flatMap((one) => (one.effect !== 'plan' && used.has(one.id) ? [actionLine(one)] : [])),
    '# Playbooks that are there, by their triggers: what is known already',
    ...[...playbooks.values()].map(({ id, triggers, title }) => `- ${id}: ${triggers.join(' | ')} (${title})`),
    '# The form of a playbook',
    JSON.stringify(jsonSchemaOf('playbook')),
  ].join('\n');
}

const actionLine = ({ id, summary, input }: { id: string; summary: string; input: z.ZodType }): string =>
  `- ${id}: ${summary}. Takes ${JSON.stringify(takes(input))}`;

function takes(input: z.ZodType): object {
  const {
    $schema: _schema,
    additionalProperties: _more,
    type: _type,
    ...rest
  } = z.toJSONSchema(input, {
    io: 'input',
    unrepresentable: 'any',
  });
  return rest['properties'] === undefined ? {} : rest;
}
