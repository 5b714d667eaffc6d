import { Fault } from '../../base/fault.ts';
import { frontMatterOf } from './front-matter.ts';
import type { LocatedText } from './locator.ts';
import { parseYaml } from './parse-yaml.ts';

/** Somebody's agent as it is written here. */
export interface AdoptedAgent {
  readonly text: string;
  /** What is different from the file that came, each as a sentence. */
  readonly changed: readonly string[];
}

/**
 * Returns somebody's subagent file under an id of ours. Claude Code reads values that are no YAML, such as a description with
 * a colon in it: those are put in quotes. All other bytes stay as they are; lines keep their numbers.
 * Fault: `DEFINITION_SYNTAX` where it has no front matter.
 */
export function adoptAgent(
  source: LocatedText,
  { id, tree }: { readonly id: string; readonly tree: string | null },
): AdoptedAgent {
  const text = source.text.startsWith('\uFEFF') ? source.text.slice(1) : source.text;
  const { start, end } = frontMatterOf({ file: source.file, text });
  const changed: string[] = [];
  let fields = text.slice(start, end);
  if (!isYaml(fields)) fields = quoted(fields, changed);
  fields = named(fields, id, changed);
  if (tree !== null) fields = placed(fields, tree, changed);
  return { text: `${text.slice(0, start)}${fields}${text.slice(end)}`, changed };
}

function isYaml(text: string): boolean {
  try {
    parseYaml({ file: '', text });
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** A field on one line, whose value is plain text. */
const plainFieldPattern = /^([A-Za-z][\w-]*):[ \t]+([^'"[{|>\s&*!#].*?)[ \t]*(\r?)$/gm;

function quoted(fields: string, changed: string[]): string {
  return fields.replace(plainFieldPattern, (line, name: string, value: string, ending: string) => {
    if (isYaml(line)) return line;
    changed.push(`The value of ${name} is in quotes: it is no YAML without them.`);
    return `${name}: ${JSON.stringify(value)}${ending}`;
  });
}

function named(fields: string, id: string, changed: string[]): string {
  const found = /^(?:name|id):[ \t]*(.*?)[ \t]*$/m.exec(fields);
  if (found === null) {
    changed.push(`Its name is ${id}: it had none.`);
    return `${fields}name: ${id}\n`;
  }
  if (found[1] === id) return fields;
  changed.push(`Its name is ${id}, no longer ${found[1] === '' ? 'empty' : found[1]}.`);
  return fields.replace(found[0], () => `name: ${id}`);
}

function placed(fields: string, tree: string, changed: string[]): string {
  const found = /^tree:.*$/m.exec(fields);
  changed.push(`It belongs to the tree ${tree}.`);
  return found === null ? `${fields}tree: ${tree}\n` : fields.replace(found[0], () => `tree: ${tree}`);
}
