import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { idField, portField, scopeField, titleField } from '../../domain/definitions/fields.ts';
import { printTree } from '../../domain/definitions/print-tree.ts';
import { mostSlots } from '../../domain/definitions/tree.ts';
import { nextHomePort, requireNewTree } from '../../domain/scale/new-tree.ts';
import { questions as reviewQuestions } from '../../engine/changes/questions.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, dryRunField } from './_inputs.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';

const ids = (what: string) => z.array(idField).max(64).default([]).describe(`${what}; may be repeated.`);

/** `orchestrate trees add <id> --scope PATTERN` */
export const treesAdd = defineOperation({
  name: 'trees add',
  summary: 'Add a tree: a domain with worktrees, a port and reviewers of its own.',
  description:
    'Writes trees/<id>.yaml through the pipeline: it decides what agents do, so its risk is high and a person reviews it. You may as well write the file by hand and commit it: definitions are read anew before each command. A scope that matches nothing, or that another tree has as well, is said in the plan.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({
    id: idField.describe('What it is called; the file is trees/<id>.yaml.'),
    scope: z
      .array(scopeField)
      .min(1, 'has to be given at least once')
      .max(64)
      .describe('Paths that it may change: `ops/**`, `*` within a segment; may be repeated.'),
    title: titleField.nullable().default(null).describe('What it looks after.'),
    homePort: z.coerce
      .number()
      .pipe(portField)
      .nullable()
      .default(null)
      .describe('Port of its slots; the next free one otherwise.'),
    slots: z.coerce.number().int().min(1).max(mostSlots).default(2).describe('Runs that may work there at once.'),
    reviewers: ids('Trees whose rules look at its changes; ops-maint, where there is one, if none is given'),
    questions: ids('What it asks about changes of the others'),
    channels: ids('Topics that it publishes'),
    checks: ids('Review questions that are asked about its own changes'),
    dryRun: dryRunField,
    detach: detachField,
  }),
  output: runSchema,
  positional: ['id'],
  examples: [
    {
      command: "orchestrate trees add styles --scope 'styles/**' --title 'Prompt styles'",
      explains: 'A tree for the files below styles/.',
    },
    {
      command: "orchestrate trees add gpu --scope 'gpu/**' --reviewers env-setup --checks ports-untouched --dry-run",
      explains: 'Show the file that would be written, and what is odd about it.',
    },
  ],
  async run(app, input) {
    const { id } = input;
    const definition = await definitionOf(app, input);
    const answer = await app.ask('run.start', {
      goal: `add tree ${id}`,
      options: {
        ...runOptions({ dryRun: input.dryRun, yes: false }),
        playbook: 'add-tree',
        inputs: { name: id, definition },
      },
      by: personOf(app),
    });
    return acceptedRun(app, answer);
  },
});

interface Given {
  readonly id: string;
  readonly scope: readonly string[];
  readonly title: string | null;
  readonly homePort: number | null;
  readonly slots: number;
  readonly reviewers: readonly string[];
  readonly questions: readonly string[];
  readonly channels: readonly string[];
  readonly checks: readonly string[];
}

/** The file's text. What is wrong with it is said before anything is asked of the supervisor. */
async function definitionOf(app: App, given: Given): Promise<string> {
  const { definitions, config } = await app.installation();
  const { first, last } = config.ports;
  const reserved = new Set([
    config.service.port,
    ...Array.from({ length: last - first + 1 }, (_, index) => first + index),
  ]);
  const free = nextHomePort(definitions, reserved);
  const reviewers =
    given.reviewers.length > 0 ? given.reviewers : ['ops-maint'].filter((one) => definitions.trees.has(one));
  const text = printTree({
    ...given,
    title: given.title ?? given.id,
    homePort: given.homePort ?? free,
    reviewers,
    listens: [],
    scale: null,
  });
  try {
    requireNewTree(definitions, text, { actions: new Map(), questions: new Set(Object.keys(reviewQuestions)) });
  } catch (error) {
    if (!(error instanceof Fault) || !error.message.startsWith('The home port')) throw error;
    throw new Fault('DEFINITION_INVALID', error.message, {
      hints: [`orchestrate trees add ${given.id} --home-port ${free} …   (the next free one)`],
      state: 'Nothing was changed.',
      data: { homePort: given.homePort, free },
    });
  }
  return text;
}
