import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Parser,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';

import { Fault } from '../../base/fault.ts';
import { throwTogether } from './faults.ts';
import { locatorOf, pointer, positionAt, type Located, type LocatedText, type ValuePath } from './locator.ts';
import { findTooDeep, findUnclosed } from './yaml-depth.ts';
import { type Complaint, isUnclosed, syntaxComplaint, yamlComplaints as says } from './yaml-sentences.ts';

/** Largest text that is parsed, in UTF-16 units: far above any definition, far below what a parser can be hurt with. */
export const MAX_YAML_SIZE = 256 * 1024;

/** Code of the faults: of a definition, or of `orchestrate.yaml`. */
export type SyntaxCode = 'DEFINITION_SYNTAX' | 'CONFIG_INVALID';

export interface YamlOptions {
  readonly code?: SyntaxCode;
  /** The part of the text that is YAML, for front matter; the whole text, after a byte order mark, when left out. */
  readonly range?: { readonly start: number; readonly end: number };
}

/**
 * Parses YAML 1.2 (core schema) to plain JSON values with the place of every key and value.
 * Only what JSON can hold: no aliases, anchors, tags, merge keys, directives, second documents, infinities or
 * integers that lose digits. Keys are unique texts and never `__proto__`, `constructor` or `prototype`.
 * An empty text is `null`. Faults: the code of the options, always with a position; what is no such value is told all at once.
 */
export function parseYaml(
  file: LocatedText,
  { code = 'DEFINITION_SYNTAX', range }: YamlOptions = {},
): Located<unknown> {
  const isMarked = range === undefined && file.text.startsWith('\uFEFF');
  const source = { file: file.file, text: isMarked ? file.text.slice(1) : file.text };
  const walk: Walk = { source, start: range?.start ?? 0, code, values: new Map(), keys: new Map(), faults: [] };
  checkText(walk);
  const document = composeOne(walk, source.text.slice(walk.start, range?.end));
  const { contents } = document;
  const value = contents === null ? null : plainValue(walk, contents, []);
  throwTogether(walk.faults);
  return { value, locate: locatorOf(source, walk) };
}

interface Walk {
  readonly source: LocatedText;
  /** Offset of the YAML in the file. */
  readonly start: number;
  readonly code: SyntaxCode;
  readonly values: Map<string, number>;
  readonly keys: Map<string, number>;
  /** What was found while the tree was walked: it goes on behind each. */
  readonly faults: Fault[];
}

/** Returns the fault at an offset of the file, with what to do about it. */
function faultAt(walk: Walk, offset: number, [message, remedy]: Complaint): Fault {
  return new Fault(walk.code, message, { at: positionAt(walk.source, offset), hints: [remedy] });
}

/** Faults of one file that are told: each place is counted from the start of the file. */
const MAX_FAULTS = 50;

function note(walk: Walk, offset: number, complaint: Complaint): null {
  walk.faults.push(faultAt(walk, offset, complaint));
  if (walk.faults.length >= MAX_FAULTS) throwTogether(walk.faults);
  return null;
}

const strangeCharacterPattern = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFD]|\p{Surrogate}/u;

function checkText(walk: Walk): void {
  const { text } = walk.source;
  if (text.length > MAX_YAML_SIZE) throw faultAt(walk, 0, says.tooLarge);
  const at = text.search(strangeCharacterPattern);
  if (at !== -1) throw faultAt(walk, at, says.noText);
  const conflict = text.search(/^<{7} /m);
  if (conflict !== -1) throw faultAt(walk, conflict, says.conflict);
}

function composeOne(walk: Walk, text: string): Document.Parsed {
  const tokens = [...new Parser().parse(text)];
  const tooDeep = findTooDeep(tokens);
  if (tooDeep !== undefined) throw faultAt(walk, walk.start + tooDeep, says.tooDeep);
  // Duplicate keys are looked for here: the library compares every key with every other one.
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    stringKeys: true,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const [document, second] = [...composer.compose(tokens, true, text.length)];
  if (document === undefined) throw faultAt(walk, walk.start, says.empty);
  const error = document.errors[0];
  if (error !== undefined) {
    const unclosed = isUnclosed(error) ? findUnclosed(tokens) : undefined;
    throw faultAt(walk, walk.start + (unclosed ?? error.pos[0]), syntaxComplaint(error));
  }
  if (second !== undefined) throw faultAt(walk, walk.start + second.range[0], says.secondDocument);
  if (document.directives.yaml.explicit === true || Object.keys(document.directives.tags).length > 1) {
    throw faultAt(walk, walk.start, says.directive);
  }
  return document as Document.Parsed;
}

function plainValue(walk: Walk, node: Node, path: ValuePath): unknown {
  const offset = walk.start + (node.range?.[0] ?? 0);
  walk.values.set(pointer(path), offset);
  if (isAlias(node)) return note(walk, offset, says.alias);
  if ('anchor' in node && node.anchor !== undefined) return note(walk, propertyOffset(walk, offset), says.anchor);
  if (node.tag !== undefined) return note(walk, propertyOffset(walk, offset), says.tag);
  if (isMap(node)) return plainObject(walk, node, path);
  if (isSeq(node)) return node.items.map((item, index) => plainValue(walk, item as Node, [...path, index]));
  return isScalar(node) ? plainScalar(walk, node.value, offset) : null;
}

/** Longest tag or anchor, with the space after it, that a caret is moved back over. */
const MAX_PROPERTY = 200;

/** Returns where the tag or anchor before a node starts. */
function propertyOffset({ source }: Walk, offset: number): number {
  const property = /\S+\s*$/.exec(source.text.slice(Math.max(0, offset - MAX_PROPERTY), offset));
  return offset - (property?.[0].length ?? 0);
}

const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

function plainObject(walk: Walk, map: YAMLMap, path: ValuePath): Record<string, unknown> {
  const entries = new Map<string, unknown>();
  for (const { key, value } of map.items as Pair<Node, Node | null>[]) {
    const offset = walk.start + (key.range?.[0] ?? map.range?.[0] ?? 0);
    const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined;
    const complaint = keyComplaint(key, name, entries);
    if (name === undefined || complaint !== undefined) {
      note(walk, offset, complaint ?? says.keyNoText);
      continue;
    }
    plainScalar(walk, name, offset);
    const below = [...path, name];
    walk.keys.set(pointer(below), offset);
    entries.set(name, value === null ? null : plainValue(walk, value, below));
  }
  return Object.fromEntries(entries);
}

function keyComplaint(
  key: Node,
  name: string | undefined,
  entries: ReadonlyMap<string, unknown>,
): Complaint | undefined {
  if (name === undefined) return says.keyNoText;
  if (key.tag !== undefined || ('anchor' in key && key.anchor !== undefined)) return says.keyTagged;
  if (name === '<<') return says.merge;
  if (forbiddenKeys.has(name)) return [`The key ${name} is not allowed.`, 'Take it out.'];
  if (entries.has(name)) return [`The key ${name} is there twice.`, 'Take one of the two out, or put them together.'];
  return undefined;
}

function plainScalar(walk: Walk, value: unknown, offset: number): string | number | boolean | null {
  if (typeof value === 'string') return strangeCharacterPattern.test(value) ? note(walk, offset, says.escape) : value;
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'number' || !Number.isFinite(value)) return note(walk, offset, says.notFinite);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? note(walk, offset, says.tooManyDigits) : value;
}
