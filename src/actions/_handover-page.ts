import type { Condition } from '../domain/conditions/condition.ts';
import type { MemoryEntry } from '../domain/memory/entry.ts';
import { claimSchema } from './_claims.ts';
import type { StepReport } from './_context.ts';
import { logErrorsSchema, logErrorText } from './_log-errors.ts';

/** Where hand-overs lie: in the scope of the tree that looks after the service. */
export const handoverPath = (name: string): string => `docs/ops-maint/handover/${name}.md`;

export const isHandoverName = (name: string): boolean => /^[a-z0-9][a-z0-9-]{0,79}$/.test(name);

/**
 * Returns the page: what was asked and answered, what held when it was written, what each agent did, each with its row. What agents,
 * memory and people said is quoted, so that nothing of it can be taken for a heading or a command of the page.
 */
export function handoverPage(facts: {
  readonly name: string;
  readonly run: string;
  readonly goal: string;
  readonly before: readonly StepReport[];
  readonly conditions: readonly Condition[];
  /** What the page's author was given of memory. */
  readonly given: readonly Pick<MemoryEntry, 'key' | 'version' | 'by'>[];
}): string {
  const { name, run, goal, before, conditions, given } = facts;
  return [
    `# Hand-over: ${name}`,
    '',
    `Written by ${run}, from its journal rows. What is quoted is the claim of whoever said it, and approves nothing.`,
    '',
    `Asked for: ${inline(goal)}`,
    '',
    '## Asked and answered',
    '',
    ...before.filter(({ action }) => action === 'bus.ask').flatMap(answerLines),
    ...before.filter(({ action }) => action === 'service.read-log').flatMap(logLines),
    '## What held when this was written',
    '',
    ...conditions.map(
      ({ name: condition, by, evidence, row }) =>
        `- ${condition}, says ${by.kind === 'rule' ? 'the supervisor' : inline(by.name)} (#${row})${evidence.length === 0 ? '' : `: ${evidence.map(inline).join(', ')}`}`,
    ),
    ...(conditions.length === 0 ? ['- no condition of those that the plan waits for'] : []),
    '',
    '## What each did',
    '',
    ...before.map(({ step, agent, sentence, row }) => `- ${step} (${agent}, #${row}): ${inline(sentence)}`),
    '',
    '## What memory held about it',
    '',
    ...given.map(({ key, version, by }) => `- ${inline(`${key}@${version}`)}, written by ${inline(by.name)}`),
    ...(given.length === 0 ? ['- nothing that its author was given'] : []),
    '',
    '## Not proven by this page',
    '',
    '- What agents answered was not checked against the machine; look at the rows.',
    '- Nobody was asked whether the maintenance may begin but by the conditions above.',
    '',
    '## Commands',
    '',
    `    orchestrate runs show ${run}`,
    '    orchestrate conditions list',
    '    orchestrate undo --dry-run',
    '',
  ].join('\n');
}

function answerLines({ step, row, output }: StepReport): readonly string[] {
  const text = (field: string): string => (typeof output[field] === 'string' ? output[field] : '');
  const claims = claimSchema.array().safeParse(output['claims']);
  return [
    `### ${step}: ${inline(text('from'))} (#${row})`,
    '',
    `> ${inline(text('subject'))}`,
    ...(text('text') === ''
      ? []
      : [
          '>',
          ...text('text')
            .split(/\r?\n/)
            .map((line) => `> ${inline(line)}`),
        ]),
    '',
    ...(claims.success ? claims.data : []).map(
      ({ entry, saidBy, excerpt }) => `- ${inline(entry)}, written by ${inline(saidBy)}: “${inline(excerpt)}”`,
    ),
    ...(claims.success && claims.data.length > 0 ? [''] : []),
  ];
}

function logLines({ row, output }: StepReport): readonly string[] {
  const errors = logErrorsSchema.safeParse(output['errors']);
  if (!errors.success || errors.data.length === 0) return [];
  return [
    '## Errors that the service wrote',
    '',
    ...errors.data.map((one) => `- ${inline(logErrorText(one))} (#${row})`),
    '',
  ];
}

/** Characters of somebody else that the page quotes in one line. */
const maxInline = 1_000;

/** One line of somebody else: no control characters, nothing that Markdown or HTML would act on. */
const inline = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, maxInline)
    .replace(/[\\`*_[\]<>#|!&]/g, (found) =>
      found === '<' ? '&lt;' : found === '>' ? '&gt;' : found === '&' ? '&amp;' : `\\${found}`,
    );
