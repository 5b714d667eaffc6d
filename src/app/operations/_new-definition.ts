import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { checkDefinitions } from '../../domain/definitions/definitions.ts';
import { throwTogether } from '../../domain/definitions/faults.ts';
import { idField } from '../../domain/definitions/fields.ts';
import { requireDefinitionId } from '../../domain/definitions/name-rules.ts';
import { jsonSchemaOf, type SchemaKind } from '../../domain/definitions/schemas.ts';
import type { App } from '../app.ts';
import { knownNames } from '../read-definitions.ts';
import { type DefinitionKind, endings, type FoundDefinitions } from './_definitions.ts';

export const newIdField = idField.describe('Its id, and the name of its file.');
export const overrideField = z
  .boolean()
  .default(false)
  .describe('Begin with the built-in one of that id; the new file takes its place.');

export const newOutput = z.object({
  id: z.string().describe('Its id.'),
  file: z.string().describe('The file that was written, seen from the home. It is not committed.'),
  schema: z
    .string()
    .nullable()
    .describe('Schema that editors find through the file, or null where they look for none.'),
  changed: z.array(z.string()).describe('What is different from the file that it was made of.'),
  notUsed: z.array(z.string()).describe('Tools and fields that no runner here uses.'),
});
export type NewOutput = z.infer<typeof newOutput>;

interface New {
  readonly kind: DefinitionKind;
  readonly id: string;
  /** Returns the text; the built-in one of that id when it is to take its place. */
  text(builtIn: string | undefined): string;
  readonly override?: boolean;
  /** The person's own file that the text was made of: its faults are told there. */
  readonly from?: string;
}

/**
 * Writes a new definition beside the person's own, checked together with all others before. Never replaces a file.
 * Faults: `NAME_INVALID`, `DEFINITION_EXISTS`, those of a definition.
 */
export async function writeDefinition(app: App, found: FoundDefinitions, asked: New): Promise<{ file: string }> {
  const { kind } = asked;
  const id = requireDefinitionId(asked.id, kind.slice(0, -1));
  const name = `${id}${endings[kind]}`;
  const file = `${kind}/${name}`;
  const builtIn = found.sources.find((source) => source.file === `built-in:${file}`);
  if (found.sources.some((source) => source.file === file)) throw exists(kind, id, file);
  if (builtIn !== undefined && asked.override !== true) throw exists(kind, id, builtIn.file);
  const text = asked.text(builtIn?.text);
  const sources = [...found.sources, { file, text, origin: 'installation' as const }];
  const { faults } = checkDefinitions(sources, knownNames(found.config.template));
  const own = faults.filter(({ at }) => at?.file === file);
  throwTogether(own.map((fault) => nothingWritten(fault, asked.from ?? file)));
  if (!(await putNew(app, `${found.home}/${kind}`, { name, text }))) throw exists(kind, id, file);
  return { file };
}

/** Writes the schema where files of the kind look for it. Returns its path seen from the home. A repeat is safe. */
export async function writeSchema(app: App, home: string, kind: SchemaKind): Promise<string> {
  const path = `.orchestrate/schema/${kind}.schema.json`;
  await app.outside.files.ensureDir(`${home}/.orchestrate/schema`);
  await app.outside.files.writeAtomic(`${home}/${path}`, `${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`);
  return path;
}

/** Where `writeSchema` puts it, seen from a file of the kind. */
export const schemaFromFile = (kind: SchemaKind): string => `../.orchestrate/schema/${kind}.schema.json`;

async function putNew(app: App, dir: string, { name, text }: { name: string; text: string }): Promise<boolean> {
  const { files } = app.outside;
  await files.ensureDir(dir);
  const draft = `${dir}/.${name}.new`;
  await files.writeAtomic(draft, text);
  if ((await files.moveNew(draft, `${dir}/${name}`)) === 'moved') return true;
  await files.remove(draft);
  return false;
}

function exists(kind: DefinitionKind, id: string, file: string): Fault {
  const isBuiltIn = file.startsWith('built-in:');
  return new Fault('DEFINITION_EXISTS', `There is ${file} already.`, {
    hints: isBuiltIn
      ? [`orchestrate ${kind} new ${id} --override`, `orchestrate ${kind} show ${id}`]
      : [`Edit ${file}, or take another id.`, `orchestrate ${kind} show ${id}`],
    state: 'Nothing was written.',
    data: { file },
  });
}

function nothingWritten(fault: Fault, file: string): Fault {
  const { at, hints, ...rest } = fault.toRecord();
  return Fault.fromRecord({
    ...rest,
    hints: hints.filter((hint) => !hint.startsWith('orchestrate ')),
    ...(at === undefined ? {} : { at: { ...at, file } }),
    state: 'Nothing was written.',
  });
}
