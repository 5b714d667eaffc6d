import { markerApplies } from './marker.ts';
import { packageNamePattern } from './package-name.ts';
import { findRequirement, type Requirement } from './requirements.ts';

/** A line of a component's `requirements.txt` that is not obeyed. */
export interface IgnoredLine {
  /** Counts from 1. */
  readonly line: number;
  readonly text: string;
  /** One clause: `options are not obeyed: …`. */
  readonly reason: string;
}

/** What a component (ComfyUI or a node pack) asks of the environment. */
export interface ComponentRequirements {
  /** Id of the component. */
  readonly component: string;
  readonly requirements: readonly Requirement[];
  readonly ignored: readonly IgnoredLine[];
}

/** Longest line and most lines of a `requirements.txt` that are read: the file comes from outside. */
const limits = { nLines: 2_000, lineLength: 1_000 } as const;

/**
 * Returns what a component's `requirements.txt` asks for. Names, extras, specifiers and markers are taken. Options, indexes,
 * addresses, paths and includes are never obeyed, and nothing throws: each is a line with its reason.
 */
export function parseComponentRequirements(component: string, text: string): ComponentRequirements {
  const requirements: Requirement[] = [];
  const ignored: IgnoredLine[] = [];
  for (const { line, content } of logicalLines(text)) {
    const ignore = (reason: string): number => ignored.push({ line, text: content.slice(0, 200), reason });
    if (line > limits.nLines) {
      ignore(`only the first ${limits.nLines} lines are read`);
      break;
    }
    const reason = content.length > limits.lineLength ? 'the line is too long' : refusal(content);
    if (reason !== undefined) {
      ignore(reason);
      continue;
    }
    const found = findRequirement(withoutHashes(content));
    if (typeof found === 'string') ignore(`not understood: ${found}`);
    else if (found !== undefined) {
      const problem = unclear(found);
      if (problem === undefined) requirements.push({ ...found, line });
      else ignore(`not understood: ${problem}`);
    }
  }
  return { component, requirements, ignored };
}

/** Joins lines that end in a backslash, as pip does; a comment is never continued. */
function* logicalLines(text: string): Generator<{ readonly line: number; readonly content: string }> {
  let start = 0;
  let parts: string[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  for (const [index, raw] of lines.entries()) {
    if (parts.length === 0) start = index + 1;
    const continues = raw.endsWith('\\') && !/^\s*#/.test(raw) && index < lines.length - 1;
    parts.push(continues ? raw.slice(0, -1) : raw);
    if (continues) continue;
    yield { line: start, content: parts.join(' ').trim() };
    parts = [];
  }
}

/** Returns why a line is not obeyed, or undefined for one that may ask for a package. */
function refusal(content: string): string | undefined {
  if (content === '' || content.startsWith('#')) return undefined;
  if (/^-{1,2}(?:r|requirement)\b/.test(content)) return 'other files are not read';
  if (/^-{1,2}(?:c|constraint)\b/.test(content)) return 'constraints of a pack are not obeyed';
  if (/^-{1,2}(?:e|editable)\b/.test(content)) return 'editable installs are not made';
  if (/^-{1,2}(?:i|f|index-url|extra-index-url|find-links|no-index|trusted-host)\b/.test(content))
    return 'where packages come from is set in orchestrate.yaml (python.index), not by a pack';
  if (content.startsWith('-')) return 'options of a pack are not obeyed';
  if (/^(?:git|hg|svn|bzr)\+|@\s*(?:git|hg|svn|bzr)\+/.test(content))
    return 'it names a repository; only wheels of the index are installed';
  if (/^[a-z][a-z0-9+.-]*:\/\/|@\s*[a-z][a-z0-9+.-]*:/i.test(content))
    return 'it names an address; only wheels of the index are installed';
  if (/^[./~\\]|^[A-Za-z]:\\|^[^\s;#]*[/\\]|\.(?:whl|zip|tar\.gz)(?:\s|$)/.test(content.replace(/\s#.*$/, '')))
    return 'it names a path; only wheels of the index are installed';
  return undefined;
}

/** One line that the resolver refuses would stop it for all: what goes to it is plain, and its marker is decided here. */
function unclear({ extras, specifier, marker }: Omit<Requirement, 'line'>): string | undefined {
  if (!extras.every((extra) => packageNamePattern.test(extra))) return 'an extra is no name.';
  if (/[^\w.*+!<>=~,\s-]|\s-/.test(specifier)) return 'a version has a character that versions do not have.';
  if (marker !== null && markerApplies(marker, anyFacts) === undefined) return `the condition ${marker}`;
  return undefined;
}

const anyFacts = { version: '3.12.0', platform: 'linux-x86_64' };

/** Hashes of a pack's line are left out: the lock has its own. */
const withoutHashes = (content: string): string => content.replaceAll(/\s--hash=\S+/g, '');
