import { Fault } from '../../base/fault.ts';
import { positionAt, type LocatedText } from '../definitions/locator.ts';
import { normalName, packageNamePattern } from './package-name.ts';
import { findSpecifiers, type Specifier } from './specifier.ts';

/** One line of `requirements.in` that asks for a package. */
export interface Requirement {
  /** Normalised (PEP 503). */
  readonly name: string;
  /** Name as it was written. */
  readonly writtenName: string;
  readonly extras: readonly string[];
  /** As it was written, trimmed: `>=2,<3`, or empty. */
  readonly specifier: string;
  readonly specifiers: readonly Specifier[];
  /** Text after `;`, or null. */
  readonly marker: string | null;
  /** Text after `#`, or null. */
  readonly comment: string | null;
  /** Counts from 1. */
  readonly line: number;
}

/**
 * Returns the requirements of a text in order. Names with extras, specifiers, markers and comments are read. Options,
 * addresses, paths and continued lines are refused: the index is a setting of the person, not of this file.
 * Fault: `DEFINITION_INVALID` with the position.
 */
export function parseRequirements(source: LocatedText): readonly Requirement[] {
  return splitLines(source.text).flatMap(({ start, content }, index) => {
    const parts = lineParts(content);
    if (parts.kind === 'blank') return [];
    if (parts.kind === 'bad')
      throw new Fault('DEFINITION_INVALID', parts.message, { at: positionAt(source, start + parts.offset) });
    return [{ ...parts.requirement, line: index + 1 }];
  });
}

/** Returns what one line asks for, undefined for a blank line or a comment, or what is wrong with it as a sentence. */
export function findRequirement(content: string): Omit<Requirement, 'line'> | string | undefined {
  const parts = lineParts(content);
  if (parts.kind === 'blank') return undefined;
  return parts.kind === 'bad' ? parts.message : parts.requirement;
}

/** Returns what a line asks for. Fault: `NAME_INVALID` when it is not a package's name with a version range. */
export function requireRequirement(line: string): Omit<Requirement, 'line'> {
  const found = findRequirement(line);
  if (typeof found === 'object') return found;
  throw new Fault('NAME_INVALID', `This is not a package's name with a version range: ${JSON.stringify(line)}.`, {
    hints: ['Write a name such as numpy, or numpy==2.1.0'],
    state: 'Nothing was changed.',
  });
}

/** Returns the requirement as one line without its line break. */
export function printRequirement({
  writtenName,
  extras,
  specifier,
  marker,
  comment,
}: Omit<Requirement, 'name' | 'specifiers' | 'line'>): string {
  const asked = `${writtenName}${extras.length === 0 ? '' : `[${extras.join(',')}]`}${specifier}`;
  return `${asked}${marker === null ? '' : `; ${marker}`}${comment === null ? '' : `  # ${comment}`}`;
}

/**
 * Returns the text with the specifier of one package replaced, and every other character as it was; its comment too where `comment`
 * is given, null for none. Every line of the package gets it; a package that is not there is added as a last line. A repeat is safe.
 * Fault: `DEFINITION_INVALID` when the text is not well-formed.
 */
export function editRequirement(
  text: string,
  edit: { readonly name: string; readonly specifier: string; readonly comment?: string | null },
): string {
  const name = normalName(edit.name);
  const isThere = parseRequirements({ file: 'requirements.in', text }).some((requirement) => requirement.name === name);
  const tail = typeof edit.comment === 'string' ? `  # ${edit.comment}` : '';
  if (!isThere) {
    const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
    const gap = text === '' || text.endsWith('\n') ? '' : lineBreak;
    return `${text}${gap}${edit.name}${edit.specifier}${tail}${lineBreak}`;
  }
  return mapLines(text, (content, parts) => {
    if (parts.kind !== 'requirement' || parts.requirement.name !== name) return content;
    const rest = edit.comment === undefined ? content.slice(parts.to) : `${parts.behind}${tail}`;
    return `${content.slice(0, parts.from)}${edit.specifier}${rest}`;
  });
}

/** Returns the text without the lines of one package, and every other character as it was. A repeat is safe. */
export function removeRequirement(text: string, name: string): string {
  return mapLines(text, (content, parts) =>
    parts.kind === 'requirement' && parts.requirement.name === normalName(name) ? undefined : content,
  );
}

/** Maps line by line; undefined takes a line out, with its line break. */
function mapLines(text: string, map: (content: string, parts: LineParts) => string | undefined): string {
  return splitLines(text)
    .map(({ content, end }) => {
      const mapped = map(content, lineParts(content));
      return mapped === undefined ? '' : `${mapped}${end}`;
    })
    .join('');
}

interface Line {
  readonly start: number;
  /** Without the line break. */
  readonly content: string;
  readonly end: string;
}

function splitLines(text: string): readonly Line[] {
  return [...text.matchAll(/([^\n]*?)(\r?\n|$)/gy)]
    .filter(([whole]) => whole !== '')
    .map((match) => ({ start: match.index, content: match[1] ?? '', end: match[2] ?? '' }));
}

type LineParts =
  | { readonly kind: 'blank' }
  | { readonly kind: 'bad'; readonly offset: number; readonly message: string }
  /** The specifier stands from `from` to `to`. */
  | {
      readonly kind: 'requirement';
      readonly requirement: Omit<Requirement, 'line'>;
      readonly from: number;
      readonly to: number;
      /** What stands between the specifier and the comment, trimmed at its end: a marker, or nothing. */
      readonly behind: string;
    };

function lineParts(content: string): LineParts {
  const commentAt = /(?:^|\s)#/.exec(content);
  const hashAt = commentAt === null ? content.length : content.indexOf('#', commentAt.index);
  const body = content.slice(0, hashAt).trimEnd();
  const indent = body.length - body.trimStart().length;
  const bad = (offset: number, message: string): LineParts => ({ kind: 'bad', offset, message });
  if (body === '') return { kind: 'blank' };
  if (body.endsWith('\\')) return bad(body.length - 1, 'A requirement has to be on one line.');
  if (body.startsWith('-', indent))
    return bad(indent, 'Options are not read here: indexes are set in orchestrate.yaml.');
  const head = /^(\s*)([^\s[\]()<>=!~;@,]+)(\s*\[[^\]]*\])?/.exec(body);
  const writtenName = head?.[2] ?? '';
  if (!packageNamePattern.test(writtenName)) return bad(indent, 'A line has to start with the name of a package.');
  const afterHead = head?.[0].length ?? 0;
  const semicolon = body.indexOf(';', afterHead);
  const asked = body.slice(afterHead, semicolon === -1 ? undefined : semicolon);
  if (asked.trimStart().startsWith('@'))
    return bad(afterHead, 'Addresses and paths are not read here: only packages of the index.');
  const specifiers = findSpecifiers(asked);
  if (specifiers === undefined)
    return bad(
      body.length - body.slice(afterHead).trimStart().length,
      'This is no version specifier such as ==2.9.1 or >=2,<3.',
    );
  const from = afterHead + (asked.trim() === '' ? 0 : asked.length - asked.trimStart().length);
  return {
    kind: 'requirement',
    requirement: {
      name: normalName(writtenName),
      writtenName,
      extras: (head?.[3] ?? '')
        .replace(/[[\]\s]/g, '')
        .split(',')
        .filter((extra) => extra !== ''),
      specifier: asked.trim(),
      specifiers,
      marker: semicolon === -1 ? null : body.slice(semicolon + 1).trim(),
      comment: hashAt === content.length ? null : content.slice(hashAt + 1).trim(),
    },
    from,
    to: from + asked.trim().length,
    behind: body.slice(from + asked.trim().length).trimEnd(),
  };
}
