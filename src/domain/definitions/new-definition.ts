/** What a new file is about. */
export interface NewDefinition {
  readonly id: string;
  readonly title: string;
  /** Tree of an agent or playbook. */
  readonly tree: string;
  /** Where the schema lies, seen from the file. */
  readonly schema: string;
}

/** Returns the lines by which editors find the schema: those with the YAML language server, and those of JetBrains. */
export const editorHint = (schema: string): string =>
  `# yaml-language-server: $schema=${schema}\n# $schema: ${schema}\n`;

/** Returns the text of a new agent: well-formed, and to be filled in. No editor checks front matter, so that it names no schema. */
export const newAgent = ({
  id,
  title,
  tree,
  description,
  tools,
}: Omit<NewDefinition, 'schema'> & { readonly description: string; readonly tools: readonly string[] }): string =>
  `---
name: ${id}
description: ${JSON.stringify(description)}
tools: ${tools.length === 0 ? '[]' : tools.join(', ')}
title: ${JSON.stringify(title)}
tree: ${tree}
time-limit: 30m
---
# ${title}

What this agent is good at, in one paragraph.

## Works like this

1. What it looks at first.

## Never

- What it leaves alone.
`;

/** Returns the text of a new tree. */
export const newTree = ({
  id,
  title,
  schema,
  homePort,
  reviewers,
}: Omit<NewDefinition, 'tree'> & { readonly homePort: number; readonly reviewers: readonly string[] }): string =>
  `${editorHint(schema)}id: ${id}
title: ${JSON.stringify(title)}
home-port: ${homePort}
slots: 2

# Paths that it may change; no other tree has the same.
scope:
  - docs/${id}/**

reviewers: [${reviewers.join(', ')}]
questions: []

# Topics that it publishes, and those whose messages come into its mailbox.
channels: []
listens: []
`;

/** Returns the text of a new playbook of one step. */
export const newPlaybook = ({
  id,
  title,
  tree,
  schema,
  step,
  plan,
}: NewDefinition & {
  readonly step: { readonly agent: string; readonly action: string };
  /** What plans it, and the inputs that it cannot do without. */
  readonly plan: { readonly action: string; readonly inputs: readonly string[] };
}): string =>
  `${editorHint(schema)}id: ${id}
title: ${JSON.stringify(title)}
description: What is different afterwards, in one sentence.

# What people type after \`orchestrate run\`; {name} stands for one word and gives the input of that name.
triggers:
  - ${[id.replaceAll('-', ' '), ...plan.inputs.map((name) => `{${name}}`)].join(' ')}

inputs:${plan.inputs.length === 0 ? ' {}' : plan.inputs.map((name) => `\n  ${name}: { description: What ${name} is. }`).join('')}
tree: ${tree}
plan: ${plan.action}
risk: medium

steps:
  - id: first
    title: What the step does
    action: ${step.action}
    agent: ${step.agent}
    timeout: 10m
`;
