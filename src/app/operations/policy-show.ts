import { z } from 'zod';

import { policyGaps } from '../../domain/policy/gaps.ts';
import { factNames, noRules, type When } from '../../domain/policy/rules.ts';
import { policyDigest } from '../../engine/policy/digest.ts';
import { defineOperation } from '../operation.ts';

const ruleSchema = z.object({
  when: z.string().describe('What it is about; `every change` where it names nothing.'),
  says: z.string().describe('What it says.'),
  why: z.string().describe('The reason that stands with it.'),
  at: z.string().describe('What says so: a line of a file, or `built in`.'),
});

/** `orchestrate policy show` */
export const policyShow = defineOperation({
  name: 'policy show',
  summary: 'Show the rules about who approves what, and when.',
  description:
    'Rules of orchestrate.yaml with their lines, after those that no configuration changes. `policy explain` applies them to a change.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({
    policy: z.string().describe('Digest: an approval under another one does not count.'),
    autoMerge: z.array(z.string()).describe('Tiers that a rule may approve alone.'),
    carry: z
      .enum(['never', 'disjoint'])
      .describe('Whether an approval goes along when the branch moved somewhere else.'),
    tickets: z.string().nullable().describe('What a ticket looks like; null: any.'),
    risk: z.array(ruleSchema).describe('What raises the tier of a change.'),
    review: z.array(ruleSchema).describe('What has to be there before a change merges.'),
    gaps: z
      .array(
        z.object({
          sentence: z.string().describe('What nobody could ever give.'),
          at: z.string().describe('Where it is written.'),
        }),
      )
      .describe('What the policy asks for and nobody can give.'),
  }),
  examples: [{ command: 'orchestrate policy show', explains: 'Every rule, and where it is written.' }],
  async run(app) {
    const { config, definitions } = await app.installation();
    const rules = config.policy.rules ?? noRules;
    return {
      policy: policyDigest({ config, outside: app.outside }),
      autoMerge: [...config.policy.autoMerge],
      carry: rules.carry,
      tickets: rules.ticketPattern,
      risk: [
        ...builtInRisk,
        ...rules.risk.map(({ when, tier, why, at }) => ({ when: whenText(when), says: `risk ${tier}`, why, at })),
      ],
      review: [
        { when: 'every change', says: '1 person', why: 'agents are authors, a person approves', at: 'built in' },
        ...rules.review.map(({ when, why, at, ...rule }) => ({ when: whenText(when), says: saysText(rule), why, at })),
      ],
      gaps: [...policyGaps(config.principals, { rules, trees: [...definitions.trees.keys()] })],
    };
  },
});

const builtInRisk = [
  {
    when: 'paths that steer orchestrate, agents or other tools',
    says: 'risk high',
    why: 'what they say is obeyed',
    at: 'built in',
  },
  { when: 'paths outside the scope of every tree', says: 'risk high', why: 'nobody looks after them', at: 'built in' },
];

function whenText({ tiers, paths, facts, trees, filesOver, bytesOver }: When): string {
  const parts = [
    ...(tiers.length === 0 ? [] : [`risk ${tiers.join(' or ')}`]),
    ...(trees.length === 0 ? [] : [`tree ${trees.join(' or ')}`]),
    ...(paths.length === 0 ? [] : [`path ${paths.join(' or ')}`]),
    ...factNames.flatMap((name) => (facts[name] === undefined ? [] : [`${name} ${facts[name].join(' or ')}`])),
    ...(filesOver === null ? [] : [`more than ${filesOver} files`]),
    ...(bytesOver === null ? [] : [`more than ${bytesOver} bytes`]),
  ];
  return parts.length === 0 ? 'every change' : parts.join(', ');
}

function saysText(rule: {
  readonly trees: readonly string[];
  readonly agents: readonly string[];
  readonly principals: readonly string[];
  readonly persons: number | null;
  readonly ticket: boolean;
  readonly comment: boolean;
  readonly signature: boolean;
  readonly window: boolean;
}): string {
  const flags = (['ticket', 'comment', 'signature', 'window'] as const).filter((name) => rule[name]);
  return [
    ...(rule.persons === null ? [] : [`${rule.persons} ${rule.persons === 1 ? 'person' : 'persons'}`]),
    ...(rule.principals.length === 0 ? [] : [`approval of ${rule.principals.join(' and ')}`]),
    ...(rule.trees.length === 0 ? [] : [`rules of ${rule.trees.join(' and ')}`]),
    ...(rule.agents.length === 0 ? [] : [`read by ${rule.agents.join(' and ')}`]),
    ...flags,
  ].join(', ');
}
