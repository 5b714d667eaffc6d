// Writes what is made from the operations, the faults and the schemas of what people write: the help of the command line,
// docs/commands.md, docs/errors.md, docs/schema/, man/orchestrate.1.
// `--check` only says whether they are current.
import * as fs from 'node:fs';
import * as path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { format } from 'oxfmt';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isCheck = process.argv.includes('--check');
  const stale = isCheck ? await findStaleDocs() : await writeDocs();
  for (const file of stale) console.log(isCheck ? `stale: ${file} (npm run docs writes it again)` : `wrote ${file}`);
  if (isCheck && stale.length > 0) process.exitCode = 1;
}

/** Writes the files that are not current. Returns their paths. */
export async function writeDocs(root = ROOT) {
  const stale = await findStale(root);
  for (const { file, text } of stale) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    const temporary = path.join(root, `${file}.${process.pid}.tmp`);
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, path.join(root, file));
  }
  return stale.map(({ file }) => file);
}

/** Returns the paths of the files that are not current. Writes nothing. */
export async function findStaleDocs(root = ROOT) {
  return (await findStale(root)).map(({ file }) => file);
}

async function findStale(root) {
  const operations = await loadOperations();
  const wanted = [
    { file: 'src/faces/cli/help.gen.ts', text: await renderHelp(operations) },
    { file: 'docs/commands.md', text: await renderCommands(operations) },
    { file: 'docs/errors.md', text: await renderErrors() },
    ...(await renderSchemas()),
    { file: 'man/orchestrate.1', text: await renderMan(operations) },
  ];
  return wanted.filter(
    ({ file, text }) =>
      !fs.existsSync(path.join(root, file)) || fs.readFileSync(path.join(root, file), 'utf8') !== text,
  );
}

async function loadOperations() {
  const { operations } = await import('../src/app/operations/index.gen.ts');
  return Promise.all(Object.values(operations).map((load) => load()));
}

async function renderHelp(operations) {
  const { groupHelp, operationHelp, overview } = await import('../src/faces/cli/help.ts');
  const groups = Map.groupBy(operations, ({ name }) => name.split(' ')[0]);
  const pages = {
    '': overview(operations, { everydayOnly: true }),
    '--all': overview(operations, { everydayOnly: false }),
    ...Object.fromEntries(
      [...groups]
        .filter(([, members]) => members.some(({ name }) => name.includes(' ')))
        .map(([group, members]) => [group, groupHelp(group, members)]),
    ),
    ...Object.fromEntries(operations.map((operation) => [operation.name, operationHelp(operation)])),
  };
  const entries = Object.entries(pages).map(([name, text]) => `  ${JSON.stringify(name)}: ${JSON.stringify(text)},`);
  const source = `// Written by scripts/docs.mjs from the operations. Do not edit.
/** Every page of help by the words that ask for it, made before so that help needs no parser. */
export const helpPages = {\n${entries.join('\n')}\n} as const;\n`;
  return (await format('help.gen.ts', source, formatOptions())).code;
}

async function renderMan(operations) {
  const { manPage } = await import('../src/faces/cli/man-page.ts');
  const { version } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  return manPage(operations, version);
}

async function renderCommands(operations) {
  const { described, flagText, usageWords } = await import('../src/faces/cli/help.ts');
  const { optionsOf } = await import('../src/app/options.ts');
  const { z } = await import('zod');
  const sections = operations.map((operation) => {
    const options = optionsOf(operation);
    const output = z.toJSONSchema(operation.output, { unrepresentable: 'any' });
    return [
      `## ${operation.name}`,
      '',
      `\`orchestrate ${usageWords(operation)}\``,
      '',
      `${operation.summary}${operation.description === undefined ? '' : ` ${operation.description}`}`,
      '',
      `Effect: ${operation.effect}. Needs ${operation.needs === 'home' ? 'an installation' : 'nothing'}.${operation.follows === true ? ' Follows its run until it ends or waits for a person.' : ''}`,
      '',
      ...(options.length === 0
        ? []
        : [
            '| argument or option | meaning |',
            '|---|---|',
            ...options.map(
              (option) =>
                `| \`${option.isPositional ? `<${option.name}>` : flagText(option)}\` | ${cell(described(option))} |`,
            ),
            '',
          ]),
      'Examples:',
      '',
      ...operation.examples.map(({ command, explains }) => `- \`${command}\`: ${explains}`),
      '',
      ...outputLines(output),
    ].join('\n');
  });
  const head = `# Commands

Written by \`npm run docs\` from the operations; do not edit.

Every command takes \`--json\` (the answer as JSON and nothing else), \`--home DIR\`, \`--verbose\` and \`--help\`. The answer goes to stdout, narration to stderr. With \`--json\` an error is printed as \`{ "error": { code, kind, message, hints, state, at, data } }\` on stdout.

Exit status: 0 ok · 1 failed · 2 usage · 3 busy · 4 not found · 5 conflict · 6 something outside failed · 7 waiting for a person · 70 bug · 130 interrupted. A command that follows a run ends as the run does: 0 done, 7 waiting for a person, else the status of its fault.
`;
  return `${head}\n${sections.join('\n')}`;
}

function outputLines(schema) {
  const fields = schema.properties ?? {};
  const rows = Object.entries(fields).flatMap(([name, field]) => [fieldRow(name, field), ...itemRows(name, field)]);
  return ['Output (`--json`):', '', '| field | type | meaning |', '|---|---|---|', ...rows, ''];
}

function itemRows(name, field) {
  const items = (field.anyOf?.find(({ type }) => type !== 'null') ?? field).items;
  if (items?.properties === undefined) return [];
  return Object.entries(items.properties).map(([inner, one]) => fieldRow(`${name}[].${inner}`, one));
}

function fieldRow(name, field) {
  const core = field.anyOf?.find(({ type }) => type !== 'null') ?? field;
  const isNullable = field.anyOf?.some(({ type }) => type === 'null') ?? false;
  const type =
    core.enum !== undefined && core.enum.length <= 8
      ? core.enum.map((one) => `\`${one}\``).join(' ')
      : [core.type ?? 'any'].flat().join(' or ');
  return `| \`${name}\` | ${cell(type)}${isNullable ? ' or null' : ''} | ${cell(field.description ?? core.description ?? '')} |`;
}

async function renderErrors() {
  const { faultCodes } = await import('../src/base/fault-codes.ts');
  const { exitCodes } = await import('../src/base/fault-kinds.ts');
  const rows = Object.entries(faultCodes).map(
    ([code, { kind, title, hints }]) =>
      `| \`${code}\` | ${kind} | ${exitCodes[kind]} | ${cell(title)} | ${hints.map((hint) => `\`${cell(hint)}\``).join(' · ')} |`,
  );
  const kinds = Object.entries(exitCodes).map(([kind, status]) => `| ${kind} | ${status} |`);
  return `# Errors

Written by \`npm run docs\` from \`src/base/fault-codes.ts\`; do not edit.

A code is permanent: it is added, never renamed. The message says what happened and why, the hint what to type next.

| code | kind | exit | meaning | next |
|---|---|---|---|---|
${rows.join('\n')}

The kind decides the exit status:

| kind | exit |
|---|---|
${kinds.join('\n')}
`;
}

async function renderSchemas() {
  const { jsonSchemaOf, schemaKinds } = await import('../src/domain/definitions/schemas.ts');
  return Promise.all(
    schemaKinds.map(async (kind) => {
      const file = `docs/schema/${kind}.schema.json`;
      return { file, text: (await format(file, JSON.stringify(jsonSchemaOf(kind)), formatOptions())).code };
    }),
  );
}

function formatOptions() {
  const options = JSON.parse(fs.readFileSync(path.join(ROOT, '.oxfmtrc.json'), 'utf8'));
  delete options.$schema;
  delete options.ignorePatterns;
  return options;
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
