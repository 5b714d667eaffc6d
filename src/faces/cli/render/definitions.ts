import type { NewOutput } from '../../../app/operations/_new-definition.ts';
import type { AgentView } from '../../../app/views/agent-view.ts';
import type { PlaybookHead, PlaybookView } from '../../../app/views/playbook-view.ts';
import type { TreeView } from '../../../app/views/tree-view.ts';
import { nextLine } from '../failure.ts';
import { dim, strong, warn, type Line, type Span } from '../line.ts';
import { table } from './table.ts';

/** Renders `agents list`. */
export function renderAgentsList({
  agents,
  nBroken,
}: {
  readonly agents: readonly AgentView[];
  readonly nBroken: number;
}): readonly Line[] {
  const rows = agents.map((one): Span[] => [
    strong(one.agent),
    one.tree ?? dim('–'),
    String(one.tools.length),
    String(one.steps.length),
    one.description === '' ? one.title : firstSentence(one.description),
  ]);
  return [...table(['agent', 'tree', 'actions', 'steps', 'asked for'], rows), ...brokenLines('agents', nBroken)];
}

/** Renders `agents show`. */
export const renderAgent = (one: AgentView & { readonly instructions: string }): readonly Line[] => [
  [strong(one.agent), ` · ${one.title} · ${one.tree ?? 'of no tree'}`, dim(` · ${one.file}`)],
  ...(one.description === '' ? [] : [one.description]),
  fieldLine('may use', [...one.tools, ...one.otherTools]),
  ...(one.notUsed.length === 0
    ? []
    : [[...fieldLine('in its file', one.notUsed), dim(` (not used by runner ${one.runner})`)]]),
  fieldLine('does', one.steps),
  [dim('at most     '), `${one.timeLimitSeconds / 60} min for a step`],
  '',
  ...one.instructions.split('\n'),
];

/** Renders `playbooks list`. */
export function renderPlaybooksList({
  playbooks,
  nBroken,
}: {
  readonly playbooks: readonly PlaybookHead[];
  readonly nBroken: number;
}): readonly Line[] {
  const rows = playbooks.map((one): Span[] => [
    strong(one.playbook),
    one.tree,
    one.risk,
    String(one.nSteps),
    [...one.triggers, ...one.on.map((topic) => `on ${topic}`)].join(' · '),
  ]);
  return [...table(['playbook', 'tree', 'risk', 'steps', 'begins with'], rows), ...brokenLines('playbooks', nBroken)];
}

/** Renders `playbooks show`. */
export const renderPlaybook = (one: PlaybookView): readonly Line[] => [
  [
    strong(one.playbook),
    ` · ${one.title} · ${[one.tree, ...one.trees].join(' or ')} · risk ${one.risk}`,
    dim(` · ${one.file}`),
  ],
  one.description,
  fieldLine('begins with', [...one.triggers, ...one.on.map((topic) => `on ${topic}`)]),
  ...one.inputs.map((input): Line => [
    dim('given       '),
    `${input.name}${input.default === null ? '' : ` (${input.default === '' ? 'may be left out' : input.default})`}: ${input.description}`,
  ]),
  [dim('plans by    '), one.plan],
  '',
  ...table(
    ['step', 'action', 'agent', 'needs', ''],
    one.steps.map((step) => [
      strong(step.id),
      step.action,
      step.agent,
      [...step.needs, ...step.waitsFor].join(', ') || dim('–'),
      step.title,
    ]),
  ),
];

interface TreeOutput extends TreeView {
  readonly questions: readonly string[];
  readonly checks: readonly string[];
  readonly agents: readonly string[];
  readonly playbooks: readonly string[];
  readonly file: string;
}

/** Renders `trees show`. */
export const renderTree = (one: TreeOutput): readonly Line[] => [
  [strong(one.tree), ` · ${one.title} · port ${one.homePort}`, dim(` · ${one.file}`)],
  fieldLine('may change', one.scope),
  fieldLine('agents', one.agents),
  fieldLine('playbooks', one.playbooks),
  fieldLine('publishes', one.channels),
  fieldLine('hears', one.listens),
  fieldLine('reviewed by', one.reviewers),
  fieldLine('asks others', one.questions),
  fieldLine('is asked', one.checks),
  ...one.slots.map((slot): Line => [
    dim('slot        '),
    `${slot.name} · ${slot.lease === null ? slot.state : `${slot.lease.run} on port ${slot.lease.port}`}`,
  ]),
  fieldLine(
    'in line',
    one.waiting.map(({ run }) => run),
  ),
];

/** Renders `agents check`, `trees check`, `playbooks check`, where nothing is wrong. */
export const renderCheck = ({ files }: { readonly files: readonly string[] }): readonly Line[] => [
  `Nothing is wrong in ${files.length === 1 ? `${files[0]}` : `${files.length} files`}.`,
];

/** Renders what `new` wrote. */
export const renderNew = ({ file, schema, changed, notUsed }: NewOutput): readonly Line[] => [
  [`wrote ${file}`, dim('  (not committed)')],
  ...(schema === null ? [] : [[dim(`its schema for editors: ${schema}`)]]),
  ...changed.map((sentence) => `  ${sentence}`),
  ...(notUsed.length === 0 ? [] : [`  kept, and not used by its runner: ${notUsed.join(', ')}`]),
  nextLine(`orchestrate ${file.slice(0, file.indexOf('/'))} check`),
];

/** Renders `schema`: the schema itself, so that it can be written to a file. */
export const renderSchema = ({ schema }: { readonly schema: object }): readonly Line[] =>
  JSON.stringify(schema, null, 2).split('\n');

const fieldLine = (name: string, values: readonly string[]): Line => [
  dim(name.padEnd(12)),
  values.length === 0 ? dim('–') : values.join(', '),
];

const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/s.exec(text)?.[0].replaceAll('\n', ' ') ?? text;

const brokenLines = (kind: string, nBroken: number): readonly Line[] =>
  nBroken === 0
    ? []
    : [
        [warn(nBroken === 1 ? `! one thing is wrong in ${kind}` : `! ${nBroken} things are wrong in ${kind}`)],
        nextLine(`orchestrate ${kind} check`),
      ];
