// Writes the indexes of the actions and of the operations, and the manifest of each template. One file is one action or one operation; its
// one export has the name of the file in camelCase. `node scripts/generate.mjs --check` only says whether the indexes are current.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { format } from 'oxfmt';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const HEADER = '// Written by scripts/generate.mjs from the files beside it. Do not edit.\n';

/** Each index: where the files lie and how the text is made from them. */
const INDEXES = [
  { dir: 'src/actions', render: renderActions },
  { dir: 'src/app/operations', render: renderOperations },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isCheck = process.argv.includes('--check');
  const stale = isCheck ? await findStale() : await generate();
  for (const file of stale) console.log(isCheck ? `stale: ${file} (npm run build writes it again)` : `wrote ${file}`);
  if (isCheck && stale.length > 0) process.exitCode = 1;
}

/** Writes the indexes and manifests that are not current. Returns their paths. */
export async function generate(root = ROOT) {
  const stale = await render(root);
  for (const { file, text } of stale) {
    const temporary = path.join(root, `${file}.${process.pid}.tmp`);
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, path.join(root, file));
  }
  return stale.map(({ file }) => file);
}

/** Returns the paths of the indexes that are not current. Writes nothing. */
export async function findStale(root = ROOT) {
  return (await render(root)).map(({ file }) => file);
}

async function render(root) {
  const options = JSON.parse(fs.readFileSync(path.join(ROOT, '.oxfmtrc.json'), 'utf8'));
  delete options.$schema;
  delete options.ignorePatterns;
  const stale = [];
  for (const index of INDEXES) {
    const dir = path.join(root, index.dir);
    if (!fs.existsSync(dir)) continue;
    const file = `${index.dir}/index.gen.ts`;
    const { code } = await format('index.gen.ts', HEADER + index.render(findEntries(dir)), options);
    const now = fs.existsSync(path.join(root, file)) ? fs.readFileSync(path.join(root, file), 'utf8') : undefined;
    if (now !== code) stale.push({ file, text: code });
  }
  return [...stale, ...staleManifests(root)];
}

/** Every file of a template with its size and SHA-256; the same text that `src/domain/kits/manifest.ts` prints. */
function staleManifests(root) {
  const shelf = path.join(root, 'templates');
  if (!fs.existsSync(shelf)) return [];
  return fs.readdirSync(shelf).flatMap((id) => {
    const dir = path.join(shelf, id);
    if (!fs.existsSync(path.join(dir, 'template.yaml'))) return [];
    const lines = fs
      .readdirSync(dir, { recursive: true })
      .map((name) => name.split(path.sep).join('/'))
      .filter((name) => name !== 'manifest.json' && fs.statSync(path.join(dir, name)).isFile())
      .sort()
      .map((name) => {
        const bytes = fs.readFileSync(path.join(dir, name));
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        return JSON.stringify({ path: name, sizeBytes: bytes.length, sha256 });
      });
    const text = `{\n  "version": 1,\n  "files": [\n    ${lines.join(',\n    ')}\n  ]\n}\n`;
    const file = `templates/${id}/manifest.json`;
    const now = fs.existsSync(path.join(root, file)) ? fs.readFileSync(path.join(root, file), 'utf8') : undefined;
    return now === text ? [] : [{ file, text }];
  });
}

function renderActions(entries) {
  const imports = entries.map(({ file, name }) => `import { ${name} } from './${file}';`);
  return `${imports.join('\n')}\n
/** Every built-in action. */
export const actions = [${entries.map(({ name }) => name).join(', ')}] as const;\n`;
}

function renderOperations(entries) {
  const rows = entries.map(({ id, file, name }) => `'${id}': () => import('./${file}').then((m) => m.${name}),`);
  return `/** Every operation by the name of its file, loaded when it is asked for. */
export const operations = {${rows.join('\n')}} as const;\n`;
}

function findEntries(dir) {
  const entries = [];
  for (const file of fs.readdirSync(dir, { recursive: true }).map((name) => name.split(path.sep).join('/'))) {
    const base = path.posix.basename(file);
    if (
      !base.endsWith('.ts') ||
      base.includes('.test.') ||
      base.startsWith('index') ||
      file.split('/').some((part) => part.startsWith('_'))
    )
      continue;
    const id = base.slice(0, -'.ts'.length);
    const name = id.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
    requireOneExport(path.join(dir, file), name);
    entries.push({ id, name, file });
  }
  entries.sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const [i, entry] of entries.entries()) {
    if (entries[i + 1]?.id === entry.id) throw new Error(`two files are named ${entry.id}.ts below ${dir}`);
  }
  return entries;
}

function requireOneExport(file, name) {
  const text = fs.readFileSync(file, 'utf8');
  const found = [...text.matchAll(/^export (?:async )?(?:const|let|var|function\*?|class|default)\s*([\w$]*)/gm)].map(
    (match) => match[1],
  );
  if (found.length === 1 && found[0] === name) return;
  throw new Error(
    `${file} must export one thing, named ${name}; it exports ${found.length === 0 ? 'nothing' : found.join(', ')}. A file that is no entry starts with "_"`,
  );
}
