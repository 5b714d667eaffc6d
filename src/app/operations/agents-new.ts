import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import { adoptAgent } from '../../domain/definitions/adopt-agent.ts';
import { parseAgent } from '../../domain/definitions/agent.ts';
import { idField, titleField } from '../../domain/definitions/fields.ts';
import { newAgent } from '../../domain/definitions/new-definition.ts';
import { notUsedOf } from '../../domain/definitions/not-used.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { readOneFile } from '../read-definitions.ts';
import { loadDefinitions } from './_definitions.ts';
import { newIdField, newOutput, overrideField, writeDefinition } from './_new-definition.ts';

/** `orchestrate agents new <id>` */
export const agentsNew = defineOperation({
  name: 'agents new',
  summary: "Write a new agent, or bring somebody's subagent file of Claude Code.",
  description:
    'Writes agents/<id>.md in your home, checked before, and commits nothing. With --from the text of that file is kept: only its name, its tree, and quotes that YAML needs are written. Its tools stay in the file; what its runner has no use for is told and never run.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    id: newIdField,
    from: z.string().nullable().default(null).describe("Somebody's file, such as ~/.claude/agents/reviewer.md."),
    override: overrideField,
    tree: idField.nullable().default(null).describe('Tree that it belongs to; the first one for a new agent.'),
    title: titleField.nullable().default(null).describe('Its name for people.'),
    description: z.string().max(2000).nullable().default(null).describe('When it is asked.'),
    tools: z.array(z.string()).max(64).default([]).describe('An action that it may use; may be repeated.'),
  }),
  output: newOutput,
  positional: ['id'],
  examples: [
    { command: 'orchestrate agents new style-keeper --tree models-integ', explains: 'A new file to fill in.' },
    {
      command: 'orchestrate agents new reviewer --from ~/.claude/agents/reviewer.md --tree ops-maint',
      explains: 'Bring a subagent of Claude Code.',
    },
    { command: 'orchestrate agents new log-analyst --override', explains: 'Change a built-in agent.' },
  ],
  async run(app, input) {
    const { id, from, override } = input;
    const found = await loadDefinitions(app);
    const tree = input.tree ?? (from === null ? [...found.definitions.trees.keys()][0] : undefined) ?? null;
    const adopted =
      from === null ? undefined : adoptAgent({ file: from, text: await textOf(app, from) }, { id, tree: input.tree });
    const title = input.title ?? titleOf(id);
    const description = input.description ?? `Say here when ${title} is asked.`;
    const blank = newAgent({ id, title, tree: tree ?? 'null', description, tools: input.tools });
    const text = (builtIn: string | undefined): string => adopted?.text ?? builtIn ?? blank;
    const { file } = await writeDefinition(app, found, {
      kind: 'agents',
      id,
      override,
      text,
      ...(from === null ? {} : { from }),
    });
    const agent = parseAgent({
      file,
      text: (await app.outside.files.readText(`${found.home}/${file}`)) ?? '',
      origin: 'installation',
    });
    return { id, file, schema: null, changed: [...(adopted?.changed ?? [])], notUsed: [...notUsedOf(agent)] };
  },
});

const titleOf = (id: string): string => `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll('-', ' ')}`;

async function textOf(app: App, from: string): Promise<string> {
  const { files } = app.outside;
  const path = absolutePath(app.cwd, from);
  const read = await readOneFile(files, (await files.realPath(path)) ?? path);
  const why = read === undefined ? `${from} is not there.` : read.unread?.why;
  if (read !== undefined && why === undefined) return read.text;
  throw new Fault('FILE_ACCESS', why ?? '', {
    hints: ['orchestrate agents new --help'],
    state: 'Nothing was written.',
  });
}
