import { z } from 'zod';

import type { KnownAction } from '../../../../src/domain/definitions/known-names.ts';
import type { DefinitionSource } from '../../../../src/domain/definitions/types.ts';

/** Well-formed files, to be spoilt by one replacement each. */
export const goodFiles = {
  'agents/validation-engineer.md': `---
id: validation-engineer
title: Validation engineer
tree: env-setup
tools: [env.verify, instance.boot]
---
Run it and look.
`,
  'trees/env-setup.yaml': `id: env-setup
title: Python environment
home-port: 8188
scope:
  - requirements.in
  - docs/env-setup/**
reviewers: [ops-maint]
questions: [imports-pass]
`,
  'trees/ops-maint.yaml': `id: ops-maint
title: Service
home-port: 8190
scope: [ops/**]
reviewers: [env-setup]
`,
  'playbooks/upgrade-package.yaml': `id: upgrade-package
title: Upgrade one package
description: Moves one package.
triggers:
  - upgrade {package}
inputs:
  package:
    description: The package to move.
tree: env-setup
plan: env.choose
risk: medium
steps:
  - id: build
    title: Build
    action: env.verify
    agent: validation-engineer
    timeout: 10m
  - id: boot
    title: Boot
    action: instance.boot
    agent: validation-engineer
    needs: [build]
    with:
      package: \${inputs.package}
    timeout: 90s
    retries: 1
`,
  'orchestrate.yaml': `id: 3f9c2a71
name: comfy-home
service:
  mode: managed
  port: 8188
  start-time: 3m
ports: { first: 8191, last: 8290 }
python:
  index: /srv/wheels
policy:
  max-download: 2 GiB
  auto-merge: [low]
`,
} as const;

export type GoodFile = keyof typeof goodFiles;

const nothing = z.object({});
const verified = z.object({
  nPackages: z.number(),
  failed: z.array(z.object({ name: z.string(), why: z.string() })),
  facts: z.record(z.string(), z.number()),
});
const booted = z.object({ baseline: z.enum(['prove', 'look']).default('prove'), package: z.string() });

/** Actions and questions that the good files use, and some more. */
export const knownNames = {
  actions: new Map<string, KnownAction>([
    [
      'env.choose',
      { plans: true, input: z.object({ package: z.string(), version: z.string().default('') }), output: nothing },
    ],
    ['env.verify', { plans: false, input: nothing, output: verified }],
    ['env.build', { plans: false, input: nothing, output: nothing }],
    ['instance.boot', { plans: false, input: booted, output: z.object({ bootRow: z.number() }) }],
  ]),
  questions: new Set(['imports-pass', 'workflows-ran']),
};

/** Returns a good file as a source, with the first `from` replaced by `to`. */
export function spoilt(
  file: GoodFile,
  from = '',
  to = '',
  origin: DefinitionSource['origin'] = 'installation',
): DefinitionSource {
  const text: string = goodFiles[file];
  if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
  return { file, text: text.replace(from, () => to), origin };
}

/** Returns all good definitions, one of them spoilt; the configuration is none. */
export function sourcesWith(...changed: DefinitionSource[]): DefinitionSource[] {
  const names = (Object.keys(goodFiles) as GoodFile[]).filter((file) => file !== 'orchestrate.yaml');
  const rest = names.filter(
    (file) => !changed.some((source) => source.file === file && source.origin === 'installation'),
  );
  return [...rest.map((file) => spoilt(file)), ...changed];
}
